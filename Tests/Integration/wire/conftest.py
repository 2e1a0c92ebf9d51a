"""Sends every payload once, before the first test looks at what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from harness.certificates import tls_wanted
from harness.consumer import Consumer
from harness.corpus import Sample, payloads
from harness.gateway import Gateway, Token
from harness.postgresql import PostgreSQL
from harness.rabbitmq import RabbitMQ
from harness.signing import SIGNERS, github
from harness.webhook import Webhook
from harness.wiretap import Delivery, Wiretap

TOPIC_PREFIX = "org.fedoraproject.wire"


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
    sent: dict[str, Sent]


def cases() -> dict[str, tuple[Sample, bool]]:
    """Every payload by a name for people; GitHub's a second time as the form that is its default."""
    found = {}
    for sample in payloads():
        found[sample.origin] = (sample, False)
        if sample.service == "github":
            found[f"{sample.origin} as form"] = (sample, True)
    return found


def sign(sample: Sample, form: bool, secret: str) -> Webhook:
    if form:
        return github(secret, sample.payload, sample.event, form=True)
    return SIGNERS[sample.service](secret, sample.payload, sample.event)


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
    gateway = Gateway(directory, _settings(rabbitmq, postgresql.create_database("wire"), directory))
    consumer = Consumer(rabbitmq, directory, "wire", TOPIC_PREFIX)
    wiretap = Wiretap(rabbitmq, "wiretap", f"{TOPIC_PREFIX}.#")
    try:
        gateway.migrate()
        tokens = {service: gateway.create_token(service) for service in SIGNERS}
        gateway.start()
        consumer.start()
        sent = _send_all(gateway, tokens)
        accepted = {one.answer["message_id"] for one in sent.values() if one.status == 202}
        for message in consumer.wait_for(accepted, timeout=120):
            for one in sent.values():
                if one.answer.get("message_id") == message["id"]:
                    one.messages.append(message)
        for delivery in wiretap.take(until=accepted, timeout=60):
            for one in sent.values():
                if one.answer.get("message_id") == delivery.id:
                    one.deliveries.append(delivery)
        yield Wire(gateway, consumer, wiretap, tokens, sent)
    finally:
        consumer.stop()
        gateway.stop()


def _send_all(gateway: Gateway, tokens: dict[str, Token]) -> dict[str, Sent]:
    sent = {}
    with requests.Session() as session:
        for name, (sample, form) in cases().items():
            token = tokens[sample.service]
            webhook = sign(sample, form, token.secret)
            response = gateway.post(token, webhook, session)
            sent[name] = Sent(webhook, response.status_code, response.json(), [], [])
    return sent
