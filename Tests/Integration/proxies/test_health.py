"""A server that is down or stopping is left out; that the broker is away takes out none."""

import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from proxies.conftest import PROXIED, two_servers

from harness.certificates import Authority
from harness.gateway import Gateway, Token
from harness.ports import free_port
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.proxies import KINDS, Proxy
from harness.rawhttp import Response, exchange, request_bytes
from harness.signing import github


class Group:
    """Two servers and the proxies before them. How often each was asked for webhooks stands in their logs."""

    def __init__(self, gateways: list[Gateway], proxies: dict[str, Proxy], token: Token) -> None:
        self.gateways, self.proxies, self._token = gateways, proxies, token

    def post(self, kind: str, size: int = 0) -> Response:
        payload = b'{"ref":"%s","padding":"%s"}' % (os.urandom(8).hex().encode(), b"x" * size)
        webhook = github(self._token.secret, payload, "push")
        headers = [("Host", "localhost"), *webhook.headers.items(), ("Content-Length", str(len(webhook.body)))]
        data = request_bytes("POST", self._token.path, [*headers, ("Connection", "close")], webhook.body)
        (response,) = exchange(self.proxies[kind].port, data).responses
        return response

    def asked(self, gateway: Gateway) -> int:
        return sum(b'"method":"POST"' in line for line in gateway.log.splitlines())

    def take(self, gateway: Gateway, kind: str) -> bool:
        """Whether the server gets one of a few webhooks by a proxy; each is accepted."""
        before = self.asked(gateway)
        for _ in range(4):
            assert self.post(kind).status == 202
        return self.asked(gateway) > before


@contextlib.contextmanager
def group(
    directory: Path, postgresql: PostgreSQL, name: str, broker: dict[str, object], **server: object
) -> Iterator[Group]:
    settings = {"log": {"level": "debug"}, "server": {**PROXIED, **server}} | ({"broker": broker} if broker else {})
    with contextlib.ExitStack() as stack:
        gateways = stack.enter_context(two_servers(directory, postgresql, name, settings))
        token = gateways[0].create_token("github")
        for gateway in gateways:
            if not broker:
                with gateway.configuration.open("a") as configuration:
                    configuration.write(f'[broker]\nfile = "{gateway.directory}/messages.jsonl"\n')
            # At the end nobody waits for it to stop.
            stack.callback(gateway.kill)
            gateway.start()
        authority = Authority(directory, "health")
        proxies = {}
        for kind in KINDS:
            proxies[kind] = Proxy(directory, kind, [f"127.0.0.1:{gateway.port}" for gateway in gateways], authority)
            proxies[kind].start()
            stack.callback(proxies[kind].stop)
        yield Group(gateways, proxies, token)


def test_a_broker_that_is_away(scratch: Path, postgresql: PostgreSQL) -> None:
    """It is the server that says so, with its own words and Retry-After."""
    nowhere = f"amqp://nobody:nothing@127.0.0.1:{free_port()}/"
    with group(scratch / "brokerless", postgresql, "brokerless", {"amqp_url": nowhere}) as made:
        for gateway in made.gateways:
            # Each proxy has looked several times.
            checks = b'"path":"/readyz/server"'
            wait_until(lambda gateway=gateway: gateway.log.count(checks) >= 8, 60, "checks of the proxies")
            assert not gateway.ready()
        for kind in KINDS:
            response = made.post(kind)
            assert response.status == 503 and int(response.headers["retry-after"]) > 0
            assert b'"error"' in response.body and "x-request-id" in response.headers


@pytest.fixture(scope="module")
def made(scratch: Path, postgresql: PostgreSQL) -> Iterator[Group]:
    with group(scratch / "health", postgresql, "health", {}, shutdown_delay="20s") as made:
        for gateway in made.gateways:
            for kind in KINDS:
                wait_until(lambda gateway=gateway, kind=kind: made.take(gateway, kind), 60, "webhooks to each server")
        yield made


def test_a_server_that_is_down(made: Group) -> None:
    """Nothing that came after its death is lost, and it gets its share when it is there again."""
    gateway = made.gateways[0]
    gateway.kill()
    for kind in KINDS:
        for _ in range(20):
            assert made.post(kind).status == 202
    gateway.start()
    for kind in KINDS:
        wait_until(lambda kind=kind: made.take(gateway, kind), 60, "webhooks to the server that is there again")


def unread(port: int) -> int:
    """Connections to a port of this machine on which something came that was not read."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(line[1].endswith(f":{port:04X}") and not line[4].endswith(":00000000") for line in lines)


@pytest.mark.parametrize(("kind", "size", "is_sent_again"), [
    ("haproxy", 1000, True), ("haproxy", 100_000, False), ("nginx", 1000, True), ("nginx", 100_000, True),
    ("httpd", 1000, False), ("httpd", 100_000, False),
])
def test_a_server_that_dies_with_webhooks_in_hand(made: Group, kind: str, size: int, is_sent_again: bool) -> None:
    gateway = made.gateways[0]
    gateway.process.send(signal.SIGSTOP)
    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(made.post, kind, size) for _ in range(6)]
        wait_until(lambda: unread(gateway.port) > 0, 20, "a webhook to reach the server")
        # What is still on its way to it gets there, and the other server has answered its own.
        wait_until(lambda: sum(answer.done() for answer in answers) >= 2, 20, "the other server's answers")
        gateway.kill()
        statuses = {answer.result().status for answer in answers}
    assert statuses == {202} if is_sent_again else statuses == {202, 502}
    gateway.start()
    wait_until(lambda: made.take(gateway, kind), 60, "webhooks to the server that is there again")


def test_a_server_that_is_stopping(made: Group) -> None:
    """It takes what comes to it, and proxies that look send it nothing more."""
    gateway = made.gateways[1]
    gateway.process.send(15)
    for kind in ("haproxy", "httpd"):
        wait_until(lambda kind=kind: not made.take(gateway, kind), 15, "the proxy to leave the server out")
    # Not because nobody listens there any more: by their checks.
    assert gateway.alive()
    assert made.post("nginx").status == 202
    assert gateway.process.wait(60) == 0
    for kind in KINDS:
        for _ in range(5):
            assert made.post(kind).status == 202
