"""After all that (this module's name sorts last): who is still alive, and what was written down."""

import json

from hostile.conftest import DATABASE, PROOFLESS, Target

from harness.gateway import Token
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.rabbitmq import RabbitMQ
from harness.rawhttp import Connection
from harness.webhook import Webhook


def test_the_consumer_survived_and_got_everything(target: Target) -> None:
    target.accepted.add(target.canary())
    target.consumer.wait_for(target.accepted, timeout=120)
    assert target.consumer.process.running
    assert target.consumer.rejected() == 0, "something was accepted that does not pass the consumer's validation"


def _status_elsewhere(target: Target, webhook: Webhook, token: Token) -> int:
    """Sent from an address of its own: of refusals, each source has so many lines a minute."""
    with Connection(target.gateway.port, source="127.0.0.12") as connection:
        connection.send(target.request(token, webhook))
        (response,) = connection.read_until_closed().responses
    return response.status


def test_what_was_refused_at_an_address_that_is_a_secret(target: Target, rabbitmq: RabbitMQ) -> None:
    """For the next test: a refusal and a failure of our own are logged with the address, at each of them."""
    secrets = [target.tokens[service] for service in PROOFLESS]
    for token in secrets:
        assert _status_elsewhere(target, target.webhook(token.service, b"no JSON"), token) == 400
        # As people mistype or escape it.
        escaped = Token(token.id, token.service, "", f"/{token.service}/%{ord(token.id[0]):x}{token.id[1:]}/")
        assert _status_elsewhere(target, target.webhook(token.service), escaped) == 404
    rabbitmq.control("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        for token in secrets:
            assert _status_elsewhere(target, target.webhook(token.service), token) == 503
    finally:
        rabbitmq.control("set_vm_memory_high_watermark", "0.4")
    wait_until(target.gateway.ready, 60, "the broker to take messages again")
    log = target.gateway.log.decode()
    for token in secrets:
        shown = f'"path":"/{token.service}/{token.id[:6]}…"'
        assert log.count(shown) >= 2, f"{shown} is not in the log"
        assert token.id in target.gateway.command("token", "list").stdout


def test_no_secret_and_no_payload_in_the_log(target: Target) -> None:
    log = target.gateway.log
    assert log, "there is no log to look at"
    leaked = [secret for secret in target.secrets if secret and secret.encode() in log]
    assert not leaked, f"{len(leaked)} of {len(target.secrets)} secrets and signatures are in the log"
    assert b"refs/heads/main" not in log and b"three sheep" not in log, "a payload is in the log"


def test_one_line_an_entry_and_no_control_bytes(target: Target) -> None:
    lines = target.gateway.log.split(b"\n")
    assert lines.pop() == b""
    for line in lines:
        assert isinstance(json.loads(line), dict), line[:200]
        assert not any(byte < 0x20 or byte == 0x7F for byte in line), line[:200]
        text = line.decode()
        assert len(text.splitlines()) == 1, "a line end of Unicode is in the log as it came"
        assert len(line) < 16 * 1024


def test_no_secret_in_the_database(target: Target, postgresql: PostgreSQL) -> None:
    dump = postgresql.dump(DATABASE)
    assert b"COPY " in dump
    for token in (*target.tokens.values(), *target.others.values()):
        for form in (token.secret.encode(), token.secret.encode().hex().encode()):
            assert not form or form not in dump


def test_still_healthy(target: Target) -> None:
    assert target.gateway.alive() and target.gateway.ready()
    assert target.gateway.stop() == 0
