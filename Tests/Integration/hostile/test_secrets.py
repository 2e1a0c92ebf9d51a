"""What a sender sends along and nobody else may see."""

import json

import pytest
from hostile.conftest import Target

from harness.expectation import ALLOWED_HEADERS, REDACTED_HEADERS
from harness.signing import HEADER_SECRET_MARK, SIGNERS

PRIVATE = [
    "Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "X-Forwarded-For", "X-Real-IP", "Forwarded",
    "X-Gitlab-Token", "X-Auth-Token", "Referer", "X-Amzn-Trace-Id", "fedora_messaging_schema", "fedora_messaging_user_root",
]


@pytest.mark.parametrize("service", SIGNERS)
def test_other_headers_never_leave(target: Target, service: str) -> None:
    extra = [
        (name, f"{HEADER_SECRET_MARK}-{number}")
        for number, name in enumerate(PRIVATE)
        if (service, name) not in (("gitlab", "X-Gitlab-Token"), ("pretix", "Authorization"))
    ]
    webhook = target.webhook(service)
    target.secrets.add(HEADER_SECRET_MARK)
    delivery = target.published(target.post(webhook, extra=extra))
    assert HEADER_SECRET_MARK.encode() not in delivery.everything
    leaked = [secret for secret in webhook.secrets if secret.encode() in delivery.everything]
    assert not leaked

    document = json.loads(delivery.body)
    headers = document["webhook_headers" if service == "discourse" else "headers"]
    assert headers.keys() <= {*ALLOWED_HEADERS[service], *REDACTED_HEADERS.get(service, [])}
    names = {field.name for field in delivery.headers}
    assert "fedora_messaging_user_root" not in names


def test_a_payload_cannot_forge_the_envelope(target: Target) -> None:
    """The payload is carried as bytes; it must not be able to close its own object and go on."""
    payload = b'{"agent":"root","headers":{"x-github-event":"forged"},"body":{}}'
    delivery = target.published(target.post(target.webhook("github", payload, "push")))
    document = json.loads(delivery.body)
    assert document["agent"] is None
    assert document["headers"]["x-github-event"] == "push"
    assert document["body"] == json.loads(payload)
    for forged in (b'{}},"agent":"root"', b'{},"agent":"root"}', b'{}\n{}'):
        target.refused(target.post(target.webhook("github", forged, "push")), 400)


def test_log_injection_is_not_possible(target: Target) -> None:
    """Line ends of every kind, in every place that a sender can fill and a log might show."""
    webhook = target.webhook("github", event="push\u0085FORGED-LINE".encode().decode("latin-1"))
    webhook = webhook.with_headers(
        User_Agent="agent\u2028FORGED-LINE".encode().decode("latin-1"), X_Request_Id='"}\\n{"level":"FORGED'
    )
    assert target.post(webhook).status in (202, 400)
    for path in ("/github/%0aFORGED-LINE", "/%1b%5b31mFORGED", '/"}{"FORGED":"', "/x?%0d%0aFORGED"):
        target.raw(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    target.wiretap.drain()
    target.nothing_published()


def test_errors_show_nothing_of_the_inside(target: Target) -> None:
    bodies = [
        target.post(target.webhook("github", b"[", "push")).body,
        target.post(target.webhook("github").with_headers(X_Hub_Signature_256="sha256=00")).body,
        target.raw(b"POST /github/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").data,
    ]
    for body in bodies:
        for inside in (b"postgres", b"SELECT", b"Swift", b"/home", b"/tmp", b"0x", b"Error("):
            assert inside not in body
