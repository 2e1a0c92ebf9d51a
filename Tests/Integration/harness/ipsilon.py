"""Ipsilon, Fedora's own identity provider, in the home that deploy/stack makes for its own.

Any name with the password `ipsilon` logs in; `NAME:groups=a,b` brings groups along. Settings of people who are to have
more stand in `people`.
"""

import os
import sys
from pathlib import Path

import requests

from .corpus import REPOSITORY
from .ports import free_port
from .process import ManagedProcess

sys.path.append(str(REPOSITORY / "deploy" / "support" / "stack"))
import ipsilon_home  # noqa: E402

PASSWORD = "ipsilon"


def environment() -> Path:
    """The Python environment with Ipsilon: W2F_IPSILON_ENVIRONMENT, or .build-venv/ipsilon."""
    path = Path(os.environ.get("W2F_IPSILON_ENVIRONMENT", REPOSITORY / ".build-venv" / "ipsilon"))
    if not (path / "bin" / "ipsilon").exists():
        raise FileNotFoundError(f"there is no Ipsilon in {path}: Tests/run --people installs it")
    return path


class Ipsilon:
    """`people` maps names to attributes (`fullname`, `_groups`, …); clients are added by `add_client`."""

    secret = "ipsilon-client-secret"

    def __init__(self, directory: Path, people: dict[str, dict[str, object]]) -> None:
        self.port = free_port()
        self.run = directory / "ipsilon"
        self.people = people
        self._clients: list[str] = []
        ipsilon_home.make_home(environment(), self.run, self.port)
        ipsilon_home.write_clients(self.run, [])
        self.write_people()
        self.process = ManagedProcess(
            "ipsilon", [str(environment() / "bin" / "python"), str(ipsilon_home.launcher(self.run))], self.run
        )

    @property
    def issuer(self) -> str:
        return ipsilon_home.issuer(self.port)

    def write_people(self) -> None:
        """Makes a change of `people` known; it is read at each login and each UserInfo."""
        ipsilon_home.write_people(self.run, self.people)

    def add_client(
        self, name: str, redirect: str, authentication: str = "client_secret_post", trusted: bool = True
    ) -> None:
        self._clients.append(ipsilon_home.client(name, self.secret, redirect, authentication, trusted))
        ipsilon_home.write_clients(self.run, self._clients)

    def start(self, timeout: float = 60) -> None:
        self.process.start()
        self.process.wait_ready(self.alive, timeout)

    def stop(self) -> None:
        self.process.stop()

    def alive(self) -> bool:
        try:
            return requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=5).status_code == 200
        except requests.RequestException:
            return False
