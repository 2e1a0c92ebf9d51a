"""Signed bodies that are as large as they may be: what they cost the others, and what stays of them. How long they hold a
loop up is in `timing`."""

import re
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hostile.conftest import Target

from harness.gateway import Token
from harness.signing import github

MEGABYTE = 1024 * 1024
# The worst for a parser: as many values as there can be.
ZEROS = b'{"a":[' + b"0," * (8 * MEGABYTE - 1024) + b"0]}"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def token(_target: Target) -> Token:
    """It lets nothing of these through to the consumers, which have seen enough."""
    return _target.gateway.create_token("github", "large", events=["release"])


def memory(target: Target, name: str) -> float:
    """Megabytes: VmRSS is what it is now, VmHWM the most that it was."""
    status = Path(f"/proc/{target.gateway.process.pid}/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def send(target: Target, token: Token, body: bytes, answers: list[int]) -> None:
    """Until it is taken: on a slow machine its turn may come too late, and it is asked to come again."""
    webhook = github(token.secret, body, "push")
    response = target.gateway.post(token, webhook)
    while response.status_code == 503 and b"at once" in response.content and response.headers["Retry-After"].isdigit():
        response = target.gateway.post(token, webhook)
    answers.append(response.status_code)


def test_large_bodies_take_no_more_than_one_parser_has_and_hold_nobody_up(target: Target, token: Token) -> None:
    Path(f"/proc/{target.gateway.process.pid}/clear_refs").write_text("5")
    before = memory(target, "VmRSS")
    answers: list[int] = []
    senders = [threading.Thread(target=send, args=(target, token, ZEROS, answers), daemon=True) for _ in range(4)]
    for sender in senders:
        sender.start()
    asked = 0
    while any(sender.is_alive() for sender in senders):
        connection = target.gateway.http_connection()
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        asked += 1
        time.sleep(0.01)
    assert asked > 10
    assert answers == [202] * 4
    # Four bodies, and 14 times one for the parser; nothing for each loop.
    assert memory(target, "VmHWM") - before < (4 + 14 + 2) * len(ZEROS) / MEGABYTE
    deadline = time.monotonic() + 20
    while memory(target, "VmRSS") - before > 48:
        assert time.monotonic() < deadline, f"{memory(target, 'VmRSS') - before:.0f} MB are kept"
        time.sleep(0.1)


def test_large_bodies_without_a_token_take_no_more_either(make_gateway, scratch: Path) -> None:
    """Whoever sends them to a service's address has proved nothing."""
    bounds = {"max_body_size": "25 MiB", "failure_budget": "1024 GiB", "body_timeout": "20s"}
    broker, server = {"amqp_url": f"file:{scratch}/large-bare.jsonl"}, {"body_bytes_in_flight": "1 GiB"}
    gateway = make_gateway("large-bare", {"broker": broker, "server": server, "bare_path": bounds})
    gateway.create_token("github", "bare", scope="large/body")
    gateway.start()
    target = SimpleNamespace(gateway=gateway)
    body = b'{"repository":{"full_name":"large/body"},' + ZEROS[1:]
    webhook = github("wrong", body, "push")
    answers: list[int] = []

    def attack() -> None:
        answers.append(gateway.post(Token("", "github", "", "/github"), webhook).status_code)

    Path(f"/proc/{gateway.process.pid}/clear_refs").write_text("5")
    before = memory(target, "VmRSS")
    senders = [threading.Thread(target=attack, daemon=True) for _ in range(4)]
    for sender in senders:
        sender.start()
    asked = 0
    while any(sender.is_alive() for sender in senders):
        assert gateway.alive()
        asked += 1
        time.sleep(0.01)
    assert asked > 10
    # 503: on a slow machine its turn may come too late.
    assert len(answers) == 4 and set(answers) <= {401, 503} and 401 in answers
    assert memory(target, "VmHWM") - before < (4 + 14 + 2) * len(body) / MEGABYTE
    gateway.stop()


def test_more_than_the_broker_takes_is_refused_before_the_body_is_read(target: Target) -> None:
    """Whoever sent it: it is not even verified."""
    webhook = target.webhook("github").with_headers(x_hub_signature_256="sha256=" + "0" * 64)
    connection = target.gateway.http_connection()
    connection.putrequest("POST", target.tokens["github"].path)
    for name, value in webhook.headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(target.limit + 2 * MEGABYTE))
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    body = response.read()
    # A proxy may say it by itself.
    assert str(target.limit).encode() in body or "X-Request-Id" not in response.headers
    connection.close()


def test_a_form_may_be_larger_than_its_payload(target: Target, token: Token) -> None:
    """Blanks take three bytes in a form, if the sender likes."""
    payload = b'{"a":"' + b"x" * (6 * MEGABYTE) + b'"}'
    form = b"payload=" + b"".join(b"%%%02X" % byte for byte in payload)
    assert len(form) > 17 * MEGABYTE
    answers: list[int] = []
    webhook = github(token.secret, form, "push").with_headers(content_type=FORM)
    answers.append(target.gateway.post(token, webhook).status_code)
    # And one whose payload is too large for the broker, before it is parsed.
    large = b"payload=" + b"x" * (target.limit + MEGABYTE)
    response = target.gateway.post(token, github(token.secret, large, "push").with_headers(content_type=FORM))
    assert answers == [202]
    assert response.status_code == 413


def test_a_large_body_with_a_wrong_signature(target: Target) -> None:
    webhook = target.webhook("github", b'{"a":"' + b"x" * (2 * MEGABYTE) + b'"}', "push")
    target.refused(target.post(webhook.with_headers(x_hub_signature_256="sha256=" + "0" * 64)), 401)


def test_a_large_body_that_is_no_json(target: Target) -> None:
    target.refused(target.post(target.webhook("github", b"[" * (2 * MEGABYTE), "push")), 400)
    target.refused(target.post(target.webhook("github", b'{"a":"' + b"x" * (2 * MEGABYTE), "push")), 400)


def test_a_large_body_goes_out_as_it_came(target: Target) -> None:
    payload = b'{"repository":{"private":false,"full_name":"a/b"},"a":"' + b"x" * (2 * MEGABYTE) + b'"}'
    delivery = target.published(target.post(target.webhook("github", payload, "push")))
    assert payload in delivery.body
