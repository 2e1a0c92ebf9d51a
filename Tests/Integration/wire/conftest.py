"""Sends every payload once, before the first test looks at what came of it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import psycopg
import pytest
import requests

from harness.archive import Archive, program
from harness.certificates import tls_wanted
from harness.consumer import Consumer
from harness.corpus import Sample, fixtures, payloads
from harness.gateway import Gateway, Token
from harness.overtls import check_over_tls
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.rabbitmq import RabbitMQ
from harness.services import gitlab_signed
from harness.signing import SIGNERS
from harness.webhook import Webhook
from harness.wiretap import Delivery, Wiretap

TOPIC_PREFIX = "org.fedoraproject.wire"

# What TLS cannot change is not repeated over it: the project's own payloads, a few of each service, go through it, and the
# schemas come by it.
SAME_OVER_TLS = ("archive", "consumers", "file_publisher", "packit", "redelivery", "render", "upstream")
collect_ignore = [f"test_{name}.py" for name in SAME_OVER_TLS] if tls_wanted() else []


@dataclass
class Sent:
    """One webhook, its answer, and all that arrived under the answered id."""

    webhook: Webhook
    status: int
    answer: dict[str, Any]
    messages: list[dict[str, Any]]
    deliveries: list[Delivery]


@dataclass
class Wire:
    gateway: Gateway
    consumer: Consumer
    wiretap: Wiretap
    tokens: dict[str, Token]
    # What reads the same messages; over TLS, the same again would tell nothing new.
    archive: Archive | None
    plain: Consumer | None
    sent: dict[str, Sent]
    database_url: str

    def uuid_of(self, token: Token) -> uuid.UUID:
        """A token's lasting identity, which messages' ids are made of."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute("SELECT uuid FROM token WHERE public_id = %s", (token.id,)).fetchone()
        assert row
        return uuid.UUID(row[0])


# The other ways in which a service sends the same payload.
WAYS = {"github": ["form"], "forgejo": ["form", "get"], "gitea": ["form", "get"], "gitlab": ["signed"]}


def cases() -> dict[str, tuple[Sample, str]]:
    """Every payload by a name for people, and once more in each other way: GitHub's form is its default."""
    found = {}
    for sample in fixtures() if tls_wanted() else payloads():
        found[sample.origin] = (sample, "")
        for way in WAYS.get(sample.service, []):
            # A URL has its bound.
            if way != "get" or len(quote_plus(sample.payload)) < 7_000:
                found[f"{sample.origin} as {way}"] = (sample, way)
    return found


def sign(sample: Sample, way: str, secret: str) -> Webhook:
    signer = SIGNERS[sample.service]
    if way == "signed":
        return gitlab_signed(secret, signer("", sample.payload, sample.event))
    return signer(secret, sample.payload, sample.event, **({way: True} if way else {}))


def _settings(broker: RabbitMQ, database_url: str, directory: Path) -> dict[str, dict[str, object]]:
    """The broker's settings come from a file that fedora-messaging's own programs could read."""
    shared = directory / "fedora-messaging.toml"
    shared.touch(mode=0o600)
    url, tls = broker.url(broker.publisher), ""
    if tls_wanted():
        url = broker.tls_url()
        tls = (
            f'[tls]\nca_cert = "{broker.authority.certificate}"\n'
            f'certfile = "{broker.identity.certificate}"\nkeyfile = "{broker.identity.key}"\n'
        )
    shared.write_text(
        f'amqp_url = "{url}"\n'
        f'topic_prefix = "{TOPIC_PREFIX}"\n'
        'publish_exchange = "amq.topic"\npassive_declares = true\n'
        '[client_properties]\napp = "webhook2fedmsg"\n' + tls
    )
    return {"database": {"url": database_url}, "broker": {"config": str(shared)}}


@pytest.fixture(scope="session")
def wire(scratch: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ) -> Iterator[Wire]:
    directory = scratch / "wire"
    directory.mkdir()
    database_url = postgresql.create_database("wire")
    gateway = Gateway(directory, _settings(rabbitmq, database_url, directory))
    consumer = Consumer(rabbitmq, directory, "wire", TOPIC_PREFIX)
    wiretap = Wiretap(rabbitmq, "wiretap", f"{TOPIC_PREFIX}.#")
    archive = plain = None
    if not tls_wanted():
        database = postgresql.create_database("archive")
        archive = Archive(rabbitmq, directory, "archive", TOPIC_PREFIX, database)
        callback = Path(__file__).parents[1] / "harness" / "take_message.py"
        plain = Consumer(
            rabbitmq, directory, "plain", TOPIC_PREFIX, program=program("fedora-messaging"),
            callback=("--callback-file", f"{callback}:take"),
        )
    consumers = [one for one in (consumer, archive, plain) if one is not None]
    try:
        gateway.migrate()
        tokens = {service: gateway.create_token(service) for service in SIGNERS}
        # The server's own secrets are signing tokens too.
        tokens["gitlab signed"] = gateway.create_token("gitlab", "signed")
        gateway.start()
        for one in consumers:
            one.start()
        wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        sent = _send_all(gateway, tokens)
        accepted = {one.answer["message_id"] for one in sent.values() if "message_id" in one.answer}
        for message in consumer.wait_for(accepted, timeout=120):
            for one in sent.values():
                if one.answer.get("message_id") == message["id"]:
                    one.messages.append(message)
        for delivery in wiretap.take(until=accepted, timeout=60):
            for one in sent.values():
                if one.answer.get("message_id") == delivery.id:
                    one.deliveries.append(delivery)
        yield Wire(gateway, consumer, wiretap, tokens, archive, plain, sent, database_url)
    finally:
        for one in consumers:
            one.stop()
        gateway.stop()


def _send_all(gateway: Gateway, tokens: dict[str, Token]) -> dict[str, Sent]:
    sent = {}
    with requests.Session() as session:
        for name, (sample, way) in cases().items():
            token = tokens["gitlab signed" if way == "signed" else sample.service]
            webhook = sign(sample, way, token.secret)
            response = gateway.post(token, webhook, session)
            sent[name] = Sent(webhook, response.status_code, response.json(), [], [])
    return sent


@pytest.fixture(scope="session", autouse=True)
def _over_tls(request: pytest.FixtureRequest) -> None:
    """Where TLS is wanted, it is what is tested."""
    if tls_wanted():
        check_over_tls(request.getfixturevalue("wire").gateway, request.getfixturevalue("rabbitmq"))
