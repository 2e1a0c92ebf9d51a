"""Where a connection ends: what reached the server in time is answered, however late the server comes to look.

The server is stopped well before a deadline, gets what it waits for, and goes on long after the deadline.
"""

import contextlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from harness.certificates import tls_wanted
from harness.corpus import fixtures
from harness.gateway import Gateway
from harness.process import wait_until
from harness.rawhttp import Connection, Response, request_bytes, tls_ports
from harness.signing import github
from harness.tlssocket import TLSSocket

# How long the server waits for its peers, and for how long it is stopped. What a test does in between takes a small part
# of the first.
TIMEOUT = 4.0
STOPPED = 1.5 * TIMEOUT
SERVER = {
    "idle_timeout": f"{TIMEOUT:g}s",
    "head_timeout": f"{TIMEOUT:g}s",
    "body_timeout": f"{TIMEOUT:g}s",
    "linger_timeout": f"{TIMEOUT:g}s",
    # What comes at all comes faster, but for the time in which nobody takes it.
    "min_body_rate": "16 MiB",
}


def _gateway(make_gateway, name: str, other: dict[str, object] | None = None, **server: object) -> Gateway:
    broker = {"file": "{directory}/messages.jsonl", "confirm_timeout": f"{TIMEOUT:g}s"}
    settings = {"broker": broker, "server": {**SERVER, **server}, **(other or {})}
    gateway = make_gateway(name, settings)
    text = gateway.configuration.read_text().replace("{directory}", str(gateway.directory))
    gateway.configuration.write_text(text)
    gateway.token = gateway.create_token("github")
    gateway.start()
    wait_until(gateway.ready, 60, "the gateway")
    return gateway


@pytest.fixture(scope="module")
def gateway(make_gateway) -> Gateway:
    return _gateway(make_gateway, "waiting")


def _webhook(gateway: Gateway, padding: int = 0) -> bytes:
    """A new one, as its bytes."""
    sample = fixtures("github")[0]
    payload = sample.payload
    if padding:
        payload = payload.rstrip()[:-1] + b',"padding":"' + b"x" * padding + b'"}'
    webhook = github(gateway.token.secret, payload, sample.event)
    headers = [("Host", "a"), *webhook.headers.items(), ("Content-Length", str(len(payload)))]
    return request_bytes("POST", gateway.token.path, headers, payload)


def _published(response: Response) -> str:
    assert response.status == 202, response
    return json.loads(response.body)["message_id"]


def _kept(gateway: Gateway) -> Connection:
    """A connection that has served a webhook, and waits for the next."""
    connection = Connection(gateway.port, timeout=60)
    connection.send(_webhook(gateway))
    _published(connection.read_response())
    return connection


@contextlib.contextmanager
def _stopped(gateway: Gateway, seconds: float = STOPPED) -> Iterator[None]:
    """The server stands still, until long after whatever it waited for was to be there."""
    gateway.process.send(signal.SIGSTOP)
    try:
        wait_until(lambda: _state(gateway) == "T", 10, "the server to stand still", interval=0.001)
        start = time.monotonic()
        yield
        time.sleep(max(0.0, start + seconds - time.monotonic()))
    finally:
        gateway.process.send(signal.SIGCONT)


def _state(gateway: Gateway) -> str:
    with open(f"/proc/{gateway.process.pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


def _noticed(gateway: Gateway) -> None:
    """What was sent before this has been read: on each loop a request that came after it was answered."""
    for _ in range(2 * (os.cpu_count() or 1)):
        assert gateway.alive()


def _left(head: bytes) -> int:
    return head.index(b"\r\n\r\n") + 4


def test_a_webhook_on_an_idle_connection(gateway: Gateway) -> None:
    with _kept(gateway) as connection:
        with _stopped(gateway):
            connection.send(_webhook(gateway))
        _published(connection.read_response())


def test_many_idle_connections_at_once(make_gateway) -> None:
    """More than the loops learn of in one look at their sockets."""
    gateway = _gateway(make_gateway, "many", idle_timeout="20s", loops=1)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(_kept(gateway)) for _ in range(150)]
        with _stopped(gateway, 24):
            for connection in connections:
                connection.send(_webhook(gateway))
        ids = {_published(connection.read_response()) for connection in connections}
        assert len(ids) == 150


