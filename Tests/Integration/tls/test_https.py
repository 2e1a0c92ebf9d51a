"""HTTPS to the gateway: the certificate and its renewal, handshakes that go wrong, and HTTP as ever inside."""

import json
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cryptography import x509
from OpenSSL import SSL

from harness.certificates import Identity, serial_number
from harness.corpus import fixtures
from harness.gateway import Gateway, Token, binary
from harness.process import ManagedProcess, wait_until
from harness.rawhttp import Connection, exchange, request_bytes
from harness.signing import github
from harness.webhook import Webhook


@pytest.fixture(scope="module")
def gateway(scratch: Path) -> Iterator[Gateway]:
    """Publishes to a file: what is behind it does not matter here."""
    gateway = Gateway(scratch, {"server.tls": {"handshake_timeout": "2s"}}, "https", tls=True)
    gateway.migrate()
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture(scope="module")
def token(gateway: Gateway) -> Token:
    return gateway.create_token("github")


def webhook(token: Token, size: int = 0) -> Webhook:
    sample = fixtures("github")[0]
    payload = sample.payload
    if size:
        payload = payload.replace(b"{", b'{"filler":"%s",' % (b"x" * size), 1)
    return github(token.secret, payload, sample.event)


def raw(gateway: Gateway, token: Token, webhook: Webhook, *extra: tuple[str, str]) -> bytes:
    headers = [("Host", f"127.0.0.1:{gateway.port}"), *webhook.headers.items(), *extra]
    return request_bytes("POST", token.path, [*headers, ("Content-Length", str(len(webhook.body)))], webhook.body)


def shown(gateway: Gateway, context: ssl.SSLContext | None = None) -> int:
    """The serial number of the certificate that a new connection is shown."""
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        context = context or gateway.tls_context()
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True)).serial_number


