"""What two HTTP parsers might read differently, sent through a proxy by HTTP/1.1 and by HTTP/2: each request between
canaries on another client's connection, whose answers are their own, and whose messages are the only ones."""

import json
import struct
import time

import pytest
from hostile.test_http import CASES, SMUGGLED

# These work as they are: by one request, one answer.
from hostile.test_http import (  # noqa: F401
    test_a_chunked_webhook_is_fine,
    test_a_chunked_webhook_with_a_broken_chunk_is_not,
    test_byte_by_byte,
    test_pipelined_webhooks_are_answered_in_order,
    test_signed_webhooks_with_two_lengths_are_refused_too,
)
from proxies.conftest import ProxyTarget, Site

from harness.http2 import HEADERS, Fields, HTTP2Connection
from harness.rawhttp import request_bytes

# What these servers and proxies say where they refuse. (401: what was left of the body is not what was signed. 500: Apache, of a
# coding that it cannot pass on.)
REFUSALS = {400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 422, 431, 500, 501, 505}


def statuses(data: bytes) -> list[int]:
    """Of all answers in what came back, in order. (nginx answers HTTP/0.9 without a head.)"""
    return [int(piece[:3]) for piece in data.split(b"HTTP/1.1 ")[1:] if piece[:3].isdigit()]


@pytest.mark.parametrize("name", CASES)
def test_malformed_requests(target: ProxyTarget, site: Site, name: str) -> None:
    data, _ = CASES[name]
    target.nothing_published()
    site.proxied("/healthz")
    with target.connect() as connection:
        connection.try_send(data)
        connection.try_half_close()
        answer = connection.read_until_closed(20)
    assert answer.closed
    found = statuses(answer.data)
    # Where a proxy mends what is malformed, what follows it may be a request by itself: then there are two answers.
    assert set(found) <= REFUSALS | ({200} if len(found) == 2 else set()), answer.data
    # Nobody but the smuggler asks for this by a proxy.
    assert len(site.proxied("/healthz")) == found.count(200)
    target.nothing_published()


def signed(target: ProxyTarget, *extra: bytes, body: bytes | None = None) -> bytes:
    """A good webhook's bytes with further lines in its head, and with other bytes as its body."""
    webhook = target.webhook("github")
    headers = [("Host", f"localhost:{target.port}"), *webhook.headers.items()]
    if body is None:
        headers.append(("Content-Length", str(len(webhook.body))))
    whole = request_bytes("POST", target.tokens["github"].path, headers)
    return whole[:-2] + b"".join(line + b"\r\n" for line in extra) + b"\r\n" + (webhook.body if body is None else body)


