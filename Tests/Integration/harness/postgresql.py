"""A PostgreSQL server of our own: private data folder, loopback, a free port."""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .certificates import Identity
from .ports import free_port
from .process import ManagedProcess, wait_until


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

    def __init__(
        self, directory: Path, primary: "PostgreSQL | None" = None, tls: Identity | None = None
    ) -> None:
        """With a primary, which must be running, its standby. With a certificate, TCP connections use TLS alone."""
        self.port = free_port()
        self.password = primary.password if primary else secrets.token_hex(12)
        self._home = directory / "postgresql"
        self._home.mkdir(mode=0o711)
        self._data = self._home / "data"
        account = _server_user()
        self._account = account
        self._copy(primary) if primary else self._initialise()
        self._configure(tls)
        self.process = ManagedProcess(
            "postgresql",
            [_program("postgres"), "-D", str(self._data)],
            self._home,
            self._environment,
            user=account,
            death_signal=signal.SIGINT,
        )

    def _initialise(self) -> None:
        password_file = self._home / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        self._give(password_file)
        self._run(
            _program("initdb"),
            *("-D", str(self._data), "-U", self.user, "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )

    def _copy(self, primary: "PostgreSQL") -> None:
        """A copy that goes on following the primary (-R)."""
        self._run(
            _program("pg_basebackup"), *("-D", str(self._data), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"),
            *("-d", primary.url("postgres")),
        )

    def _give(self, *paths: Path) -> None:
        """To the user that the server runs as."""
        if self._account is not None:
            for path in (self._home, *paths):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    @property
    def _environment(self) -> dict[str, str]:
        """libpq looks for certificates in the home folder, which may be root's, and closed."""
        return os.environ | {"HOME": str(self._home)}

    def _run(self, *command: str) -> None:
        identity: dict[str, object] = {}
        if self._account is not None:
            self._give()
            identity = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        subprocess.run(
            command,
            check=True,
            cwd=self._home,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            **identity,  # type: ignore[call-overload]
        )

    def _configure(self, tls: Identity | None) -> None:
        # fsync protects from the machine's death, not from kill -9 of the server, which is all that happens here.
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = ''\n"
                "fsync = off\nmax_connections = 100\nshared_buffers = 32MB\n"
            )
            if tls is None:
                return
            certificate, key = self._home / "server.pem", self._home / "server.key"
            certificate.write_bytes(tls.certificate.read_bytes())
            key.touch(mode=0o600)
            key.write_bytes(tls.key.read_bytes())
            self._give(certificate, key)
            settings.write(f"ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n")
        access = self._data / "pg_hba.conf"
        lines = access.read_text().splitlines()
        access.write_text("".join(f"hostssl{line[4:]}\n" if line.startswith("host ") else f"{line}\n" for line in lines))

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
        deadline = time.monotonic() + timeout
        while True:
            self.start()
            try:
                self.wait_ready(timeout)
                return
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of the postmaster and, as they are in sessions of their own group, its children."""
        self.process.kill()

    def stop(self) -> None:
        """At once: nobody needs what is in it any more."""
        self.process.stop(signal.SIGQUIT)

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

    @contextmanager
    def statements(self, database: str) -> Iterator[Callable[[], list[str]]]:
        """What is asked of a database meanwhile, by the server's own log, which has each statement before it is run."""
        import psycopg

        start = 0

        def settle(connection: psycopg.Connection, *changes: str) -> None:
            for change in changes:
                connection.execute(f"ALTER SYSTEM {change}")
            connection.execute("SELECT pg_reload_conf()")

        def asked() -> list[str]:
            text = self.process.log.read_text(errors="replace")[start:]
            # Of a statement of several lines, the first one alone is marked.
            entries = re.split(r"^\[([^\]\n]*)\] ", text, flags=re.MULTILINE)
            pairs = zip(entries[1::2], entries[2::2], strict=True)
            return [entry for name, entry in pairs if name == database and re.match(r"LOG:  (statement|execute )", entry)]

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            start = len(self.process.log.read_text(errors="replace"))
            settle(connection, "SET log_statement = 'all'", "SET log_line_prefix = '[%d] '")
            try:
                # The others were signalled along with us.
                wait_until(lambda: bool(connection.execute("SELECT 1") and asked()), 10, "statements in the log")
                start = len(self.process.log.read_text(errors="replace"))
                yield asked
            finally:
                settle(connection, "RESET log_statement", "RESET log_line_prefix")

    def promote(self) -> None:
        """Makes a standby a primary, and waits until it is one."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)
