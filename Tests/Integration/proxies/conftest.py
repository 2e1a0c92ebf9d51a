"""Two servers, and in front of them HAProxy, nginx and Apache in turn, at one address, by the files of deploy/proxies.

W2F_PROXIES=long (`Tests/run --proxies`) sends all of the hostile suite through each, more bodies, and tens of thousands of
webhooks; without it, it is a part of each.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hostile.conftest import Headers, Target
from people.conftest import settings as provider_settings
from people.provider import ScriptedProvider
from proxies import ledger
from replicas.conftest import write_key

from harness.certificates import Authority
from harness.gateway import Gateway, Token
from harness.http2 import HTTP2Connection
from harness.ports import free_port
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.proxies import KINDS, Proxy
from harness.rabbitmq import RabbitMQ
from harness.rawhttp import Answer, Connection, Response, exchange
from harness.signing import SIGNERS
from harness.webhook import Webhook
from harness.wiretap import Wiretap

LONG = os.environ.get("W2F_PROXIES") == "long"
collect_ignore = [] if LONG else ["test_webhooks.py", "test_deadline.py"]
MEGABYTE = 1 << 20
TOPIC_PREFIX = "org.fedoraproject.proxies"
DATABASE = "proxies"
# What the files of deploy/proxies ask of the servers' own settings.
PROXIED: dict[str, object] = {"trusted_proxies": ["127.0.0.1"], "proxy_header": "x-forwarded-for"}
# Canaries on each side of a hostile request: the proxies take the servers in turn.
ROUNDS = 2


@dataclass
class Site:
    """Both servers, and the address under which people and services know them."""

    gateways: list[Gateway]
    port: int
    authority: Authority
    provider: ScriptedProvider
    wiretap: Wiretap
    tokens: dict[str, Token]
    others: dict[str, Token]
    # How far each log was read.
    _read: dict[int, int] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        return [f"127.0.0.1:{gateway.port}" for gateway in self.gateways]

    def _requests(self, gateway: Gateway) -> list[dict[str, object]]:
        """What its log says of requests since the last look."""
        with gateway.process.log.open("rb") as log:
            log.seek(self._read.get(gateway.port, 0))
            lines = log.read()
        lines = lines[: lines.rfind(b"\n") + 1]
        self._read[gateway.port] = self._read.get(gateway.port, 0) + len(lines)
        entries = (json.loads(line) for line in lines.splitlines() if line.startswith(b"{") and b'"request"' in line)
        return [entry for entry in entries if entry.get("message") == "request"]

    def proxied(self, path: str) -> list[dict[str, object]]:
        """Requests for a path that came by a proxy since the last look."""
        entries = [entry for gateway in self.gateways for entry in self._requests(gateway)]
        return [entry for entry in entries if entry.get("path") == path and "proxy" in entry]

    def request(self, request_id: str) -> dict[str, object]:
        """What the server that answered a request says of it."""
        found: list[dict[str, object]] = []

        def look() -> bool:
            entries = [entry for gateway in self.gateways for entry in self._requests(gateway)]
            found.extend(entry for entry in entries if entry.get("request") == request_id)
            return bool(found)

        wait_until(look, 20, "the line of the log", interval=0.005)
        return found[0]


@contextmanager
def two_servers(
    directory: Path, postgresql: PostgreSQL, database: str, settings: dict[str, dict[str, object]]
) -> Iterator[list[Gateway]]:
    """On one database, with one root key; migrated, and not started."""
    directory.mkdir()
    shared = {
        "database": {"url": postgresql.create_database(database)},
        "keys": {"root_key_file": str(write_key(directory / "root.key"))},
        **settings,
    }
    made = []
    try:
        for name in ("one", "two"):
            made.append(Gateway(directory, shared, name, tls=False))
        made[0].migrate()
        yield made
    finally:
        for gateway in made:
            gateway.stop()


@pytest.fixture(scope="session")
def site(scratch: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ) -> Iterator[Site]:
    provider = ScriptedProvider()
    authority, port = Authority(scratch, "proxies"), free_port()
    settings = provider_settings(
        provider,
        broker={
            "amqp_url": rabbitmq.url(rabbitmq.publisher), "topic_prefix": TOPIC_PREFIX, "max_message_size": "64 MiB",
        },
        log={"level": "debug"},
        # Each proxy gets what the one before it got, and a slow machine has its time for large bodies.
        ingest={"deduplication_window": "0s", "deadline": "60s"},
        server={**PROXIED, "public_url": f"https://localhost:{port}", "body_timeout": "60s"},
    )
    wiretap = Wiretap(rabbitmq, "proxies-wiretap", f"{TOPIC_PREFIX}.#")
    try:
        with two_servers(scratch / "proxies", postgresql, DATABASE, settings) as gateways:
            tokens = {service: gateways[0].create_token(service) for service in SIGNERS}
            others = {service: gateways[0].create_token(service, "other") for service in SIGNERS}
            for gateway in gateways:
                gateway.start()
            for gateway in gateways:
                wait_until(gateway.ready, 60, "the gateway's connection to the broker")
            yield Site(gateways, port, authority, provider, wiretap, tokens, others)
    finally:
        wiretap.close()
        provider.close()


@pytest.fixture(scope="session", params=KINDS)
def proxy(request: pytest.FixtureRequest, site: Site, scratch: Path) -> Iterator[Proxy]:
    made = Proxy(scratch / "proxies", request.param, site.addresses, site.authority, port=site.port)
    made.start()
    yield made
    made.stop()


@dataclass
class ProxyTarget(Target):
    """The hostile suite's target, reached through a proxy. What the proxy refuses by itself, the server need not."""

    topic_prefix: str = TOPIC_PREFIX
    database: str = DATABASE
    limit: int = 25 * MEGABYTE
    # Fewer than the threads that Apache has here.
    idle: int = 150
    proxy: Proxy | None = None
    # Webhooks go by HTTP/2; what is written by hand, never.
    by_http2: bool = False
    _kept: list[Connection] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.proxy
        return self.proxy.port

    def raw(self, data: bytes, timeout: float = 20) -> Answer:
        return exchange(self.port, data, timeout)

    def connect(self) -> Connection:
        return Connection(self.port)

    def refused(self, response: Response, *statuses: int) -> None:
        if "x-request-id" in response.headers:
            super().refused(response, *statuses)
        else:
            assert 400 <= response.status < 500 or response.status in statuses, response
            self.nothing_published()

    def nothing_published(self) -> None:
        identifiers = sorted(self.canary() for _ in range(ROUNDS))
        assert sorted(delivery.id for delivery in self.wiretap.drain()) == identifiers

    def canary(self) -> str:
        """On a connection to the proxy that stays: the answer is this webhook's own."""
        webhook = self.webhook("github")
        data = self.request(self.tokens["github"], webhook).replace(b"Connection: close\r\n", b"")
        if not self._kept:
            self._kept.append(Connection(self.port))
        try:
            self._kept[0].send(data)
            response = self._kept[0].read_response()
        except BaseException:
            # The next test's canary is another one.
            self.forget()
            raise
        if response.headers.get("connection", "").lower() == "close":
            self.forget()
        assert response.status == 202, response
        return json.loads(response.body)["message_id"]

    def forget(self) -> None:
        while self._kept:
            self._kept.pop().close()

    def post(self, webhook: Webhook, token: Token | None = None, extra: Headers | None = None) -> Response:
        token = token or self.tokens[webhook.service]
        if self.by_http2:
            return self._post_by_http2(token, webhook, extra or [])
        responses = self.raw(self.request(token, webhook, extra)).responses
        assert len(responses) == 1
        return responses[0]

    def _post_by_http2(self, token: Token, webhook: Webhook, extra: Headers) -> Response:
        assert self.proxy
        fields = [
            (b":method", b"POST"), (b":scheme", b"https"), (b":authority", f"localhost:{self.port}".encode()),
            (b":path", token.path.encode("latin-1")),
        ]
        for name, value in [*webhook.headers.items(), *extra]:
            if name.lower() not in ("connection", "host"):
                # As every client sends them.
                value = (value if isinstance(value, bytes) else value.encode("latin-1")).strip(b" \t")
                fields.append((name.lower().encode("latin-1"), value))
        with HTTP2Connection(self.port, self.proxy.tls_context("h2")) as connection:
            answer = connection.request(fields, webhook.body)
        # A stream that is reset is refused.
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
        return Response(400 if answer.status is None else answer.status, headers, answer.body)


