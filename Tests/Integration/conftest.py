"""The servers that all suites share, and the webhook2fedmsg processes that they ask for."""

import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.gateway import Gateway
from harness.postgresql import PostgreSQL
from harness.process import die_with_parent
from harness.rabbitmq import RabbitMQ
from harness.scratch import scratch_directory


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def pytest_configure() -> None:
    """Asked to end, or without the parent, pytest still ends the servers and takes the files away."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    die_with_parent(signal.SIGTERM)
    # It has much to say about every attempt to reach a server that is not there yet.
    logging.getLogger("pika").setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    with scratch_directory("w2f-tests-") as directory:
        yield directory


@pytest.fixture(scope="session")
def _servers(scratch: Path) -> Iterator[tuple[PostgreSQL, RabbitMQ]]:
    """Started together, for the broker takes its time."""
    broker = RabbitMQ(scratch)
    database = PostgreSQL(scratch)
    try:
        broker.start()
        database.start()
        database.wait_ready()
        broker.wait_ready()
        yield database, broker
    finally:
        database.stop()
        broker.stop()


@pytest.fixture(scope="session")
def postgresql(_servers: tuple[PostgreSQL, RabbitMQ]) -> PostgreSQL:
    return _servers[0]


@pytest.fixture(scope="session")
def rabbitmq(_servers: tuple[PostgreSQL, RabbitMQ]) -> RabbitMQ:
    return _servers[1]


GatewayMaker = Callable[..., Gateway]


@pytest.fixture(scope="module")
def make_gateway(scratch: Path, request: pytest.FixtureRequest) -> Iterator[GatewayMaker]:
    """Makes gateways that end with the module: make_gateway(name, settings), migrated but not yet started."""
    made: list[Gateway] = []

    def make(name: str, settings: dict[str, dict[str, object]]) -> Gateway:
        gateway = Gateway(scratch, settings, f"{request.module.__name__.rpartition('.')[2]}-{name}")
        made.append(gateway)
        gateway.migrate()
        return gateway

    yield make
    for gateway in made:
        gateway.stop()
