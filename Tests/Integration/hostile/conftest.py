"""One gateway that everybody attacks, on the real servers, with a real consumer behind it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.certificates import tls_wanted
from harness.consumer import Consumer
from harness.corpus import fixtures
from harness.gateway import Gateway, Token
from harness.overtls import check_over_tls
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.rabbitmq import RabbitMQ
from harness.rawhttp import Answer, Connection, Response, exchange, request_bytes
from harness.services import fresh
from harness.signing import SIGNERS
from harness.webhook import Webhook
from harness.wiretap import Delivery, Wiretap

TOPIC_PREFIX = "org.fedoraproject.hostile"
DATABASE = "hostile"
PROOFLESS = ("quay", "dockerhub")

Headers = list[tuple[str, str | bytes]]

# What is behind TLS reads the same bytes: documents, signatures, tokens and what is published of them are not sent again over
# it. HTTP, its limits and its ends, floods, and what is left in logs and database afterwards are.
SAME_OVER_TLS = (
    "database_file", "event_names", "json", "not_published", "public_by_service", "secrets", "signatures", "tokens",
)
collect_ignore = [f"test_{name}.py" for name in SAME_OVER_TLS] if tls_wanted() else []


@dataclass
class Target:
    """Keeps every secret that was ever sent, for the tests that look for them afterwards."""

    gateway: Gateway
    wiretap: Wiretap
    consumer: Consumer
    tokens: dict[str, Token]
    others: dict[str, Token]
    secrets: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    topic_prefix: str = TOPIC_PREFIX
    database: str = DATABASE
    # What is longer is 413: the broker's bound, or that of bodies.
    limit: int = 16 * 1024 * 1024
    # Connections that say nothing, of one sender.
    idle: int = 300

    def webhook(self, service: str, payload: bytes | None = None, event: str | None = None, **options: object) -> Webhook:
        """A good one; a fixture's payload unless another is given."""
        sample = fixtures(service)[0]
        signer = SIGNERS[service]
        if payload is None:
            # The same body again may be the same delivery, which is not published again.
            payload = fresh(service, sample.payload)
        webhook = signer(
            self.tokens[service].secret,
            payload,
            sample.event if event is None else event,
            **options,
        )
        self.secrets |= webhook.secrets
        return webhook

    def raw(self, data: bytes, timeout: float = 20) -> Answer:
        return exchange(self.gateway.port, data, timeout)

    def connect(self) -> Connection:
        return Connection(self.gateway.port)

    def request(self, token: Token, webhook: Webhook, extra: Headers | None = None) -> bytes:
        """The webhook as bytes for a connection of its own, with more headers at the end."""
        headers: Headers = [("Host", f"127.0.0.1:{self.gateway.port}")]
        headers += [(name, value) for name, value in webhook.headers.items() if name != "Connection"]
        headers += [("Content-Length", str(len(webhook.body))), ("Connection", "close"), *(extra or [])]
        return request_bytes("POST", token.path, headers, webhook.body)

    def post(self, webhook: Webhook, token: Token | None = None, extra: Headers | None = None) -> Response:
        """Sends it to the service's token, or to another, and returns the one answer."""
        token = token or self.tokens[webhook.service]
        responses = self.raw(self.request(token, webhook, extra)).responses
        assert len(responses) == 1
        if responses[0].status == 202 and "message_id" in (answer := json.loads(responses[0].body)):
            self.accepted.add(answer["message_id"])
        return responses[0]

    def post_unpublished(self, webhook: Webhook) -> dict[str, object]:
        """Sends what is taken and not published, and returns the answer."""
        response = self.post(webhook)
        assert response.status == 202, response
        return json.loads(response.body)

    def refused(self, response: Response, *statuses: int) -> None:
        """The answer is an error as the API says, nothing was published, and the next good message goes through."""
        assert response.status in statuses, response
        document = json.loads(response.body)
        assert document.keys() == {"error"}
        assert document["error"]["code"] and document["error"]["message"]
        self.nothing_published()

    def nothing_published(self) -> None:
        identifier = self.canary()
        assert [delivery.id for delivery in self.wiretap.drain()] == [identifier]

    def canary(self) -> str:
        """A good message: its id."""
        response = self.post(self.webhook("github"))
        assert response.status == 202, response
        return json.loads(response.body)["message_id"]

    def published(self, response: Response) -> Delivery:
        """The one message that came of an accepted webhook."""
        assert response.status == 202, response
        (delivery,) = self.wiretap.drain()
        assert delivery.id == json.loads(response.body)["message_id"]
        return delivery


@pytest.fixture(scope="session")
def _target(scratch: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ) -> Iterator[Target]:
    directory = scratch / "hostile"
    directory.mkdir()
    broker = {"amqp_url": rabbitmq.url(rabbitmq.publisher), "topic_prefix": TOPIC_PREFIX}
    settings = {
        "database": {"url": postgresql.create_database(DATABASE)},
        "broker": broker,
        # Shorter than the defaults, so that slow senders need not be watched for long.
        "server": {"head_timeout": "4s", "body_timeout": "6s"},
        # All that could be logged, for the tests that search the log for secrets.
        "log": {"level": "trace"},
    }
    gateway = Gateway(directory, settings)
    wiretap = Wiretap(rabbitmq, "hostile-wiretap", f"{TOPIC_PREFIX}.#")
    consumer = Consumer(rabbitmq, directory, "hostile", TOPIC_PREFIX)
    try:
        gateway.migrate()
        tokens = {service: gateway.create_token(service) for service in SIGNERS}
        others = {service: gateway.create_token(service, "other") for service in SIGNERS}
        gateway.start()
        consumer.start()
        wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        target = Target(gateway, wiretap, consumer, tokens, others)
        target.secrets |= {token.secret for token in [*tokens.values(), *others.values()]}
        # What signs nothing is proved by its address alone.
        target.secrets |= {made[service].id for made in (tokens, others) for service in PROOFLESS}
        yield target
    finally:
        wiretap.close()
        consumer.stop()
        gateway.stop()


@pytest.fixture
def target(_target: Target) -> Target:
    """The queue is empty, whatever the test before left there."""
    assert _target.gateway.process.running, _target.gateway.process.log_tail()
    _target.wiretap.drain()
    return _target


@pytest.fixture(scope="session", autouse=True)
def _over_tls(request: pytest.FixtureRequest) -> None:
    """Where TLS is wanted, it is what is tested."""
    if tls_wanted():
        check_over_tls(request.getfixturevalue("_target").gateway, request.getfixturevalue("rabbitmq"))
