"""A PgBouncer of our own in front of a PostgreSQL: transactions share its few connections."""

import pwd
import shutil
from pathlib import Path

from .ports import free_port
from .postgresql import PostgreSQL
from .process import ManagedProcess


class PgBouncer:
    """In transaction mode, with as few connections to the server as `pool` says."""

    def __init__(self, directory: Path, database: PostgreSQL, name: str, pool: int = 2) -> None:
        program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if program is None:
            raise FileNotFoundError("pgbouncer is not installed (Debian: pgbouncer)")
        self.port = free_port()
        self._database = database
        home = directory / f"pgbouncer-{name}"
        home.mkdir(mode=0o755)
        users, configuration = home / "users.txt", home / "pgbouncer.ini"
        users.write_text(f'"{database.user}" "{database.password}"\n')
        configuration.write_text(
            f"""[databases]
* = host=127.0.0.1 port={database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = plain
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
server_tls_sslmode = disable
"""
        )
        # It refuses to run as root.
        account = pwd.getpwnam("nobody") if Path("/proc/self").owner() == "root" else None
        self.process = ManagedProcess("pgbouncer", [program, str(configuration)], home, user=account)

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    def through(self, url: str) -> str:
        """The server's address, by way of this."""
        return url.replace(f":{self._database.port}/", f":{self.port}/")
