"""A change of a token, wherever it is made, counts everywhere within a second: because the database tells of it. Tokens
are used for an hour here, and ids without one refused for as long, if nothing is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.gateway import Gateway, Token
from harness.pgdoor import PostgresDoor
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.promise import kept_within

from .conftest import PATIENT, Pair, status, two_gateways


def counts_within_a_second(gateway: Gateway, token: Token, expected: int, seconds: float = 1) -> None:
    with kept_within(seconds):
        wait_until(lambda: status(gateway, token) == expected, 10, f"{expected} of the other replica", interval=0.02)


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


def test_a_new_token_counts_at_once(pair: Pair) -> None:
    for maker, other in ((pair.one, pair.two), (pair.two, pair.one)):
        token = maker.create_token("github")
        assert (status(other, token), status(maker, token)) == (202, 202)


def test_an_id_that_was_refused_gets_its_token_back(pair: Pair) -> None:
    """By hand, as from a copy: no column of the row is changed."""
    token = pair.one.create_token("github")
    pair.execute("CREATE TABLE copy AS SELECT * FROM token")
    pair.execute("DELETE FROM token")
    for gateway in (pair.one, pair.two):
        counts_within_a_second(gateway, token, 404)
    pair.execute("INSERT INTO token SELECT * FROM copy")
    for gateway in (pair.one, pair.two):
        counts_within_a_second(gateway, token, 202)


def test_changes_by_hand(pair: Pair) -> None:
    """Of any column that webhooks depend on, though `updated_at` stays as it was."""
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    for change, expected in (("service = 'gitlab'", 404), ("service = 'github'", 202), ("state = 'disabled'", 403)):
        pair.execute(f"UPDATE token SET {change}")
        counts_within_a_second(pair.two, token, expected)
        counts_within_a_second(pair.one, token, expected)


def test_with_every_connection_cut_in_between(pair: Pair) -> None:
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    for _ in range(3):
        for state, expected in (("disabled", 403), ("enabled", 202)):
            listening = pair.listening()
            # The pools' connections and those that listen; the change is told when none of them is there.
            assert pair.execute_unheard(f"UPDATE token SET state = '{state}'") >= 4
            wait_until(
                lambda: all(now >= then + 2 for then, now in zip(listening, pair.listening(), strict=True)), 30,
                "the gateways to listen again",
            )
            counts_within_a_second(pair.two, token, expected)
            counts_within_a_second(pair.one, token, expected)
        pair.wait_until_ready()


@pytest.fixture
def door(postgresql: PostgreSQL) -> Iterator[PostgresDoor]:
    made = PostgresDoor(postgresql.port)
    yield made
    made.close()


def _change_unheard(pair: Pair) -> None:
    """The second replica hears nothing, and looks again after `cache.stale_after`."""
    token = pair.one.create_token("github")
    assert (status(pair.one, token), status(pair.two, token)) == (202, 202)
    for command, expected in (("disable", 403), ("enable", 202), ("disable", 403)):
        pair.change(command, token.id)
        counts_within_a_second(pair.one, token, expected)
        counts_within_a_second(pair.two, token, expected, seconds=2)
    pair.execute("CREATE TABLE copy AS SELECT * FROM token")
    pair.execute("DELETE FROM token")
    counts_within_a_second(pair.two, token, 404, seconds=2)
    pair.execute("INSERT INTO token SELECT * FROM copy")
    counts_within_a_second(pair.two, token, 403, seconds=2)


def test_while_nothing_can_listen(scratch: Path, postgresql: PostgreSQL, door: PostgresDoor) -> None:
    door.behaviour = door.refuse_listening
    cache = PATIENT | {"stale_after": "1s"}
    with two_gateways(scratch, postgresql, cache, door.url) as pair:
        wait_until(lambda: door.refused > 2, 10, "the connection that listens to be cut")
        _change_unheard(pair)
        assert b"listening for changes" not in pair.two.log
        # And from then on within a second again, because it is told.
        door.behaviour = door.forward
        wait_until(lambda: b"listening for changes" in pair.two.log, 30, "the second one to listen")


def test_behind_a_pooler_that_passes_no_notices_on(scratch: Path, postgresql: PostgreSQL, door: PostgresDoor) -> None:
    """LISTEN works there, by all that PostgreSQL says; that nothing is heard is found out all the same."""
    door.behaviour = door.drop_notices
    cache = PATIENT | {"stale_after": "1s"}
    with two_gateways(scratch, postgresql, cache, door.url, {"listen_heartbeat": "1s"}) as pair:
        wait_until(lambda: b"No changes are heard" in pair.two.log, 30, "the second one to find out")
        _change_unheard(pair)
        assert b"listening for changes" not in pair.two.log


def test_a_command_beside_a_server_on_sqlite(scratch: Path) -> None:
    gateway = Gateway(scratch, {"cache": PATIENT}, "replicas-sqlite")
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