@pytest.mark.parametrize("share", [1, 30])
def test_a_head_that_has_only_begun_on_an_idle_connection(gateway: Gateway, share: int) -> None:
    """It has head_timeout from when it is seen."""
    whole = _webhook(gateway)
    with _kept(gateway) as connection:
        with _stopped(gateway):
            connection.send(whole[:share])
        _noticed(gateway)
        connection.send(whole[share:])
        _published(connection.read_response())


@pytest.fixture(scope="module")
def patient(make_gateway) -> Gateway:
    """It waits longer for a head that has begun than for one that has not."""
    return _gateway(make_gateway, "patient", head_timeout=f"{4 * TIMEOUT:g}s")


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
@pytest.mark.parametrize("share", [1, 5, 30])
def test_a_record_of_which_a_part_is_there(patient: Gateway, share: int, stopped: bool) -> None:
    """Over TLS the head has begun with the first bytes of its record, of which nothing can be read yet."""
    with _kept(patient) as connection:
        whole = connection.encrypt(_webhook(patient))
        with _stopped(patient) if stopped else contextlib.nullcontext():
            connection.send_encrypted(whole[:share])
        if not stopped:
            # Longer than idle_timeout, and much shorter than head_timeout.
            time.sleep(1.1 * TIMEOUT)
        _noticed(patient)
        connection.send_encrypted(whole[share:])
        _published(connection.read_response())


@pytest.mark.skipif(not tls_wanted(), reason="of TLS alone")
def test_a_handshake_that_is_seen_late(make_gateway) -> None:
    """What the client sent in time is answered, and there is time for its answer."""
    gateway = _gateway(make_gateway, "handshakes", {"server.tls": {"handshake_timeout": f"{TIMEOUT:g}s"}})
    answers: list[bytes] = []
    # Accepted, and waited for, before the server stands still.
    with socket.create_connection(("127.0.0.1", gateway.port), 60) as plain:
        _noticed(gateway)

        def send() -> None:
            secured = TLSSocket(plain, tls_ports[gateway.port])
            secured.sendall(_webhook(gateway))
            answers.append(secured.recv(65536))

        with _stopped(gateway):
            sender = threading.Thread(target=send)
            sender.start()
        sender.join()
    assert answers[0].startswith(b"HTTP/1.1 202 "), answers


def test_a_body_that_is_seen_after_the_deadline(make_gateway) -> None:
    """The publisher has its time all the same."""
    gateway = _gateway(make_gateway, "deadline", {"ingest": {"deadline": f"{TIMEOUT:g}s"}})
    whole = _webhook(gateway)
    with _kept(gateway) as connection:
        connection.send(whole[:-10])
        _noticed(gateway)
        with _stopped(gateway):
            connection.send(whole[-10:])
        _published(connection.read_response())


@pytest.mark.parametrize("kept", [False, True], ids=["new", "kept"])
def test_the_rest_of_a_head(gateway: Gateway, kept: bool) -> None:
    whole = _webhook(gateway)
    with _kept(gateway) if kept else Connection(gateway.port, timeout=60) as connection:
        connection.send(whole[:30])
        _noticed(gateway)
        with _stopped(gateway):
            # In pieces, as packets or records of TLS come.
            connection.send(whole[30:60])
            connection.send(whole[60:])
        _published(connection.read_response())


