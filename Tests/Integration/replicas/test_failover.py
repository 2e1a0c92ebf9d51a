"""Two PostgreSQL servers, one the standby of the other, over TLS: by libpq's own options."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from harness.certificates import Authority, Identity
from harness.gateway import Gateway
from harness.postgresql import PostgreSQL
from harness.process import wait_until

from .conftest import status


@dataclass
class Servers:
    primary: PostgreSQL
    standby: PostgreSQL
    authority: Path

    @property
    def url(self) -> str:
        """The standby is named first: it has to be passed over."""
        ports = (self.standby.port, self.primary.port)
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return (
            f"postgresql://{self.primary.user}:{self.primary.password}@{hosts}/hooks"
            f"?target_session_attrs=read-write&sslmode=verify-full&sslrootcert={quote(str(self.authority), safe='')}"
        )

    def is_followed(self, tokens: int) -> bool:
        try:
            with psycopg.connect(self.standby.url("hooks")) as connection:
                found = connection.execute("SELECT COUNT(*) FROM token").fetchone()
        except psycopg.Error:
            # There is no table yet, or what is asked stands in the primary's way.
            return False
        return found == (tokens,)


def _start(directory: Path, name: str, identity: Identity, primary: PostgreSQL | None = None) -> PostgreSQL:
    home = directory / name
    home.mkdir(mode=0o711)
    server = PostgreSQL(home, primary, identity)
    server.start()
    server.wait_ready()
    return server


@pytest.fixture
def servers(scratch: Path) -> Iterator[Servers]:
    directory = Path(tempfile.mkdtemp(prefix="failover-", dir=scratch))
    directory.chmod(0o711)
    authority = Authority(directory)
    identity = authority.issue("database")
    running: list[PostgreSQL] = []
    try:
        primary = _start(directory, "primary", identity)
        running.append(primary)
        primary.create_database("hooks")
        standby = _start(directory, "standby", identity, primary)
        running.append(standby)
        yield Servers(primary, standby, authority.certificate)
    finally:
        for server in running:
            server.stop()


def test_the_standby_takes_over(servers: Servers, scratch: Path) -> None:
    # What is told of a change can make it count, and not the time that has passed.
    settings = {"database": {"url": servers.url}, "cache": {"ttl": "1h"}}
    gateway = Gateway(scratch, settings, "failover-gateway")
    try:
        gateway.start()
        wait_until(gateway.ready, 30, "the gateway to find the primary")
        known, unseen = (gateway.create_token("github", name) for name in ("known", "unseen"))
        assert status(gateway, known) == 202
        wait_until(lambda: servers.is_followed(2), 30, "the standby to have it all")

        servers.primary.kill()
        wait_until(lambda: not gateway.ready(), 30, "readyz to say that the database is away")
        assert status(gateway, known) == 202
        assert status(gateway, unseen) == 503

        servers.standby.promote()
        wait_until(gateway.ready, 60, "the gateway to find the new primary")
        assert status(gateway, unseen) == 202
        # The new primary is written to, and tells of the change.
        gateway.command("token", "disable", known.id)
        wait_until(lambda: status(gateway, known) == 403, 5, "the change to be noticed")
        assert status(gateway, gateway.create_token("github", "made after the failover")) == 202
    finally:
        gateway.stop()


def test_a_certificate_of_somebody_else_is_refused(servers: Servers, scratch: Path) -> None:
    other = scratch / "rogue"
    other.mkdir()
    url = Servers(servers.primary, servers.standby, Authority(other, "rogue").certificate).url
    failed = Gateway(scratch, {"database": {"url": url}}, "failover-rogue").command("migrate", check=False)
    assert failed.returncode != 0
    assert "certificate verify failed" in failed.stderr
    assert servers.primary.password not in failed.stderr
