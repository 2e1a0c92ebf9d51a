"""canaille, another identity provider from PyPI: it enforces PKCE, sends `aud` as a list, and ends its session on request."""

import json
import os
import subprocess
from pathlib import Path

import requests

from .corpus import REPOSITORY
from .ports import free_port
from .process import ManagedProcess

PASSWORD = "correct-horse-battery"


def environment() -> Path:
    """The Python environment with canaille: W2F_CANAILLE_ENVIRONMENT, or .build-venv/canaille."""
    path = Path(os.environ.get("W2F_CANAILLE_ENVIRONMENT", REPOSITORY / ".build-venv" / "canaille"))
    if not (path / "bin" / "canaille").exists():
        raise FileNotFoundError(f"there is no canaille in {path}: Tests/run --people installs it")
    return path


def _toml(value: str) -> str:
    return json.dumps(value)


class Canaille:
    """People are made by `add_person`, clients by `add_client`, before `start`."""

    secret = "canaille-client-secret"

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.run = directory / "canaille"
        self.run.mkdir()
        self._program = str(environment() / "bin" / "canaille")
        self._configuration = self.run / "config.toml"
        self._variables = {**os.environ, "CANAILLE_CONFIG": str(self._configuration)}
        self._write_configuration(None)
        self._write_configuration(json.loads(self._command("jwk", "create", "rsa")))
        self._command("install")
        self.process = ManagedProcess(
            "canaille", [self._program, "run", "--bind", f"127.0.0.1:{self.port}"], self.run, self._variables
        )

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    def _command(self, *arguments: str) -> str:
        result = subprocess.run(
            [self._program, *arguments], env=self._variables, cwd=self.run, capture_output=True, text=True, timeout=120
        )
        if result.returncode != 0:
            raise AssertionError(f"canaille {' '.join(arguments[:2])}: {result.stderr.strip()[-2000:]}")
        return result.stdout

    def _write_configuration(self, key: dict[str, str] | None) -> None:
        lines = [
            'SECRET_KEY = "for-tests-alone-for-tests-alone-00"',
            f'SERVER_NAME = "localhost:{self.port}"',
            'PREFERRED_URL_SCHEME = "http"',
            "[CANAILLE]",
            'NAME = "Accounts for tests"',
            'DATABASE = "sql"',
            "EMAIL_CONFIRMATION = false",
            "[CANAILLE.ACL.DEFAULT]",
            'PERMISSIONS = ["edit_self", "use_oidc", "manage_oidc"]',
            "[CANAILLE_SQL]",
            f'DATABASE_URI = "sqlite:///{self.run}/canaille.sqlite"',
            "[CANAILLE_OIDC]",
            "REQUIRE_NONCE = true",
        ]
        if key is not None:
            members = ", ".join(f"{name} = {_toml(value)}" for name, value in key.items())
            lines.append(f"ACTIVE_JWKS = [{{{members}}}]")
        self._configuration.write_text("\n".join(lines) + "\n")

    def add_person(self, name: str, groups: list[str] | None = None) -> None:
        self._command(
            "create", "user", "--user-name", name, "--password", PASSWORD, "--given-name", name.title(),
            "--family-name", "Test", "--formatted-name", f"{name.title()} Test", "--emails", f"{name}@example.com",
        )
        for group in groups or []:
            self._command("create", "group", "--display-name", group, "--members", name)

    def add_client(self, name: str, redirect: str, after_logout: str) -> None:
        scopes = [argument for scope in ("openid", "profile", "email", "groups") for argument in ("--scope", scope)]
        self._command(
            "create", "client", "--client-id", name, "--client-secret", self.secret, "--client-name", name,
            "--client-uri", after_logout, "--redirect-uris", redirect, "--post-logout-redirect-uris", after_logout,
            "--grant-types", "authorization_code", "--grant-types", "refresh_token", "--response-types", "code",
            *scopes, "--token-endpoint-auth-method", "client_secret_post",
        )
        self._command("set", "client", name, "--id-token-signed-response-alg", "RS256")
        self._command("set", "client", name, "--audience", name)

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