@pytest.mark.parametrize("kept", [False, True], ids=["new", "kept"])
def test_the_rest_of_a_body(gateway: Gateway, kept: bool) -> None:
    whole = _webhook(gateway)
    with _kept(gateway) if kept else Connection(gateway.port, timeout=60) as connection:
        connection.send(whole[:-10])
        _noticed(gateway)
        with _stopped(gateway):
            connection.send(whole[-10:-5])
            connection.send(whole[-5:])
        _published(connection.read_response())


def test_a_body_that_does_not_fit_into_the_socket(gateway: Gateway) -> None:
    """Its sender waits for a server that does not read: that time is not the sender's."""
    whole = _webhook(gateway, padding=12 << 20)
    with Connection(gateway.port, timeout=60) as connection:
        split = _left(whole) + 1000
        connection.send(whole[:split])
        _noticed(gateway)
        rest = threading.Thread(target=connection.try_send, args=(whole[split:],))
        with _stopped(gateway):
            rest.start()
        rest.join()
        _published(connection.read_response())


def test_the_rest_of_a_body_that_nobody_wants(gateway: Gateway) -> None:
    """It is thrown away, and the webhook behind it is served."""
    with _kept(gateway) as connection:
        connection.send(request_bytes("POST", "/nowhere/at/all", [("Host", "a"), ("Content-Length", "20000")], b"x"))
        assert connection.read_response().status == 404
        with _stopped(gateway):
            connection.send(b"x" * 19_999)
            connection.send(_webhook(gateway))
        _published(connection.read_response())


def test_a_webhook_on_a_connection_that_makes_room(make_gateway) -> None:
    gateway = _gateway(
        make_gateway, "full", max_connections=4, head_timeout="60s", idle_timeout="60s", trusted_proxies=["127.0.0.1"]
    )
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(_kept(gateway)) for _ in range(4)]
        with _stopped(gateway):
            for connection in kept:
                connection.send(_webhook(gateway))
            for _ in range(8):
                stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=60))
        for connection in kept:
            _published(connection.read_response())

# Early answers

MEGABYTE = 1 << 20


def _early(connection: Connection, length: int, method: str = "POST", target: str = "/nowhere/at/all") -> None:
    connection.send(request_bytes(method, target, [("Host", "a"), ("Content-Length", str(length))]))


def _refused(connection: Connection, status: int) -> None:
    """The whole answer is there, and the connection ends behind it without a reset."""
    connection.half_close()
    answer = connection.read_until_closed()
    assert answer.closed and not answer.reset
    assert [response.status for response in answer.responses] == [status]


def test_a_long_body_that_nobody_wants(gateway: Gateway) -> None:
    """Its sender reads the answer when all is sent, as a proxy may."""
    with Connection(gateway.port, timeout=60) as connection:
        _early(connection, 40 * MEGABYTE)
        for _ in range(40):
            connection.send(b"x" * MEGABYTE)
        _refused(connection, 404)


@pytest.mark.parametrize(("method", "target", "status"), [
    ("POST", "/nowhere/at/all", 404), ("DELETE", "/healthz", 405), ("POST", "webhook", 413),
])
def test_a_slow_body_that_nobody_wants(make_gateway, method: str, target: str, status: int) -> None:
    """It takes several times `linger_timeout`, and is forty times as fast as it has to be."""
    gateway = _gateway(
        make_gateway, f"slow-{status}", linger_timeout="1s", min_body_rate="1 KiB", body_timeout="60s"
    )
    with Connection(gateway.port, timeout=60) as connection:
        length = 100 * MEGABYTE
        _early(connection, length, method, gateway.token.path if target == "webhook" else target)
        for _ in range(40):
            connection.send(b"x" * 4096)
            time.sleep(0.1)
        _refused(connection, status)


def test_a_body_that_stops_where_nobody_wants_it(make_gateway) -> None:
    gateway = _gateway(make_gateway, "stops", linger_timeout="1s")
    with Connection(gateway.port, timeout=60) as connection:
        _early(connection, 100 * MEGABYTE)
        assert [response.status for response in connection.read_until_closed().responses] == [404]
        wait_until(lambda: not connection.try_send(b"x"), 30, "the server to end the connection")


