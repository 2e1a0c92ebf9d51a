"""The program under test: a configuration, tokens made by its own command, and the server's process."""

import http.client
import json
import os
import signal
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from . import rawhttp
from .certificates import Authority, Identity, tls_wanted
from .corpus import REPOSITORY
from .ports import free_port
from .process import PATIENCE, ManagedProcess
from .services import EXAMPLE, MADE_THERE, SETTINGS
from .signing import SIGNERS
from .webhook import Webhook


def binary() -> str:
    """The release build, or what W2F_BINARY names."""
    path = Path(os.environ.get("W2F_BINARY", REPOSITORY / ".build" / "release" / "webhook2fedmsg"))
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: swift build -c release")
    return str(path)


@dataclass(frozen=True)
class Token:
    id: str
    service: str
    secret: str
    path: str


def _toml(value: object) -> str:
    return json.dumps(value)


class Gateway:
    """`settings` are sections of the configuration: {"broker": {"amqp_url": …}}; they override the ones made here.

    With `tls` (by default where W2F_TEST_TLS asks for it) it speaks HTTPS, with a certificate of an authority of its own.
    """

    def __init__(
        self,
        directory: Path,
        settings: dict[str, dict[str, object]],
        name: str = "gateway",
        tls: bool | None = None,
    ) -> None:
        self.directory = directory / name
        self.directory.mkdir()
        self.port = free_port()
        self.authority: Authority | None = None
        self.identity: Identity | None = None
        root_key = self.directory / "root.key"
        root_key.touch(mode=0o600)
        root_key.write_text(os.urandom(32).hex() + "\n")
        sections: dict[str, dict[str, object]] = {
            "server": {"listen": [f"127.0.0.1:{self.port}"], "drain_idle": "0s"},
            "database": {"url": f"sqlite:{self.directory}/tokens.sqlite"},
            "keys": {"root_key_file": str(root_key)},
            # One token sends more here than any honest hook does.
            "ingest": {
                "max_messages_per_minute": 0,
                "max_bytes_per_minute": 0,
                "max_messages_per_account": 0,
                "max_bytes_per_account": 0,
            },
            "services": {"enabled": [name for name in SIGNERS if name != "example"]},
            "services.example": EXAMPLE,
        }
        if tls_wanted() if tls is None else tls:
            self.authority = Authority(self.directory)
            self.identity = self.authority.issue("server")
            sections["server.tls"] = {"certfile": str(self.identity.certificate), "keyfile": str(self.identity.key)}
            rawhttp.tls_ports[self.port] = self.authority.certificate
        for section, values in settings.items():
            sections[section] = {**sections.get(section, {}), **values}
        self.configuration = self.directory / "webhook2fedmsg.toml"
        lines = [f"state_dir = {_toml(str(self.directory))}"]
        for section, values in sections.items():
            lines.append(f"[{section}]")
            lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        self.configuration.touch(mode=0o600)
        self.configuration.write_text("\n".join(lines) + "\n")
        self.process = ManagedProcess(
            "serve", [binary(), "serve", "--config", str(self.configuration)], self.directory, self._environment()
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("W2F_")}

    def command(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """`webhook2fedmsg ARGUMENTS --config …`."""
        return self.program(*arguments, "--config", str(self.configuration), stdin=stdin, check=check)

    def program(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """`webhook2fedmsg ARGUMENTS`, for commands that know no configuration."""
        result = subprocess.run(
            [binary(), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd=self.directory,
            timeout=60 * PATIENCE,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(arguments[:2])} exited {result.returncode}: {result.stderr.strip()}")
        return result

    def migrate(self) -> None:
        self.command("migrate")

    def create_token(
        self,
        service: str,
        name: str = "test",
        secret: str | None = None,
        publish_private: bool = True,
        scope: str | None = None,
        events: Sequence[str] = (),
    ) -> Token:
        """With a secret of the server's making, or with `secret` given on standard input.

        It publishes what is private as well, unless told otherwise: many real payloads do not say that they are not.
        """
        if secret is None and service in MADE_THERE:
            secret = os.urandom(20).hex()
        options = [] if secret is None else ["--secret-file", "-"]
        options += ["--publish-private"] if publish_private else []
        options += ["--scope", scope] if scope is not None else []
        for event in events:
            options += ["--event", event]
        for key, value in SETTINGS.get(service, {}).items():
            options += ["--setting", f"{key}={value}"]
        output = self.command(
            "token", "create", "--service", service, "--name", name, *options, "--json", stdin=secret or ""
        ).stdout
        made = json.loads(output)
        return Token(made["id"], service, made["secret"] if secret is None else secret, f"/{service}/{made['id']}")

    def start(self, timeout: float = 30) -> None:
        self.process.start()
        self.process.wait_ready(self.alive, timeout)

    def stop(self, timeout: float = 30) -> int | None:
        return self.process.stop(signal.SIGTERM, timeout)

    def kill(self) -> None:
        self.process.kill()

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://127.0.0.1:{self.port}"

    def http_connection(self, timeout: float = 20) -> http.client.HTTPConnection:
        if self.authority is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls_context())

    def tls_context(self) -> ssl.SSLContext:
        """A client's, which trusts the authority of this gateway alone."""
        assert self.authority is not None, "this gateway speaks no TLS"
        return ssl.create_default_context(cafile=str(self.authority.certificate))

    @property
    def trust(self) -> str | bool:
        """What `requests` is to verify the certificate by."""
        return str(self.authority.certificate) if self.authority else True

    def alive(self) -> bool:
        return self._status("/healthz") == 200

    def ready(self) -> bool:
        return self._status("/readyz") == 200

    def broker_detail(self) -> str:
        """How the connection to the broker stands, as /readyz tells it."""
        return requests.get(self.url + "/readyz", timeout=5, verify=self.trust).json()["parts"]["broker"]["detail"]

    def _status(self, path: str) -> int | None:
        try:
            return requests.get(self.url + path, timeout=5, verify=self.trust).status_code
        except requests.RequestException:
            return None

    def post(self, token: Token, webhook: Webhook, session: requests.Session | None = None) -> requests.Response:
        """Sends the webhook to the token's address."""
        address = self.url + token.path + (f"?{webhook.query}" if webhook.query else "")
        return (session or requests).request(
            webhook.method, address, data=webhook.body or None, headers=webhook.headers, timeout=60 * PATIENCE,
            verify=self.trust,
        )

    @property
    def log(self) -> bytes:
        return self.process.log.read_bytes()