def context_for(gateway: Gateway, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = gateway.tls_context()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_webhook_by(gateway: Gateway, token: Token, version: ssl.TLSVersion) -> None:
    context = context_for(gateway, version)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            assert secured.version() == version.name.replace("_", ".")
            assert secured.selected_alpn_protocol() == "http/1.1"
            cipher = secured.cipher()
            assert cipher is not None and ("GCM" in cipher[0] or "CHACHA20" in cipher[0])
            secured.sendall(raw(gateway, token, webhook(token), ("Connection", "close")))
            answer = b""
            while piece := secured.recv(65536):
                answer += piece
            assert answer.startswith(b"HTTP/1.1 202 ")
            # The end was announced: recv would have failed at any other.


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_old_versions_are_refused(gateway: Gateway, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION|protocol version"):
        shown(gateway, context_for(gateway, version))


def test_ciphers_without_forward_secrecy_are_refused(gateway: Gateway) -> None:
    context = context_for(gateway, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE|handshake failure"):
        shown(gateway, context)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_curl(gateway: Gateway) -> None:
    command = ["curl", "--silent", "--show-error", "--max-time", "10", gateway.url + "/healthz"]
    assert gateway.authority is not None
    trusting = [*command, "--cacert", str(gateway.authority.certificate)]
    good = subprocess.run(trusting, capture_output=True, text=True)
    assert good.returncode == 0 and json.loads(good.stdout) == {"status": "ok"}, good.stderr
    distrusting = subprocess.run(command, capture_output=True, text=True)
    assert distrusting.returncode == 60, "a certificate of an unknown authority"


def test_many_requests_on_one_connection(gateway: Gateway, token: Token) -> None:
    with requests.Session() as session:
        assert [gateway.post(token, webhook(token), session).status_code for _ in range(20)] == [202] * 20


def test_pipelined_requests(gateway: Gateway, token: Token) -> None:
    with Connection(gateway.port) as connection:
        connection.send(b"".join(raw(gateway, token, webhook(token)) for _ in range(5)))
        assert [connection.read_response().status for _ in range(5)] == [202] * 5


def test_a_large_body(gateway: Gateway, token: Token) -> None:
    assert gateway.post(token, webhook(token, 8_000_000)).status_code == 202


def test_an_early_answer_to_a_large_body_arrives(gateway: Gateway, token: Token) -> None:
    good = webhook(token, 4_000_000)
    bad = good.with_headers(x_hub_signature_256="sha256=" + "0" * 64, x_hub_signature="sha1=" + "0" * 40)
    assert gateway.post(token, bad).status_code == 401
    unknown = Token("x" * 40, "github", "s", "/github/" + "x" * 40)
    assert gateway.post(unknown, good).status_code == 404


def test_a_request_byte_by_byte(gateway: Gateway, token: Token) -> None:
    """Each byte of its head a record of its own."""
    data = raw(gateway, token, webhook(token))
    with Connection(gateway.port) as connection:
        for byte in data[:400]:
            connection.send(bytes([byte]))
        connection.send(data[400:])
        assert connection.read_response().status == 202


def test_a_session_goes_on_by_its_ticket(gateway: Gateway) -> None:
    context = context_for(gateway, ssl.TLSVersion.TLSv1_2)
    session = None
    reused = []
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as secured:
                reused.append(secured.session_reused)
                session = secured.session
    assert reused == [False, True]


@pytest.mark.parametrize("extra", [[], [("Connection", "close")]], ids=["keep-alive", "close"])
def test_half_closed_by_the_client(gateway: Gateway, token: Token, extra: list[tuple[str, str]]) -> None:
    """It has ended its direction by TLS and TCP, and still gets its answer."""
    with Connection(gateway.port) as connection:
        connection.send(raw(gateway, token, webhook(token), *extra))
        connection.half_close()
        answer = connection.read_until_closed()
    assert [response.status for response in answer.responses] == [202]
    assert answer.closed and not answer.reset


def test_ended_by_tls_while_the_answer_is_made(gateway: Gateway, token: Token) -> None:
    """Who asked for the end says its own meanwhile: unread in the kernel, that would make the close a reset."""
    refused = webhook(token).with_headers(X_Hub_Signature_256="sha256=" + "0" * 64)
    # A failure there is answered after bare_path.failure_time.
    bare = Token(token.id, token.service, token.secret, f"/{token.service}")
    with Connection(gateway.port) as connection:
        connection.send(raw(gateway, bare, refused, ("Connection", "close")))
        time.sleep(0.04)
        connection.end_tls()
        answer = connection.read_until_closed()
        assert not connection.was_reset()
    assert [response.status for response in answer.responses] == [401]
    assert answer.closed and not answer.reset


def test_cut_within_a_body(gateway: Gateway, token: Token) -> None:
    """The end of TCP without the end of TLS, which anybody on the way could make, completes no request."""
    gateway_messages = gateway.directory / "messages.jsonl"
    before = gateway_messages.read_bytes()
    with Connection(gateway.port) as connection:
        connection.send(raw(gateway, token, webhook(token))[:-1])
    time.sleep(0.3)
    assert gateway_messages.read_bytes() == before
    assert gateway.alive()


def test_plain_http_is_told_so(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while piece := plain.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400 ") and b"https_required" in answer


@pytest.mark.parametrize("data", [b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"\x00" * 50, b"SSH-2.0-x\r\n", b"\x16\x03\x01"])
def test_nonsense_ends_the_connection(gateway: Gateway, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        plain.sendall(data)
        try:
            while plain.recv(65536):
                pass
        except ConnectionResetError:
            pass
    assert gateway.alive()


def test_slow_handshakes_end_in_time(gateway: Gateway) -> None:
    """One says nothing, one sends its hello byte by byte: both are let go at handshake_timeout, 2 s here."""
    hello = ssl.MemoryBIO()
    client = gateway.tls_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    greeting = hello.read()
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as silent:
        with socket.create_connection(("127.0.0.1", gateway.port), 10) as slow:
            try:
                for byte in greeting[:100]:
                    slow.sendall(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                pass
            assert 1.5 < time.monotonic() - began < 5
        assert silent.recv(10) == b""
    assert time.monotonic() - began < 5


def test_handshakes_that_hang_keep_nobody_waiting(gateway: Gateway) -> None:
    silent = [socket.create_connection(("127.0.0.1", gateway.port), 10) for _ in range(200)]
    try:
        times = []
        for _ in range(10):
            began = time.monotonic()
            assert gateway.alive()
            times.append(time.monotonic() - began)
        assert sorted(times)[5] < 0.5, times
    finally:
        for connection in silent:
            connection.close()


def test_renegotiation_is_refused(gateway: Gateway) -> None:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as plain:
        plain.setblocking(True)
        connection = SSL.Connection(context, plain)
        connection.set_connect_state()
        connection.do_handshake()
        connection.renegotiate()
        with pytest.raises(SSL.Error):
            connection.do_handshake()
    assert gateway.alive()


# MARK: Renewal


@pytest.fixture
def renewable(gateway: Gateway) -> Iterator[Gateway]:
    """The module's gateway, with its first certificate in place again afterwards."""
    assert gateway.identity is not None and gateway.authority is not None
    kept = Identity(gateway.directory / "kept.crt", gateway.directory / "kept.key")
    gateway.identity.copy_to(kept)
    yield gateway
    kept.copy_to(gateway.identity)
    hang_up(gateway)
    wait_until(lambda: shown(gateway) == serial_number(kept.certificate), 10, "the first certificate")


def hang_up(gateway: Gateway) -> None:
    gateway.process.send(signal.SIGHUP)


def stays(gateway: Gateway, words: str) -> None:
    """SIGHUP changes nothing, and the log says why."""
    before = shown(gateway)
    logged = len(gateway.log)
    hang_up(gateway)
    wait_until(lambda: b"HTTPS stays as it is" in gateway.log[logged:], 10, "the log's word")
    said = gateway.log[logged:].decode()
    assert words in said and "error" in said, said
    assert shown(gateway) == before
    assert gateway.alive()


def test_a_renewed_certificate_is_shown_after_sighup(renewable: Gateway, token: Token) -> None:
    gateway = renewable
    assert gateway.identity is not None and gateway.authority is not None
    with Connection(gateway.port) as old:
        old.send(raw(gateway, token, webhook(token)))
        assert old.read_response().status == 202
        before = shown(gateway)
        gateway.authority.issue("renewed").copy_to(gateway.identity)
        assert shown(gateway) == before, "nothing happens before SIGHUP"
        hang_up(gateway)
        renewed = serial_number(gateway.identity.certificate)
        wait_until(lambda: shown(gateway) == renewed, 10, "the renewed certificate")
        old.send(raw(gateway, token, webhook(token)))
        assert old.read_response().status == 202, "connections that were there go on"


def test_sighup_while_the_server_starts(scratch: Path) -> None:
    """Its database does not answer yet; whoever renews certificates by then does not end it."""
    with socket.create_server(("127.0.0.1", 0)) as database:
        address = f"postgresql://w2f@127.0.0.1:{database.getsockname()[1]}/w2f"
        gateway = Gateway(scratch, {"database": {"url": address}}, "starting", tls=True)
        command = [binary(), "migrate", "--config", str(gateway.configuration)]
        migration = ManagedProcess("migrate", command, gateway.directory)
        for process in (gateway.process, migration):
            process.start()
            try:
                connection, _ = database.accept()
                process.send(signal.SIGHUP)
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(1)
            finally:
                process.kill()
            # Not before: it would connect again, and be taken for the next one.
            connection.close()


def test_bad_files_keep_the_old_certificate(renewable: Gateway) -> None:
    gateway = renewable
    assert gateway.identity is not None and gateway.authority is not None
    certificate, key = gateway.identity.certificate, gateway.identity.key
    good_key = key.read_bytes()
    key.write_bytes(gateway.authority.issue("other").key.read_bytes())
    stays(gateway, f"the key in {key} is not that of the certificate in {certificate}")
    key.write_bytes(good_key)
    certificate.write_text("nothing of use\n")
    stays(gateway, f"{certificate} holds no certificate in PEM")
    certificate.unlink()
    stays(gateway, f"{certificate} can't be read: No such file or directory")
    gateway.authority.expired("expired").copy_to(gateway.identity)
    stays(gateway, f"the certificate in {certificate} expired on ")


def test_the_start_needs_a_key_that_matches(scratch: Path) -> None:
    gateway = Gateway(scratch, {}, "https-mismatch", tls=True)
    assert gateway.identity is not None and gateway.authority is not None
    gateway.identity.key.write_bytes(gateway.authority.issue("other").key.read_bytes())
    words = f"server.tls: the key in {gateway.identity.key} is not that of the certificate"
    check = gateway.command("check-config", check=False)
    assert check.returncode != 0 and words in check.stderr
    serve = gateway.command("serve", check=False)
    assert serve.returncode != 0 and words in serve.stderr


def test_an_expired_certificate_is_shown_and_complained_about(scratch: Path) -> None:
    gateway = Gateway(scratch, {}, "https-expired", tls=True)
    assert gateway.identity is not None and gateway.authority is not None
    gateway.authority.expired("old").copy_to(gateway.identity)
    gateway.process.start()
    try:
        untrusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        untrusting.check_hostname = False
        untrusting.verify_mode = ssl.CERT_NONE

        def serves() -> bool:
            try:
                return shown(gateway, untrusting) == serial_number(gateway.identity.certificate)
            except OSError:
                return False

        gateway.process.wait_ready(serves, 30)
        assert b"expired on" in gateway.log
        with pytest.raises(ssl.SSLError, match="expired"):
            shown(gateway)
    finally:
        gateway.stop()


def test_a_stop_answers_what_has_arrived(scratch: Path) -> None:
    """SIGTERM while clients connect: whoever got a connection gets an answer or a proper end, and the exit is clean."""
    gateway = Gateway(scratch, {}, "https-stop", tls=True)
    gateway.migrate()
    token = gateway.create_token("github")
    gateway.start()
    connections = [Connection(gateway.port) for _ in range(10)]
    for connection in connections:
        connection.send(raw(gateway, token, webhook(token)))
    gateway.process.send(signal.SIGTERM)
    statuses = []
    for connection in connections:
        statuses += [response.status for response in connection.read_until_closed().responses]
        connection.close()
    assert statuses == [202] * 10
    assert gateway.stop() == 0
    with pytest.raises(OSError):
        exchange(gateway.port, b"")
