"""Two gateways behind a PgBouncer in transaction mode, which gives each transaction another of its few connections."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from harness.gateway import Gateway, Token
from harness.pgbouncer import PgBouncer
from harness.postgresql import PostgreSQL
from harness.process import wait_until

from .conftest import status, write_key


@pytest.fixture(scope="module")
def bouncer(scratch: Path, postgresql: PostgreSQL) -> Iterator[PgBouncer]:
    made = PgBouncer(scratch, postgresql, "replicas")
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def gateways(scratch: Path, postgresql: PostgreSQL, bouncer: PgBouncer) -> Iterator[list[Gateway]]:
    url = bouncer.through(postgresql.create_database("pooled"))
    key = write_key(scratch / "pooled.key")
    # A token is read again for nearly every webhook, so that there is much to ask.
    settings = {
        "database": {"url": url, "pool_size": 8},
        "keys": {"root_key_file": str(key)},
        "cache": {"ttl": "1s", "stale_after": "100ms"},
        "deliveries": {"flush_interval": "100ms"},
    }
    made = [Gateway(scratch, settings, f"pooled-{number}") for number in range(2)]
    try:
        for gateway in made:
            gateway.start()
            wait_until(gateway.ready, 30, "the gateway to be ready")
        yield made
    finally:
        for gateway in made:
            gateway.stop()


def _counted(postgresql: PostgreSQL, tokens: list[Token]) -> list[tuple[str, int, int]]:
    with psycopg.connect(postgresql.url("pooled")) as connection:
        rows = connection.execute(
            "SELECT public_id, published + withheld, refused FROM token_activity JOIN token ON uuid = token_uuid"
        ).fetchall()
    ids = [token.id for token in tokens]
    return sorted(row for row in rows if row[0] in ids)


def test_nothing_is_counted_twice_or_never(gateways: list[Gateway], postgresql: PostgreSQL) -> None:
    tokens = [gateways[number % 2].create_token("github", f"pooled {number}") for number in range(8)]
    rounds = 25
    answers: list[int] = []

    def send(gateway: Gateway) -> None:
        for _ in range(rounds):
            for token in tokens:
                answers.append(status(gateway, token))

    threads = [threading.Thread(target=send, args=(gateway,)) for gateway in gateways for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {202}, {code: answers.count(code) for code in set(answers)}
    expected = sorted((token.id, 4 * rounds, 0) for token in tokens)
    wait_until(lambda: _counted(postgresql, tokens) == expected, 30, "all to be counted")
    for gateway in gateways:
        assert b"prepared statement" not in gateway.log, gateway.process.log_tail()
        assert b"cannot write deliveries" not in gateway.log


def test_changes_are_seen(gateways: list[Gateway]) -> None:
    """Notices do not come through such a pooler: what is known is asked for again soon."""
    one, two = gateways
    token = one.create_token("github", "changed")
    assert [status(gateway, token) for gateway in gateways] == [202, 202]
    one.command("token", "disable", token.id)
    for gateway in gateways:
        wait_until(lambda: status(gateway, token) == 403, 10, "the change to be seen")
    one.command("token", "rotate", token.id, "--grace", "0s", check=False)
    two.command("token", "enable", token.id)
    assert two.command("token", "delete", token.id, "--yes", check=False).returncode in (0, 64)


def test_the_command_line_works_through_it(gateways: list[Gateway]) -> None:
    for number in range(10):
        made = gateways[number % 2].create_token("gitlab", f"command {number}", secret=os.urandom(20).hex())
        assert made.id in gateways[(number + 1) % 2].command("token", "list", "--json").stdout
