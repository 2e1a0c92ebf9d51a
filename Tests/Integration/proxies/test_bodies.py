"""Bodies of every length, as senders bring them, through proxies that buffer and that do not."""

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from proxies.conftest import LONG, MEGABYTE, ProxyTarget, Site, target_behind

from harness.http2 import HTTP2Connection
from harness.proxies import KINDS, Proxy
from harness.rawhttp import Connection, Response, request_bytes
from harness.webhook import Webhook

LIMIT = 25 * MEGABYTE
# Around the buffers of proxies: HAProxy's 16 kB, nginx's 8 and 16 kB, Apache's 64 kB.
SIZES = [2, 16_000, 16_385, 65_536, MEGABYTE + 1, 10 * MEGABYTE, LIMIT] if LONG else [2, 16_385, LIMIT]
WAYS = ("length", "chunked", "small chunks", "continue", "http/2", "http/2 without a length")
# The other way of handling a body than that of the file, for each.
OTHERWISE = {
    "haproxy": {"    option http-server-close\n": "    option http-server-close\n    option http-buffer-request\n"},
    "nginx": {"proxy_request_buffering on;": "proxy_request_buffering off;"},
    "httpd": {
        "ProxyHCExpr serving": "LoadModule env_module /usr/lib/apache2/modules/mod_env.so\nProxyHCExpr serving",
        "    ProxyPreserveHost On\n": "    ProxyPreserveHost On\n    SetEnv proxy-sendcl 1\n",
    },
}


HANDLED = ("as it is", "otherwise") if LONG else ("as it is",)


@pytest.fixture(scope="module", params=[f"{kind}-{way}" for kind in KINDS for way in HANDLED])
def front(request: pytest.FixtureRequest, site: Site, scratch: Path) -> Iterator[ProxyTarget]:
    """A target behind each, on a port of its own."""
    kind, _, way = request.param.partition("-")
    changes = OTHERWISE[kind] if way == "otherwise" else {}
    proxy = Proxy(
        scratch / "proxies", kind, site.addresses, site.authority, name=f"bodies-{kind}-{way[:2]}", changes=changes
    )
    proxy.start()
    target = target_behind(site, proxy)
    yield target
    target.forget()
    proxy.stop()


@pytest.fixture(autouse=True)
def _emptied(site: Site) -> None:
    """The queue is empty, whatever the test before left there."""
    site.wiretap.drain()


def padded(target: ProxyTarget, size: int) -> Webhook:
    """A webhook whose body has so many bytes."""
    begin, end = b'{"id":"%s","a":"' % os.urandom(8).hex().encode(), b'"}'
    payload = begin + b"x" * (size - len(begin) - len(end)) + end if size > 60 else b"{}".ljust(size)
    assert len(payload) == size
    return target.webhook("github", payload, "push")


def head(target: ProxyTarget, webhook: Webhook, *extra: tuple[str, str]) -> bytes:
    headers = [("Host", f"localhost:{target.port}"), *webhook.headers.items(), *extra]
    return request_bytes("POST", target.tokens["github"].path, headers)


def length(webhook: Webhook) -> tuple[str, str]:
    return "Content-Length", str(len(webhook.body))


