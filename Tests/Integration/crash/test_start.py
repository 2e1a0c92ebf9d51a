"""The server starts while PostgreSQL is away, and goes on when it comes; what is wrong then ends it with words."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.gateway import Gateway, Token
from harness.ports import free_port
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.signing import github

_PAUSE = {"reconnect_min": "50ms", "reconnect_max": "500ms"}


@pytest.fixture
def database(scratch: Path) -> Iterator[PostgreSQL]:
    directory = scratch / f"start-{free_port()}"
    directory.mkdir(mode=0o711)
    made = PostgreSQL(directory)
    try:
        yield made
    finally:
        made.stop()


def _answer(gateway: Gateway, token: Token) -> requests.Response:
    return gateway.post(token, github(token.secret, b'{"ref":"refs/heads/main"}', "push"))


def test_it_starts_without_and_goes_on_with_it(scratch: Path, database: PostgreSQL) -> None:
    database.start()
    database.wait_ready()
    url = database.create_database("late")
    gateway = Gateway(scratch, {"database": {"url": url, **_PAUSE}}, "start-late")
    token = gateway.create_token("github")
    database.kill()
    try:
        gateway.start()
        assert not gateway.ready()
        refused = _answer(gateway, token)
        assert refused.status_code == 503 and refused.headers["Retry-After"].isdigit()
        # An empty database is as good: its tables are made then.
        database.restart_after_kill()
        wait_until(gateway.ready, 60, "the gateway to find the database")
        assert _answer(gateway, token).status_code == 202
        assert gateway.stop() == 0
        assert database.password.encode() not in gateway.log
    finally:
        gateway.kill()


def test_tables_are_made_when_it_comes(scratch: Path, database: PostgreSQL) -> None:
    database.start()
    database.wait_ready()
    url = database.create_database("empty")
    database.kill()
    gateway = Gateway(scratch, {"database": {"url": url, **_PAUSE}}, "start-empty")
    try:
        gateway.start()
        database.restart_after_kill()
        wait_until(gateway.ready, 60, "the gateway to find the database")
        assert _answer(gateway, gateway.create_token("github")).status_code == 202
        assert gateway.log.count(b"applied migration") > 1
    finally:
        gateway.stop()


def test_sigterm_while_it_waits(scratch: Path, database: PostgreSQL) -> None:
    gateway = Gateway(scratch, {"database": {"url": database.url("nowhere"), **_PAUSE}}, "start-term")
    gateway.start()
    assert gateway.process.stop(signal.SIGTERM, 20) == 0


def test_a_wrong_root_key_found_then_ends_it(scratch: Path, database: PostgreSQL) -> None:
    database.start()
    database.wait_ready()
    url = database.create_database("keyed")
    Gateway(scratch, {"database": {"url": url}}, "start-first").create_token("github")
    database.kill()
    gateway = Gateway(scratch, {"database": {"url": url, **_PAUSE}}, "start-wrong")
    try:
        gateway.start()
        database.restart_after_kill()
        assert gateway.process.wait(60) == 1
        assert b"root key" in gateway.log
    finally:
        gateway.kill()


def test_a_latin_database_is_refused(scratch: Path, database: PostgreSQL) -> None:
    import psycopg

    database.start()
    database.wait_ready()
    with psycopg.connect(database.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    gateway = Gateway(scratch, {"database": {"url": database.url("latin")}}, "start-latin")
    failed = gateway.command("migrate", check=False)
    assert failed.returncode != 0
    assert "LATIN1" in failed.stderr and "ENCODING 'UTF8'" in failed.stderr
    gateway.process.start()
    assert gateway.process.wait(30) == 1
    assert b"LATIN1" in gateway.log