class Behind(Gateway):
    """A gateway that runs, spoken to through a proxy."""

    def __init__(self, gateway: Gateway, proxy: Proxy) -> None:
        self.__dict__ |= gateway.__dict__
        self.kind, self.port, self.authority = proxy.kind, proxy.port, proxy.authority

    def start(self, timeout: float = 30) -> None:
        """It does."""

    def stop(self, timeout: float = 30) -> None:
        """Others need it."""


def target_behind(site: Site, proxy: Proxy) -> ProxyTarget:
    return ProxyTarget(Behind(site.gateways[0], proxy), site.wiretap, None, site.tokens, site.others, proxy=proxy)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def _target(site: Site, proxy: Proxy) -> Iterator[ProxyTarget]:
    target = target_behind(site, proxy)
    yield target
    target.forget()


@pytest.fixture
def target(_target: ProxyTarget, site: Site) -> ProxyTarget:
    """The queue is empty, whatever the test before left there."""
    assert _target.proxy
    for process in [_target.proxy.process, *(gateway.process for gateway in site.gateways)]:
        assert process.running, process.log_tail()
    _target.wiretap.drain()
    return _target


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The ledger's table."""
    if ledger.lines:
        terminalreporter.section("webhooks through proxies")
        terminalreporter.write_line(ledger.table())
        for line in ledger.lines:
            for text, count in Counter(line.examples).most_common(3):
                terminalreporter.write_line(f"{line.proxy}, {line.scenario}: {count} × {text}")
