"""Servers of their own for tests that kill them; each test finds them running, and its own gateway and queue there."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from harness.gateway import Gateway, Token
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.rabbitmq import RabbitMQ
from harness.wiretap import Wiretap

_numbers = count(1)


@dataclass
class Stage:
    """The queue is durable, so what the broker confirmed is there after its death."""

    database: PostgreSQL
    broker: RabbitMQ
    gateway: Gateway
    tokens: list[Token]
    wiretap: Wiretap
    # Of the database, and the last word of the topics' prefix.
    name: str

    def in_queue(self) -> list[str]:
        return [delivery.id for delivery in self.wiretap.drain()]


@pytest.fixture(scope="session")
def _mortals(scratch: Path) -> Iterator[tuple[PostgreSQL, RabbitMQ]]:
    directory = scratch / "crash"
    directory.mkdir(mode=0o711)
    broker = RabbitMQ(directory)
    database = PostgreSQL(directory)
    try:
        yield database, broker
    finally:
        database.stop()
        broker.stop()


@pytest.fixture
def stage(scratch: Path, _mortals: tuple[PostgreSQL, RabbitMQ]) -> Iterator[Stage]:
    database, broker = _mortals
    for server in (broker, database):
        if not server.process.running:
            server.start()
    database.wait_ready()
    broker.wait_ready()
    name = f"crash{next(_numbers)}"
    prefix = f"org.fedoraproject.{name}"
    wiretap = Wiretap(broker, name, f"{prefix}.#")
    broker.settle()
    settings = {
        "database": {"url": database.create_database(name)},
        "broker": {"amqp_url": broker.url(broker.publisher), "topic_prefix": prefix},
    }
    gateway = Gateway(scratch, settings, name)
    try:
        gateway.migrate()
        tokens = [gateway.create_token("github", f"sender {number}") for number in range(4)]
        gateway.start()
        wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        yield Stage(database, broker, gateway, tokens, wiretap, name)
    finally:
        wiretap.close()
        gateway.stop()
