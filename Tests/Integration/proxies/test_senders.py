"""Who sent a request: the proxies' word alone counts, whatever the sender writes."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from proxies.conftest import Site

from harness.http2 import HTTP2Connection
from harness.proxies import KINDS, Proxy
from harness.rawhttp import Connection, request_bytes

SENDER = "127.0.0.5"
FORGED: dict[str, list[tuple[str, str]]] = {
    "nothing": [],
    "another": [("X-Forwarded-For", "198.51.100.7")],
    "the proxy": [("X-Forwarded-For", "127.0.0.1")],
    "a chain of trusted ones": [("X-Forwarded-For", "198.51.100.7, 127.0.0.1, 127.0.0.1")],
    "two fields": [("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-For", "198.51.100.8")],
    "small letters": [("x-forwarded-for", "198.51.100.7")],
    "nonsense": [("X-Forwarded-For", "nonsense, , ~")],
    "empty": [("X-Forwarded-For", "")],
    "commas": [("X-Forwarded-For", ",,,,")],
    "unknown": [("X-Forwarded-For", "unknown")],
    "an open quote": [("X-Forwarded-For", '"198.51.100.7')],
    "an escape": [("X-Forwarded-For", '"198.51.100.7\\')],
    "a port": [("X-Forwarded-For", "198.51.100.7:80")],
    "IPv6": [("X-Forwarded-For", "[2001:db8::7]:80")],
    "mapped": [("X-Forwarded-For", "::ffff:127.0.0.1")],
    "many": [("X-Forwarded-For", ", ".join(["198.51.100.7"] * 300))],
    "many fields": [("X-Forwarded-For", "198.51.100.7")] * 40,
    "hop by hop": [("X-Forwarded-For", "198.51.100.7"), ("Connection", "close, X-Forwarded-For")],
    "hop by hop alone": [("Connection", "close, X-Forwarded-For, X-Forwarded-Host")],
    "forwarded": [("Forwarded", "for=198.51.100.7")],
    "forwarded, quoted": [("Forwarded", 'for="[2001:db8::7]:80";by=127.0.0.1')],
    "forwarded, twice": [("Forwarded", "for=198.51.100.7"), ("Forwarded", "for=127.0.0.1")],
    "forwarded, open quote": [("Forwarded", 'for="198.51.100.7')],
    "forwarded, hop by hop": [("Forwarded", "for=198.51.100.7"), ("Connection", "close, Forwarded")],
    "both": [("Forwarded", "for=198.51.100.7"), ("X-Forwarded-For", "198.51.100.8")],
    "real ip": [("X-Real-IP", "198.51.100.7"), ("True-Client-IP", "198.51.100.7"), ("CF-Connecting-IP", "198.51.100.7")],
    "others": [("X-Client-IP", "198.51.100.7"), ("X-Cluster-Client-IP", "198.51.100.7"), ("Via", "1.1 198.51.100.7")],
    "underscores": [("X_Forwarded_For", "198.51.100.7")],
    "host and scheme": [("X-Forwarded-Host", "evil.example.org"), ("X-Forwarded-Proto", "http")],
}


def by_http1(port: int, headers: list[tuple[str, str]]) -> str:
    """The answer's request id."""
    close = [] if any(name == "Connection" for name, _ in headers) else [("Connection", "close")]
    data = request_bytes("GET", "/schemas", [("Host", "localhost"), *headers, *close])
    with Connection(port, source=SENDER) as connection:
        connection.send(data)
        response = connection.read_response()
    assert response.status == 200
    return response.headers["x-request-id"]


def by_http2(proxy: Proxy, headers: list[tuple[str, str]]) -> str:
    fields = [
        (b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", b"/schemas"),
        *((name.lower().encode(), value.encode()) for name, value in headers if name != "Connection"),
    ]
    with HTTP2Connection(proxy.port, proxy.tls_context("h2"), SENDER) as connection:
        answer = connection.request(fields)
    assert answer.status == 200
    return (answer.header(b"x-request-id") or b"").decode()


@pytest.mark.parametrize("name", FORGED)
def test_one_proxy(site: Site, proxy: Proxy, name: str) -> None:
    assert site.request(by_http1(proxy.port, FORGED[name]))["remote"] == SENDER
    assert site.request(by_http2(proxy, FORGED[name]))["remote"] == SENDER


@pytest.fixture(scope="module", params=list(itertools.product(KINDS, KINDS)), ids=" before ".join)
def row(request: pytest.FixtureRequest, site: Site, scratch: Path) -> Iterator[Proxy]:
    """The outer one of two proxies; the inner one speaks no TLS."""
    outer, inner = request.param
    name = f"{outer}-{inner}"
    behind = Proxy(scratch / "proxies", inner, site.addresses, None, name=f"inner-{name}")
    behind.start()
    address = f"127.0.0.1:{behind.port}"
    before = Proxy(scratch / "proxies", outer, [address, address], site.authority, name=f"outer-{name}")
    before.start()
    yield before
    before.stop()
    behind.stop()


def test_two_proxies_in_a_row(site: Site, row: Proxy) -> None:
    for name, headers in FORGED.items():
        assert site.request(by_http1(row.port, headers))["remote"] == SENDER, name
        assert site.request(by_http2(row, headers))["remote"] == SENDER, name
