"""A PostgreSQL server of our own: private data folder, loopback, a free port."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from .ports import free_port
from .process import ManagedProcess


def _program(name: str) -> str:
    """Debian keeps the server's programs out of PATH: the newest version's, else whatever PATH has."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed (Debian: postgresql)")
    return found


def _server_user() -> pwd.struct_passwd | None:
    """initdb and postgres refuse to run as root: another user then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


class PostgreSQL:
    """`user` is a superuser of this server, and of nothing else."""

    user = "w2f"

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self._home = directory / "postgresql"
        self._home.mkdir(mode=0o711)
        self._data = self._home / "data"
        account = _server_user()
        self._account = account
        self._initialise()
        self.process = ManagedProcess(
            "postgresql",
            [_program("postgres"), "-D", str(self._data)],
            self._home,
            user=account,
            death_signal=signal.SIGINT,
        )

    def _initialise(self) -> None:
        password_file = self._home / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        identity: dict[str, object] = {}
        if self._account is not None:
            os.chown(self._home, self._account.pw_uid, self._account.pw_gid)
            os.chown(password_file, self._account.pw_uid, self._account.pw_gid)
            identity = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        subprocess.run(
            [
                _program("initdb"),
                *("-D", str(self._data), "-U", self.user, "--pwfile", str(password_file)),
                *("--auth", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            check=True,
            cwd=self._home,
            stdout=subprocess.DEVNULL,
            **identity,  # type: ignore[call-overload]
        )
        # fsync protects from the machine's death, not from kill -9 of the server, which is all that happens here.
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = ''\n"
                "fsync = off\nmax_connections = 100\nshared_buffers = 32MB\n"
            )

    def start(self) -> None:
        """Returns at once; `wait_ready()` waits."""
        self.process.start()

    def wait_ready(self, timeout: float = 30) -> None:
        self.process.wait_ready(self._answers, timeout)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def restart_after_kill(self, timeout: float = 30) -> None:
        """The killed server's children hold its shared memory for a moment, and a new one refuses to start until then."""
        for attempt in range(20):
            self.start()
            try:
                self.wait_ready(timeout)
                return
            except RuntimeError:
                if attempt == 19:
                    raise

    def kill(self) -> None:
        """kill -9 of the postmaster and, as they are in sessions of their own group, its children."""
        self.process.kill()

    def stop(self) -> None:
        self.process.stop(signal.SIGINT)

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Makes an empty database and returns its URL."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def dump(self, database: str) -> bytes:
        """All of a database as pg_dump writes it."""
        return subprocess.run(
            [_program("pg_dump"), self.url(database)], check=True, stdout=subprocess.PIPE
        ).stdout

    def accepts_connections(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
