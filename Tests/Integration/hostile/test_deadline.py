"""`ingest.deadline`: one for the body, the token and the publisher together, counted from the request's head."""

import json
import threading
import time
from collections.abc import Iterator

import pytest

from harness.door import Door
from harness.gateway import Gateway, Token
from harness.process import wait_until
from harness.rabbitmq import RabbitMQ
from harness.rawhttp import Connection, Response, request_bytes
from harness.signing import github

DEADLINE = 6.0
BODY = json.dumps({"repository": {"full_name": "slow/lane", "private": False}, "padding": "x" * 1000}).encode()


class Sluice(Door):
    """A door that can be shut without ending a connection: the broker says nothing more."""

    def __init__(self, target: int) -> None:
        self.flows = threading.Event()
        self.flows.set()
        super().__init__(target)

    def _pump(self, source, target) -> None:
        try:
            while data := source.recv(65536):
                self.flows.wait()
                target.sendall(data)
        except OSError:
            target.close()


@pytest.fixture(scope="module")
def sluice(rabbitmq: RabbitMQ) -> Iterator[Sluice]:
    sluice = Sluice(rabbitmq.port)
    yield sluice
    sluice.flows.set()
    sluice.close()


@pytest.fixture(scope="module")
def gateway(make_gateway, rabbitmq: RabbitMQ, sluice: Sluice) -> Gateway:
    url = rabbitmq.plain_url(rabbitmq.publisher).replace(f":{rabbitmq.port}/", f":{sluice.port}/")
    assert str(sluice.port) in url
    broker = {"amqp_url": url, "topic_prefix": "org.fedoraproject.deadline", "confirm_timeout": f"{DEADLINE:g}s"}
    gateway = make_gateway("deadline", {"broker": broker, "ingest": {"deadline": f"{DEADLINE:g}s"}})
    gateway.token = gateway.create_token("github")
    gateway.start()
    wait_until(gateway.ready, 60, "the gateway's connection to the broker")
    return gateway


def drip(gateway: Gateway, seconds: float, complete: bool, patience: float = 10) -> tuple[Response, float]:
    """The answer to a body that drips for so long, and the time from its head to the answer."""
    token: Token = gateway.token
    webhook = github(token.secret, BODY, "push")
    headers = [("Host", "a"), *webhook.headers.items(), ("Content-Length", str(len(BODY)))]
    with Connection(gateway.port) as connection:
        start = time.monotonic()
        connection.send(request_bytes("POST", token.path, headers))
        sent = 0
        while time.monotonic() - start < seconds and not connection.has_answer():
            connection.send(BODY[sent : sent + 5])
            sent += 5
            time.sleep(0.05)
        if complete:
            connection.send(BODY[sent:])
        response = connection.read_response(timeout=patience)
        return response, time.monotonic() - start


def test_a_slow_body_in_time(gateway: Gateway) -> None:
    response, _ = drip(gateway, 2, complete=True)
    assert response.status == 202, response


def test_what_the_body_took_the_publisher_has_not(gateway: Gateway, sluice: Sluice) -> None:
    """3 seconds for the body, and as many are left for the broker, which confirms nothing."""
    sluice.flows.clear()
    try:
        response, took = drip(gateway, 3, complete=True)
    finally:
        sluice.flows.set()
    assert response.status == 503, response
    assert "retry-after" in response.headers
    assert DEADLINE - 0.1 < took < DEADLINE + 2, f"{took:.2f} s"


def test_a_body_that_drips_on(gateway: Gateway) -> None:
    """server.body_timeout, after which it would have to be faster, is three times as long; the deadline ends it."""
    response, took = drip(gateway, 10, complete=False)
    assert response.status == 408, response
    assert DEADLINE - 0.1 < took < DEADLINE + 2, f"{took:.2f} s"
