"""Two gateways on one PostgreSQL, with one root key."""

import os
from collections.abc import Iterator
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

    def cut_connections(self) -> int:
        """Of everybody but ourselves: how many."""
        return len(
            self.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    def wait_until_ready(self) -> None:
        for gateway in (self.one, self.two):
            wait_until(gateway.ready, 30, "the gateway to be ready")


@pytest.fixture
def pair(scratch: Path, postgresql: PostgreSQL) -> Iterator[Pair]:
    name = f"replicas{next(_numbers)}"
    url = postgresql.create_database(name)
    key = write_key(scratch / f"{name}.key")
    settings = {"database": {"url": url}, "keys": {"root_key_file": str(key)}}
    one, two = (Gateway(scratch, settings, f"{name}-{number}") for number in ("one", "two"))
    try:
        one.start()
        two.start()
        made = Pair(one, two, postgresql, name, key)
        made.wait_until_ready()
        yield made
    finally:
        one.stop()
        two.stop()