def test_a_body_that_nobody_wants_is_not_read_for_ever(make_gateway) -> None:
    gateway = _gateway(make_gateway, "endless", linger_limit="2s", linger_bytes="1024 GiB", min_body_rate="1 KiB")
    with Connection(gateway.port, timeout=60) as connection:
        _early(connection, 1 << 40)
        wait_until(lambda: not connection.try_send(b"x" * 1024), 30, "the server to end the connection")


# The end of the server


def _refuses(gateway: Gateway) -> bool:
    """Whether its listening socket is closed."""
    try:
        socket.create_connection(("127.0.0.1", gateway.port), timeout=10).close()
    except ConnectionRefusedError:
        return True
    return False


def _last_answer(connection: Connection, *, says_so: bool = True) -> None:
    """A webhook was taken, and the connection ends behind the answer, as that says if it is written after the signal."""
    response = connection.read_response()
    _published(response)
    assert not says_so or response.headers["connection"] == "close"
    answer = connection.read_until_closed()
    assert answer.closed and not answer.reset and not answer.data
    connection.close()


def test_kept_connections_bring_one_more_request_each(make_gateway) -> None:
    """The server ends with the last of them, not when `drain_idle` is over."""
    gateway = _gateway(make_gateway, "draining", drain_idle="300s", shutdown_timeout="900s", idle_timeout="900s")
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(_kept(gateway)) for _ in range(10)]
        gateway.process.send(signal.SIGTERM)
        wait_until(lambda: _refuses(gateway), 30, "the listener to close")
        for connection in kept[:-1]:
            connection.send(_webhook(gateway))
            _last_answer(connection)
        assert gateway.process.running
        kept[-1].close()
        assert gateway.process.wait(60) == 0


def test_idle_connections_end_after_drain_idle(make_gateway) -> None:
    gateway = _gateway(make_gateway, "drained", drain_idle="1s", shutdown_timeout="900s", idle_timeout="900s")
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(_kept(gateway)) for _ in range(10)]
        gateway.process.send(signal.SIGTERM)
        for connection in kept:
            answer = connection.read_until_closed()
            assert answer.closed and not answer.reset and not answer.data
            connection.close()
        assert gateway.process.wait(60) == 0


@pytest.mark.parametrize("drain", ["0s", f"{TIMEOUT:g}s"])
def test_a_webhook_that_came_just_before_the_last_look(make_gateway, drain: str) -> None:
    gateway = _gateway(
        make_gateway, f"last-{drain}", drain_idle=drain, shutdown_timeout="900s", idle_timeout="900s"
    )
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(_kept(gateway)) for _ in range(20)]
        if drain != "0s":
            gateway.process.send(signal.SIGTERM)
            wait_until(lambda: _refuses(gateway), 30, "the listener to close")
        with _stopped(gateway):
            for connection in kept:
                connection.send(_webhook(gateway))
            gateway.process.send(signal.SIGTERM)
        for connection in kept:
            _last_answer(connection)
        assert gateway.process.wait(60) == 0


@pytest.mark.skipif(tls_wanted(), reason="a handshake waits for the server")
def test_what_the_kernel_has_accepted_is_served_by_a_full_server(make_gateway) -> None:
    gateway = _gateway(
        make_gateway, "queued", max_connections=2, shutdown_timeout="900s", idle_timeout="900s",
        trusted_proxies=["127.0.0.1"],
    )
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(_kept(gateway))
        with _stopped(gateway):
            new = [stack.enter_context(Connection(gateway.port, timeout=60)) for _ in range(10)]
            for connection in new:
                connection.send(_webhook(gateway))
            gateway.process.send(signal.SIGTERM)
        for connection in new:
            # Some may be answered before the signal is looked at.
            _last_answer(connection, says_so=False)