@pytest.mark.parametrize("extra", [
    b"Transfer-Encoding: chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding : chunked", b"Content-Length: 0",
    b"Content-Length: 3", b"Transfer-Encoding: identity", b"X: y\nContent-Length: 0", b"Transfer-Encoding: x\r\n chunked",
    b"\x00Transfer-Encoding: chunked", b"Transfer_Encoding: chunked", b"Content_Length: 0",
])
def test_a_webhook_with_two_ends(target: ProxyTarget, extra: bytes) -> None:
    """Signed and right, but for where it ends: it is published whole and once, or refused."""
    target.nothing_published()
    with target.connect() as connection:
        connection.try_send(signed(target, extra) + SMUGGLED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        found = statuses(connection.read_until_closed(20).data)
    published = [delivery.id for delivery in target.wiretap.drain()]
    assert found and len(published) == found.count(202) <= 1
    assert set(found) <= REFUSALS | {202, 200}
    # What stands behind a webhook that was taken is a next request; behind one that was refused, nothing is.
    assert 200 not in found or found == [202, 200]
    target.nothing_published()


def test_a_length_that_haproxy_takes_for_zero(target: ProxyTarget) -> None:
    """Its body, a webhook that is right and signed, is its sender's next request then, and nobody else's."""
    head = request_bytes("POST", target.tokens["gitlab"].path, [("Host", "a"), ("Content-Length", str(1 << 64))])
    target.nothing_published()
    with target.connect() as connection:
        connection.try_send(head + signed(target, b"Connection: close"))
        found = statuses(connection.read_until_closed(20).data)
    assert target.proxy and found[1:] in ([], [202])
    assert found[0] == 413 if target.proxy.kind == "haproxy" else found[0] in REFUSALS
    assert len(target.wiretap.drain()) == len(found) - 1
    target.nothing_published()


# HTTP/2


def fields(target: ProxyTarget, *extra: tuple[bytes, bytes], method: bytes = b"POST", path: bytes | None = None) -> Fields:
    return [
        (b":method", method), (b":scheme", b"https"), (b":authority", f"localhost:{target.port}".encode()),
        (b":path", target.tokens["github"].path.encode() if path is None else path), *extra,
    ]


def webhook_fields(target: ProxyTarget, *extra: tuple[bytes, bytes]) -> tuple[Fields, bytes]:
    webhook = target.webhook("github")
    headers = [(name.lower().encode(), value.encode()) for name, value in webhook.headers.items()]
    return fields(target, *headers, *extra), webhook.body


def connect(target: ProxyTarget) -> HTTP2Connection:
    assert target.proxy
    return HTTP2Connection(target.port, target.proxy.tls_context("h2"))


def test_a_webhook_by_http2(target: ProxyTarget) -> None:
    headers, body = webhook_fields(target)
    with connect(target) as connection:
        answer = connection.request(headers, body)
        assert answer.status == 202
        (delivery,) = target.wiretap.drain()
        assert delivery.id == json.loads(answer.body)["message_id"]
        # Several at once on one connection, each with its own answer.
        numbers = []
        for _ in range(20):
            headers, body = webhook_fields(target)
            number = connection.open(headers, end=False)
            numbers.append((number, json.loads(body), body))
        for number, _, body in numbers:
            connection.data(number, body)
        ids = {json.loads(connection.answer(number).body)["message_id"] for number, _, _ in numbers}
    assert len(ids) == 20 and {delivery.id for delivery in target.wiretap.drain()} == ids


BREAK = b"a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED
FORGED: dict[str, list[tuple[bytes, bytes]]] = {
    "length too small": [(b"content-length", b"3")],
    "length too large": [(b"content-length", b"999999")],
    "length of none": [(b"content-length", b"0")],
    "length of 2 to the 64": [(b"content-length", b"18446744073709551616")],
    "length with a sign": [(b"content-length", b"+5")],
    "two lengths": [(b"content-length", b"0"), (b"content-length", b"5")],
    "a list of lengths": [(b"content-length", b"0, 5")],
    "length in capitals": [(b"Content-Length", b"0")],
    "length with a blank": [(b"content-length ", b"0")],
    "length with an underscore": [(b"content_length", b"0")],
    "chunked": [(b"transfer-encoding", b"chunked")],
    "chunked and a length": [(b"transfer-encoding", b"chunked"), (b"content-length", b"0")],
    "chunked in capitals": [(b"Transfer-Encoding", b"chunked")],
    "chunked with a blank": [(b"transfer-encoding ", b"chunked")],
    "chunked with a tab": [(b"transfer-encoding", b"\tchunked")],
    "chunked with a vertical tab": [(b"transfer-encoding", b"\x0bchunked")],
    "connection": [(b"connection", b"transfer-encoding, content-length")],
    "keep-alive": [(b"keep-alive", b"timeout=5")],
    "upgrade": [(b"upgrade", b"h2c"), (b"connection", b"upgrade, http2-settings"), (b"http2-settings", b"AAMAAABkAARAAAAA")],
    "te": [(b"te", b"trailers, chunked")],
    "line break in a value": [(b"x-a", BREAK)],
    "LF in a value": [(b"x-a", BREAK.replace(b"\r\n", b"\n"))],
    "CR in a value": [(b"x-a", BREAK.replace(b"\r\n", b"\r"))],
    "line break in a name": [(b"x-a: b\r\ntransfer-encoding", b"chunked")],
    "colon in a name": [(b"transfer-encoding: chunked\r\nx", b"y")],
    "NUL in a value": [(b"x-a", b"a\0b")],
    "NUL in a name": [(b"x\0a", b"b")],
    "empty name": [(b"", b"b")],
    "blank name": [(b" ", b"b")],
    "host of another": [(b"host", b"other.example.org")],
    "two hosts": [(b"host", b"a"), (b"host", b"b")],
    "host with a line break": [(b"host", BREAK)],
    "method behind": [(b":method", b"GET")],
    "path behind": [(b":path", b"/healthz")],
    "made-up pseudo-header": [(b":other", b"x")],
    "status of an answer": [(b":status", b"200")],
    "expectation": [(b"expect", b"100-continue")],
    "odd expectation": [(b"expect", b"200-ok")],
    "too many": [(b"x-%d" % number, b"y") for number in range(3000)],
    "too long": [(b"x-a", b"a" * 200_000)],
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("length", ["own", "none"])
def test_forged_fields(target: ProxyTarget, site: Site, name: str, length: str) -> None:
    """On a signed webhook, with its length beside what is forged and without: whole and once, or not at all."""
    target.nothing_published()
    site.proxied("/healthz")
    headers, body = webhook_fields(target, *FORGED[name])
    if length == "own":
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    with connect(target) as connection:
        answer = connection.request(headers, body)
    published = [delivery.id for delivery in target.wiretap.drain()]
    if answer.status == 202:
        assert published == [json.loads(answer.body)["message_id"]]
    else:
        assert published == []
        assert answer.reset is not None or answer.status in REFUSALS, answer
    assert site.proxied("/healthz") == []
    target.nothing_published()


HEADS: dict[str, list[tuple[bytes, bytes]]] = {
    "line break in the path": [(b":path", b"/healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz")],
    "blank in the path": [(b":path", b"/healthz HTTP/1.1")],
    "tab in the path": [(b":path", b"/healthz\tHTTP/1.1")],
    "NUL in the path": [(b":path", b"/github/\0")],
    "empty path": [(b":path", b"")],
    "path without a slash": [(b":path", b"github/x")],
    "path of another host": [(b":path", b"http://other.example.org/healthz")],
    "path with a fragment": [(b":path", b"/github/x#/healthz")],
    "path of a star": [(b":path", b"*")],
    "long path": [(b":path", b"/" + b"a" * 100_000)],
    "line break in the method": [(b":method", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nPOST")],
    "blank in the method": [(b":method", b"GET /healthz HTTP/1.1")],
    "empty method": [(b":method", b"")],
    "unknown method": [(b":method", b"FROB")],
    "CONNECT": [(b":method", b"CONNECT")],
    "line break in the authority": [(b":authority", b"a\r\nX: y\r\n\r\n" + SMUGGLED)],
    "authority with a path": [(b":authority", b"a/healthz?")],
    "authority with a user": [(b":authority", b"a@b")],
    "empty authority": [(b":authority", b"")],
    "line break in the scheme": [(b":scheme", b"https://a/healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /x")],
    "another scheme": [(b":scheme", b"gopher")],
}


@pytest.mark.parametrize("name", HEADS)
def test_forged_pseudo_headers(target: ProxyTarget, site: Site, name: str) -> None:
    target.nothing_published()
    site.proxied("/healthz")
    ((forged, value),) = HEADS[name]
    headers = [(known, value if known == forged else own) for known, own in fields(target, path=b"/github/x")]
    with connect(target) as connection:
        answer = connection.request([*headers, (b"content-type", b"application/json")], b"{}")
    assert answer.reset is not None or answer.status in REFUSALS, answer
    assert site.proxied("/healthz") == []
    target.nothing_published()


@pytest.mark.parametrize("missing", [b":method", b":scheme", b":path", b":authority"])
@pytest.mark.parametrize("twice", [False, True])
def test_pseudo_headers_that_are_missing_or_doubled(target: ProxyTarget, missing: bytes, twice: bool) -> None:
    target.nothing_published()
    headers, body = webhook_fields(target)
    changed = [one for one in headers for _ in range((2 if twice else 0) if one[0] == missing else 1)]
    with connect(target) as connection:
        answer = connection.request(changed, body)
    published = [delivery.id for delivery in target.wiretap.drain()]
    # Without an authority a request may have its Host from elsewhere.
    assert len(published) == (answer.status == 202) and (answer.status != 202 or missing == b":authority" and not twice)
    target.nothing_published()


@pytest.mark.parametrize("trailers", [
    [(b"x-a", b"b")], [(b"content-length", b"0")], [(b"transfer-encoding", b"chunked")], [(b":path", b"/healthz")],
    [(b"x-hub-signature-256", b"sha256=00")], [(b"x-a", BREAK)],
])
def test_trailers(target: ProxyTarget, site: Site, trailers: Fields) -> None:
    """They are no part of the head: whole and once, or not at all."""
    target.nothing_published()
    site.proxied("/healthz")
    headers, body = webhook_fields(target)
    with connect(target) as connection:
        number = connection.open(headers, end=False)
        connection.data(number, body, end=False)
        connection.trailers(number, trailers)
        answer = connection.answer(number)
    published = [delivery.id for delivery in target.wiretap.drain()]
    if answer.reset is None:
        assert published == ([json.loads(answer.body)["message_id"]] if answer.status == 202 else [])
    else:
        # The whole webhook may have been passed on before the trailers came, and come out still: once.
        time.sleep(0.5)
        assert len(published) + len(target.wiretap.drain()) <= 1
    assert site.proxied("/healthz") == []
    target.nothing_published()


def test_streams_that_are_given_up(target: ProxyTarget) -> None:
    """Reset at each stage, many on one connection: the answers of the others are theirs."""
    target.nothing_published()
    with connect(target) as connection:
        for stage in ("head", "half", "whole"):
            for _ in range(20):
                headers, body = webhook_fields(target, (b"x-hub-signature-256", b"sha256=00"))
                number = connection.open(headers, end=False)
                if stage != "head":
                    connection.data(number, body if stage == "whole" else body[: len(body) // 2], end=stage == "whole")
                connection.reset(number)
            target.nothing_published()
        headers, body = webhook_fields(target)
        answer = connection.request(headers, body)
        assert answer.status == 202 or connection.closed
    target.wiretap.drain()
    target.nothing_published()


def test_a_length_that_is_never_reached(target: ProxyTarget) -> None:
    """The connection ends in the middle of a body."""
    headers, body = webhook_fields(target)
    target.nothing_published()
    with connect(target) as connection:
        number = connection.open([*headers, (b"content-length", str(len(body)).encode())], end=False)
        connection.data(number, body[:-10], end=False)
    target.nothing_published()


def test_a_frame_of_nonsense(target: ProxyTarget) -> None:
    target.nothing_published()
    with connect(target) as connection:
        connection.frame(HEADERS, 4 | 1, 1, b"\xff" * 50)
        connection.frame(HEADERS, 4 | 1, 2, struct.pack(">I", 0))
        connection.wait_closed()
    target.nothing_published()
