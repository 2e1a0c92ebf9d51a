"""The `file:` publisher's lines go through `fedora-messaging publish FILE` to the broker, and to the consumer."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import GatewayMaker

from harness.consumer import Consumer
from harness.corpus import payloads
from harness.cuts import same_but_for_cuts
from harness.expectation import expected_body
from harness.rabbitmq import RabbitMQ
from harness.signing import SIGNERS, github
from harness.webhook import Webhook

TOPIC_PREFIX = "org.fedoraproject.file"
# What ends a line for Python's str.splitlines, which cuts the file, though it may stand in a JSON string.
LINE_SEPARATORS = '{"ref": "a\u2028b\u2029c\u0085d", "repository":\n\r\n {"full_name": "a/b"}}'.encode()


@dataclass
class Published:
    webhooks: dict[str, Webhook]
    lines: list[dict[str, Any]]
    messages: dict[str, list[dict[str, Any]]]
    consumer: Consumer


def _publish(broker: RabbitMQ, directory: Path, file: Path) -> None:
    configuration = directory / "publish.toml"
    configuration.write_text(f'amqp_url = "{broker.plain_url(broker.publisher)}"\npassive_declares = true\n')
    program = Path(sys.executable).with_name("fedora-messaging")
    result = subprocess.run(
        [str(program), "--conf", str(configuration), "publish", str(file)],
        capture_output=True, text=True, timeout=240,
    )
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.fixture(scope="module")
def published(make_gateway: GatewayMaker, rabbitmq: RabbitMQ) -> Iterator[Published]:
    gateway = make_gateway("file", {})
    directory = gateway.directory
    file = directory / "messages.jsonl"
    text = gateway.configuration.read_text()
    gateway.configuration.write_text(f'{text}[broker]\nfile = "{file}"\ntopic_prefix = "{TOPIC_PREFIX}"\n')
    tokens = {service: gateway.create_token(service) for service in SIGNERS}
    gateway.start()
    webhooks = {}
    with requests.Session() as session:
        to_send = [
            SIGNERS[sample.service](tokens[sample.service].secret, sample.payload, sample.event)
            for sample in payloads()
        ]
        to_send.append(github(tokens["github"].secret, LINE_SEPARATORS, "push"))
        for webhook in to_send:
            response = gateway.post(tokens[webhook.service], webhook, session)
            assert response.status_code == 202, response.text
            webhooks[response.json()["message_id"]] = webhook
    lines = [json.loads(line) for line in file.read_bytes().decode().splitlines()]

    consumer = Consumer(rabbitmq, directory, "file", TOPIC_PREFIX)
    consumer.start()
    try:
        _publish(rabbitmq, directory, file)
        messages: dict[str, list[dict[str, Any]]] = {}
        for message in consumer.wait_for(set(webhooks)):
            messages.setdefault(message["id"], []).append(message)
        yield Published(webhooks, lines, messages, consumer)
    finally:
        consumer.stop()


def test_one_line_a_message(published: Published) -> None:
    assert len(published.webhooks) > 10
    assert sorted(line["id"] for line in published.lines) == sorted(published.webhooks)


def test_the_consumer_gets_the_same_messages_once(published: Published) -> None:
    assert published.messages.keys() == published.webhooks.keys()
    lines = {line["id"]: line for line in published.lines}
    for identifier, webhook in published.webhooks.items():
        assert len(published.messages[identifier]) == 1
        message = published.messages[identifier][0]
        assert message["topic"] == f"{TOPIC_PREFIX}.{webhook.topic}"
        assert same_but_for_cuts(message["body"], expected_body(webhook))
        assert message["headers"]["sent-at"] == lines[identifier]["headers"]["sent-at"]
        assert message["headers"]["fedora_messaging_schema"] == lines[identifier]["headers"]["fedora_messaging_schema"]
    assert published.consumer.rejected() == 0


def test_no_secret_in_the_file(published: Published) -> None:
    text = json.dumps(published.lines)
    for webhook in published.webhooks.values():
        for secret in webhook.secrets:
            assert secret not in text
