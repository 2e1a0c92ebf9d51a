"""Bodies that the server answers long before their end: what their senders see, who send all of it and then look."""

import time

import pytest
from proxies.conftest import LONG, MEGABYTE, ProxyTarget

from harness.rawhttp import Response, request_bytes

ADDRESSES = [("POST", "/nowhere/at/all", 404), ("DELETE", "/healthz", 405), ("POST", "webhook", 413)]


def sent(target: ProxyTarget, method: str, path: str, length: int, rate: int | None = None) -> Response:
    """The answer to a body of zeros; `rate` is bytes a second."""
    size = MEGABYTE // 4 if rate is None else rate // 20
    with target.connect() as connection:
        headers = [("Host", "localhost"), ("Content-Length", str(length))]
        address = target.tokens["github"].path if path == "webhook" else path
        connection.send(request_bytes(method, address, headers))
        while length > 0 and connection.try_send(b"0" * min(size, length)):
            length -= size
            if rate:
                time.sleep(0.05)
        return connection.read_response(60)


@pytest.mark.parametrize(("method", "path", "status"), ADDRESSES)
def test_what_the_server_reads_to_its_end(target: ProxyTarget, method: str, path: str, status: int) -> None:
    """40 MiB, of the 64 that it reads (server.linger_bytes). nginx takes 26 (client_max_body_size), and says so."""
    response = sent(target, method, path, 40 * MEGABYTE)
    assert target.proxy
    if target.proxy.kind == "nginx":
        assert response.status == 413 and "x-request-id" not in response.headers
    else:
        assert response.status == status and "x-request-id" in response.headers
    target.nothing_published()


@pytest.mark.parametrize(("method", "path", "status"), ADDRESSES)
def test_what_it_does_not(target: ProxyTarget, method: str, path: str, status: int) -> None:
    """100 MiB. HAProxy reads the answer while it sends; Apache does not."""
    response = sent(target, method, path, 100 * MEGABYTE)
    assert target.proxy
    assert response.status == {"haproxy": status, "nginx": 413, "httpd": 502}[target.proxy.kind]
    target.nothing_published()


if LONG:

    def test_a_slow_one(target: ProxyTarget) -> None:
        """3 MB at 200 kB/s: longer than `linger_timeout`, and faster than `min_body_rate`."""
        response = sent(target, "POST", "/nowhere/at/all", 3_000_000, 200_000)
        assert response.status == 404 and "x-request-id" in response.headers
        target.nothing_published()
