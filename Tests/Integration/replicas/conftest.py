"""Two gateways on one PostgreSQL, with one root key."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from harness.gateway import Gateway, Token
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.signing import github

_numbers = count(1)


def write_key(path: Path) -> Path:
    path.touch(mode=0o600)
    path.write_text(os.urandom(32).hex() + "\n")
    return path


def status(gateway: Gateway, token: Token) -> int:
    """What a signed push is answered."""
    return gateway.post(token, github(token.secret, os.urandom(4).hex().join(('{"ref":"', '"}')).encode(), "push")).status_code


def listening(gateway: Gateway) -> int:
    """How often it has begun to listen for changes."""
    return gateway.log.count(b"listening for changes")


def reads(statements: list[str]) -> list[str]:
    """Those of statements by which a token is read for its webhook."""
    return [statement for statement in statements if "FROM token WHERE public_id = $1" in statement]


@dataclass
class Pair:
    one: Gateway
    two: Gateway
    database: PostgreSQL
    name: str
    key: Path

    def change(self, *arguments: str) -> None:
        """By the command line, which is a process of its own."""
        self.one.command("token", *arguments)

    def execute(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.database.url(self.name), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def execute_unheard(self, statement: str) -> int:
        """Commits when nobody but ourselves is connected any more: its notices are heard by nobody. How many it cut off."""
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(self.database.url(self.name)) as connection:
            connection.execute(statement)
            cut = len(connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall())
            # They go within milliseconds, and come back after a tenth of a second.
            while connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall():
                connection.execute("SELECT pg_stat_clear_snapshot()")
        return cut

    def listening(self) -> tuple[int, int]:
        """How often each has begun to listen for changes: for those of tokens, and for those of sessions."""
        return listening(self.one), listening(self.two)

    def wait_until_ready(self) -> None:
        for gateway in (self.one, self.two):
            wait_until(gateway.ready, 30, "the gateway to be ready")


# Only what is told of a change can make it count: nothing is read again because it is old.
PATIENT = {"ttl": "1h", "negative_ttl": "1h", "stale_after": "1h"}


@contextmanager
def two_gateways(
    scratch: Path,
    postgresql: PostgreSQL,
    cache: dict[str, object],
    through: Callable[[str], str] = lambda url: url,
    database: dict[str, object] | None = None,
) -> Iterator[Pair]:
    """The second one goes to the database `through` something."""
    name = f"replicas{next(_numbers)}"
    url = postgresql.create_database(name)
    key = write_key(scratch / f"{name}.key")

    def gateway(number: str, address: str) -> Gateway:
        settings = {
            "database": {"url": address, **(database or {})},
            "keys": {"root_key_file": str(key)},
            "cache": cache,
        }
        return Gateway(scratch, settings, f"{name}-{number}")

    one, two = gateway("one", url), gateway("two", through(url))
    try:
        one.start()
        two.start()
        made = Pair(one, two, postgresql, name, key)
        made.wait_until_ready()
        yield made
    finally:
        one.stop()
        two.stop()


@pytest.fixture
def pair(scratch: Path, postgresql: PostgreSQL) -> Iterator[Pair]:
    with two_gateways(scratch, postgresql, PATIENT) as made:
        for gateway in (made.one, made.two):
            wait_until(lambda: listening(gateway) >= 2, 30, "the gateway to listen")
        yield made