def answered(connection: Connection, pieces: Iterable[bytes], *, heeds: bool) -> Response:
    """What comes back; a sender that `heeds` an answer sends nothing after it, others all that they have."""
    for piece in pieces:
        if heeds and connection.has_answer() or not connection.try_send(piece):
            break
    return connection.read_response(60)


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        piece = body[at : at + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def taken(target: ProxyTarget, webhook: Webhook, response: Response) -> None:
    assert webhook.body in target.published(response).body


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("how", WAYS if LONG else WAYS[:2] + WAYS[4:5])
def test_a_body_within_the_limit(front: ProxyTarget, size: int, how: str) -> None:
    webhook = padded(front, size)
    if how.startswith("http/2"):
        return by_http2(front, webhook, with_length=how == "http/2")
    with front.connect() as connection:
        if how == "length":
            connection.send(head(front, webhook, length(webhook)))
            connection.send(webhook.body)
        elif how == "continue":
            connection.send(head(front, webhook, length(webhook), ("Expect", "100-continue")))
            assert connection.receive().startswith(b"HTTP/1.1 100 ")
            connection.send(webhook.body)
        else:
            connection.send(head(front, webhook, ("Transfer-Encoding", "chunked")))
            each = max(1, size // 200) if how == "small chunks" else 100_000
            for piece in chunks(webhook.body, each):
                connection.send(piece)
        taken(front, webhook, connection.read_response(60))


def by_http2(front: ProxyTarget, webhook: Webhook, *, with_length: bool, slowly: bool = False) -> None:
    assert front.proxy
    fields = [
        (b":method", b"POST"), (b":scheme", b"https"), (b":authority", f"localhost:{front.port}".encode()),
        (b":path", front.tokens["github"].path.encode()),
        *((name.lower().encode(), value.encode()) for name, value in webhook.headers.items()),
    ]
    if with_length:
        fields.append((b"content-length", str(len(webhook.body)).encode()))
    with HTTP2Connection(front.port, front.proxy.tls_context("h2"), timeout=60) as connection:
        number = connection.open(fields, end=False)
        if slowly:
            for piece in pieces(webhook.body, 20):
                connection.data(number, piece, end=False)
                time.sleep(0.02)
            connection.finish(number)
        else:
            connection.data(number, webhook.body)
        answer = connection.answer(number)
    assert answer.status == 202, answer
    (delivery,) = front.wiretap.drain()
    assert delivery.id == json.loads(answer.body)["message_id"] and webhook.body in delivery.body


def pieces(body: bytes, count: int) -> list[bytes]:
    size = -(-len(body) // count)
    return [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("how", ["length", "chunked", "http/2"])
def test_a_slow_body(front: ProxyTarget, how: str) -> None:
    webhook = padded(front, 200_000)
    if how == "http/2":
        return by_http2(front, webhook, with_length=True, slowly=True)
    with front.connect() as connection:
        framing = length(webhook) if how == "length" else ("Transfer-Encoding", "chunked")
        connection.send(head(front, webhook, framing))
        for piece in pieces(webhook.body, 20) if how == "length" else chunks(webhook.body, 10_000):
            connection.send(piece)
            time.sleep(0.02)
        taken(front, webhook, connection.read_response(60))


def test_a_byte_is_no_webhook(front: ProxyTarget) -> None:
    webhook = front.webhook("github", b"1", "push")
    with front.connect() as connection:
        connection.send(head(front, webhook, length(webhook)) + b"1")
        front.refused(connection.read_response(), 400)


@pytest.mark.parametrize("heeds", [True, False], ids=["heeds", "goes on"])
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_byte_more_than_the_limit(front: ProxyTarget, how: str, heeds: bool) -> None:
    webhook = padded(front, LIMIT + 1)
    with front.connect() as connection:
        framing = ("Transfer-Encoding", "chunked") if how == "chunked" else length(webhook)
        connection.send(head(front, webhook, framing))
        sent = chunks(webhook.body, 100_000) if how == "chunked" else pieces(webhook.body, 250)
        front.refused(answered(connection, sent, heeds=heeds), 413)


def test_a_byte_more_than_the_limit_that_waits(front: ProxyTarget) -> None:
    """For the word to go on, which a proxy gives by itself."""
    webhook = padded(front, LIMIT + 1)
    with front.connect() as connection:
        connection.send(head(front, webhook, length(webhook), ("Expect", "100-continue")))
        first = connection.receive()
        if first.startswith(b"HTTP/1.1 100 "):
            front.refused(answered(connection, pieces(webhook.body, 250), heeds=True), 413)
        else:
            assert first.startswith(b"HTTP/1.1 413 ")
    front.nothing_published()


@pytest.mark.parametrize(("method", "path", "status"), [
    ("POST", "/nowhere/at/all", 404), ("DELETE", "/healthz", 405),
])
@pytest.mark.parametrize("heeds", [True, False], ids=["heeds", "goes on"])
@pytest.mark.parametrize("megabytes", [1, 20])
def test_an_early_answer(
    front: ProxyTarget, method: str, path: str, status: int, megabytes: int, heeds: bool
) -> None:
    """The server's own, whatever of the body is still to come."""
    body = b"x" * (megabytes * MEGABYTE)
    with front.connect() as connection:
        connection.send(request_bytes(method, path, [("Host", "a"), ("Content-Length", str(len(body)))]))
        response = answered(connection, pieces(body, 100), heeds=heeds)
    assert response.status == status and "x-request-id" in response.headers
    front.nothing_published()
