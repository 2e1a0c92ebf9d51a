"""Too much, too slowly, too many."""

import socket
import statistics
import time

import pytest
from hostile.conftest import Target

from harness.rawhttp import Connection, request_bytes

MEGABYTE = 1024 * 1024


def _large_head(target: Target, framing: tuple[str, str]) -> bytes:
    webhook = target.webhook("github")
    headers = [("Host", "a"), *webhook.headers.items(), framing]
    return request_bytes("POST", target.tokens["github"].path, headers)


def test_a_length_over_the_limit_is_refused_before_the_body(target: Target) -> None:
    with target.connect() as connection:
        connection.send(_large_head(target, ("Content-Length", str(10_000 * MEGABYTE))))
        response = connection.read_response(timeout=5)
    target.refused(response, 413)


def test_the_refusal_is_readable_for_a_sender_that_goes_on_sending(target: Target) -> None:
    """Closing at once would reset the connection and eat the answer."""
    piece = b"x" * (MEGABYTE // 4)
    with target.connect() as connection:
        connection.send(_large_head(target, ("Content-Length", str(200 * MEGABYTE))))
        for _ in range(32):
            if not connection.try_send(piece):
                break
        connection.try_half_close()
        answer = connection.read_until_closed(15)
    (response,) = answer.responses
    target.refused(response, 413)


def test_a_chunked_body_over_the_limit(target: Target) -> None:
    piece = b"%x\r\n%s\r\n" % (MEGABYTE, b"x" * MEGABYTE)
    with target.connect() as connection:
        connection.send(_large_head(target, ("Transfer-Encoding", "chunked")))
        for _ in range(64):
            if connection.has_answer() or not connection.try_send(piece):
                break
        connection.try_half_close()
        (response,) = connection.read_until_closed(15).responses
    target.refused(response, 413)


def test_more_than_the_broker_takes(target: Target) -> None:
    """At most broker.max_message_size, 16 MiB unless configured, and told before anything is published."""
    payload = b'{"a":"' + b"x" * target.limit + b'"}'
    with target.connect() as connection:
        connection.try_send(target.request(target.tokens["github"], target.webhook("github", payload, "push")))
        (response,) = connection.read_until_closed(30).responses
    target.refused(response, 413)


@pytest.mark.parametrize("size", [100_000, MEGABYTE, 10 * MEGABYTE])
def test_large_bodies_within_the_limits(target: Target, size: int) -> None:
    payload = b'{"a":"' + b"x" * size + b'"}'
    delivery = target.published(target.post(target.webhook("github", payload, "push")))
    assert payload in delivery.body


def test_slow_heads_and_bodies_are_ended_and_hold_nobody_up(target: Target) -> None:
    """A byte a second: ended by the deadlines, while good webhooks go through at once."""
    whole = target.request(target.tokens["github"], target.webhook("github"))
    split = whole.index(b"\r\n\r\n") + 4
    slow = [Connection(target.gateway.port) for _ in range(60)]
    try:
        for number, connection in enumerate(slow):
            connection.send(whole[: 30 if number % 2 else split])
        deadline = time.monotonic() + 60
        left = list(range(len(slow)))
        times = []
        while left and time.monotonic() < deadline:
            started = time.monotonic()
            target.canary()
            times.append(time.monotonic() - started)
            left = [number for number in left if not slow[number].has_answer() and slow[number].try_send(b"x")]
            time.sleep(1)
        assert statistics.median(times) < 2, f"good webhooks waited for slow ones: {times}"
        assert not left, f"{len(left)} slow senders are still there after a minute"
        statuses = [response.status for connection in slow for response in connection.read_until_closed(5).responses]
    finally:
        for connection in slow:
            connection.close()
    assert statuses and set(statuses) == {408}
    target.wiretap.drain()
    target.nothing_published()


def test_many_idle_connections(target: Target) -> None:
    idle = [Connection(target.gateway.port) for _ in range(target.idle)]
    try:
        started = time.monotonic()
        target.canary()
        assert time.monotonic() - started < 5
    finally:
        for connection in idle:
            connection.close()


def test_connections_that_are_reset(target: Target) -> None:
    """Senders that vanish at every stage of a request."""
    whole = target.request(target.tokens["github"], target.webhook("github"))
    for length in (0, 1, 30, whole.index(b"\r\n\r\n") + 4, len(whole) - 1):
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", target.gateway.port)) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                connection.sendall(whole[:length])
    target.nothing_published()
