"""SQLite's file is removed or replaced under a server that goes on."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from harness.gateway import Gateway, Token
from harness.process import wait_until
from harness.signing import github


def _status(gateway: Gateway, token: Token) -> int:
    body = b'{"ref":"' + os.urandom(4).hex().encode() + b'"}'
    return gateway.post(token, github(token.secret, body, "push")).status_code


def test_a_known_token_is_not_accepted_by_what_is_not_there(scratch: Path) -> None:
    gateway = Gateway(scratch, {"cache": {"ttl": "1h"}}, "database-file")
    file = gateway.directory / "tokens.sqlite"
    token = gateway.create_token("github")
    try:
        gateway.start()
        wait_until(gateway.ready, 30, "the gateway to be ready")
        assert _status(gateway, token) == 202
        for event in (lambda: file.rename(f"{file}.away"), lambda: (file.rename(f"{file}.away"), file.touch())):
            event()
            wait_until(lambda: _status(gateway, token) == 503, 10, "the token to be refused")
            wait_until(lambda: not gateway.ready(), 10, "readyz to say so")
            assert gateway.alive()
            Path(f"{file}.away").rename(file)
            wait_until(gateway.ready, 10, "the file to be found again")
            wait_until(lambda: _status(gateway, token) == 202, 10, "the token to be accepted")
        text = gateway.log.decode()
        assert "no webhook is accepted" in text and "restart the server" in text
        assert text.count("no webhook is accepted") == 2
    finally:
        gateway.stop()


def test_a_backup_that_is_copied_over_the_file(scratch: Path) -> None:
    """The file stays the same one, and SQLite does not notice; nor that all of it went."""
    gateway = Gateway(scratch, {"cache": {"ttl": "1h"}}, "database-backup")
    file = gateway.directory / "tokens.sqlite"
    token = gateway.create_token("github")

    def bytes_without_log() -> bytes:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()

    try:
        enabled = bytes_without_log()
        gateway.command("token", "disable", token.id)
        disabled = bytes_without_log()
        gateway.command("token", "enable", token.id)
        assert bytes_without_log() not in (enabled, disabled)
        gateway.start()
        wait_until(gateway.ready, 30, "the gateway to be ready")
        assert _status(gateway, token) == 202
        bytes_without_log()
        inode = file.stat().st_ino
        file.write_bytes(disabled)
        assert file.stat().st_ino == inode
        wait_until(lambda: _status(gateway, token) not in (202, 503), 10, "the token to be refused")
        os.truncate(file, 0)
        wait_until(lambda: _status(gateway, token) == 503, 10, "nothing to be accepted any more")
        wait_until(lambda: not gateway.ready(), 10, "readyz to say so")
        assert "was emptied" in gateway.log.decode()
    finally:
        gateway.stop()


def test_a_folder_that_is_not_writable_is_named(scratch: Path) -> None:
    gateway = Gateway(scratch, {"database": {"url": "sqlite:/proc/w2f/tokens.sqlite"}}, "database-folder")
    failed = gateway.command("migrate", check=False)
    assert failed.returncode != 0
    assert "/proc/w2f is not there" in failed.stderr
    gateway = Gateway(scratch, {"database": {"url": "sqlite:/proc/tokens.sqlite"}}, "database-proc")
    failed = gateway.command("migrate", check=False)
    assert failed.returncode != 0 and "/proc" in failed.stderr
