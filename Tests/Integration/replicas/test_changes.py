"""A change of a token, wherever it is made, counts everywhere within a second."""

import time
from pathlib import Path

from harness.gateway import Gateway, Token
from harness.process import wait_until

from .conftest import Pair, status


def counts_within_a_second(gateway: Gateway, token: Token, expected: int) -> None:
    start = time.monotonic()
    wait_until(lambda: status(gateway, token) == expected, 10, f"{expected} of the other replica", interval=0.02)
    passed = time.monotonic() - start
    assert passed < 1, f"it took {passed:.2f} s"


def test_disabled_enabled_rotated_deleted(pair: Pair) -> None:
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    for command, expected in (("disable", 403), ("enable", 202)):
        pair.change(command, token.id)
        counts_within_a_second(pair.two, token, expected)
        counts_within_a_second(pair.one, token, expected)
    pair.change("rotate", token.id, "--grace", "0s")
    counts_within_a_second(pair.two, token, 401)
    pair.change("delete", token.id, "--yes")
    counts_within_a_second(pair.two, token, 404)
    counts_within_a_second(pair.one, token, 404)


def test_with_every_connection_cut_in_between(pair: Pair) -> None:
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    for _ in range(3):
        for command, expected in (("disable", 403), ("enable", 202)):
            # The pools' connections and those that listen.
            assert pair.cut_connections() >= 2
            pair.change(command, token.id)
            counts_within_a_second(pair.two, token, expected)
            counts_within_a_second(pair.one, token, expected)
        pair.wait_until_ready()


def test_a_command_beside_a_server_on_sqlite(scratch: Path) -> None:
    gateway = Gateway(scratch, {}, "replicas-sqlite")
    gateway.start()
    try:
        token = gateway.create_token("github")
        assert status(gateway, token) == 202
        for command, expected in (("disable", 403), ("enable", 202)):
            gateway.command("token", command, token.id)
            counts_within_a_second(gateway, token, expected)
        gateway.command("token", "delete", token.id, "--yes")
        counts_within_a_second(gateway, token, 404)
    finally:
        gateway.stop()
