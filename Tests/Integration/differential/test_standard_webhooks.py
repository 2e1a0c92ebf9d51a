"""What the packages `standardwebhooks` and `svix` sign is taken, and what they refuse is refused."""

import base64
import json
import os
import random
import time
from collections.abc import Callable
from datetime import datetime, timezone

import pytest
import requests
import standardwebhooks
import svix.webhooks

from harness.gateway import Gateway, Token

LIBRARIES = {"standardwebhooks": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}
ALL = set(LIBRARIES)
# `svix` never parses what it verified; `standardwebhooks` is told not to.
WITHOUT_PARSING: dict[str, dict[str, bool]] = {"standardwebhooks": {"json_parse": False}, "svix": {}}
GITLAB = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Webhook-UUID": "a", "X-Gitlab-Event-UUID": "b"}
SERVICES: dict[str, dict[str, str]] = {"standard": {}, "weblate": {}, "gitlab": GITLAB}
PAYLOADS = [
    '{"type":"a.b"}', '{ "type" : "żółw ☃ 😀" , "n" : [1.50, 1e3] }', '{"a":"' + "x" * 5000 + '"}', '{"dots":"a.b.c"}',
    '{"text":"line\\nend","action":"\\u0000"}', "{}", '\n{"a": 1}\r\n',
]

libraries = pytest.mark.parametrize("library", LIBRARIES)
services = pytest.mark.parametrize("service", SERVICES)
Headers = dict[str, str]


@pytest.fixture(scope="module")
def tokens(gateway: Gateway) -> dict[tuple[str, int], Token]:
    """For each service, secrets of the shortest, the usual and the longest length."""
    made = {}
    for service in SERVICES:
        for count in (24, 32, 64):
            secret = "whsec_" + base64.b64encode(os.urandom(count)).decode()
            made[service, count] = gateway.create_token(service, f"{count} bytes", secret)
    return made


def signed(library: str, secret: str, payload: str, at: float | None = None) -> Headers:
    identifier = f"msg_{os.urandom(12).hex()}"
    moment = datetime.fromtimestamp(int(at or time.time()), tz=timezone.utc)
    signature = LIBRARIES[library](secret).sign(identifier, moment, payload)
    return {
        "webhook-id": identifier, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature,
    }


def judged(secret: str, payload: bytes, headers: Headers) -> set[str]:
    """The libraries that take it."""
    taken = set()
    for library, webhook in LIBRARIES.items():
        try:
            webhook(secret).verify(payload, headers, **WITHOUT_PARSING[library])
        except Exception:
            continue
        taken.add(library)
    return taken


def sent(gateway: Gateway, token: Token, payload: bytes, headers: Headers) -> requests.Response:
    headers = {"Content-Type": "application/json", **SERVICES[token.service], **headers}
    return requests.post(gateway.url + token.path, data=payload, headers=headers, timeout=30)


@libraries
@services
@pytest.mark.parametrize("count", [24, 32, 64])
def test_what_they_sign_is_taken(
    gateway: Gateway, tokens: dict[tuple[str, int], Token], library: str, service: str, count: int
) -> None:
    token = tokens[service, count]
    for payload in PAYLOADS:
        headers = signed(library, token.secret, payload)
        assert judged(token.secret, payload.encode(), headers) == ALL
        response = sent(gateway, token, payload.encode(), headers)
        assert response.status_code == 202, response.text


def _flip(text: str, position: int) -> str:
    return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]


def mutations(headers: Headers, payload: bytes) -> dict[str, tuple[bytes, Headers]]:
    signature, identifier, moment = (headers[f"webhook-{name}"] for name in ("signature", "id", "timestamp"))
    changed: dict[str, tuple[bytes, Headers]] = {
        "a byte of the body": (payload[:-2] + b" }", headers),
        "a byte more": (payload + b" ", headers),
        "a byte less": (payload[:-1], headers),
        "an empty body": (b"", headers),
    }
    for name, key, value in [
        ("another id", "id", _flip(identifier, 9)), ("no id", "id", None), ("an empty id", "id", ""),
        ("another second", "timestamp", str(int(moment) + 1)), ("too old", "timestamp", str(int(moment) - 301)),
        ("too new", "timestamp", str(int(moment) + 400)), ("no timestamp", "timestamp", None),
        ("no number", "timestamp", "now"), ("a negative time", "timestamp", "-" + moment),
        ("no signature", "signature", None), ("an empty one", "signature", ""), ("the version alone", "signature", "v1,"),
        ("no version", "signature", signature[3:]), ("another version", "signature", "v2" + signature[2:]),
        ("version 1a", "signature", "v1a" + signature[2:]), ("cut short", "signature", signature[:-4]),
        ("hexadecimal", "signature", "v1," + base64.b64decode(signature[3:]).hex()),
    ]:
        altered = dict(headers)
        altered.pop(f"webhook-{key}")
        if value is not None:
            altered[f"webhook-{key}"] = value
        changed[name] = (payload, altered)
    for position in (3, 20, 44):
        changed[f"digit {position}"] = (payload, {**headers, "webhook-signature": _flip(signature, position)})
    return changed


@libraries
@services
def test_what_they_refuse_is_refused(
    gateway: Gateway, tokens: dict[tuple[str, int], Token], library: str, service: str
) -> None:
    token = tokens[service, 32]
    payload = '{"type":"a.b","data":{"n":1}}'
    for name, (body, headers) in mutations(signed(library, token.secret, payload), payload.encode()).items():
        assert judged(token.secret, body, headers) == set(), name
        response = sent(gateway, token, body, headers)
        assert response.status_code == 401, f"{name}: {response.status_code}"
    for other in (tokens[service, 24], tokens[service, 64]):
        assert sent(gateway, other, payload.encode(), signed(library, token.secret, payload)).status_code == 401


@libraries
def test_lists_of_signatures(gateway: Gateway, tokens: dict[tuple[str, int], Token], library: str) -> None:
    """As while a sender rotates its secret: one that is right is enough, wherever it stands."""
    token = tokens["standard", 32]
    payload = '{"type":"rotated"}'
    wrong = "v1," + base64.b64encode(os.urandom(32)).decode()
    arrange: list[Callable[[str], str]] = [
        lambda right: f"{wrong} {right}", lambda right: f"{right} {wrong}", lambda right: f"v1a,abc {right}",
        lambda right: f"v2,{right[3:]} {wrong} {right}",
    ]
    for make in arrange:
        headers = signed(library, token.secret, payload)
        headers["webhook-signature"] = make(headers["webhook-signature"])
        assert judged(token.secret, payload.encode(), headers) == ALL
        assert sent(gateway, token, payload.encode(), headers).status_code == 202
    headers = signed(library, token.secret, payload)
    headers["webhook-signature"] = f"{wrong} {wrong}"
    assert sent(gateway, token, payload.encode(), headers).status_code == 401


@libraries
def test_the_borders_of_the_clock(gateway: Gateway, tokens: dict[tuple[str, int], Token], library: str) -> None:
    token = tokens["standard", 32]
    for offset, status in ((-290, 202), (290, 202), (-310, 401), (310, 401)):
        headers = signed(library, token.secret, "{}", time.time() + offset)
        assert judged(token.secret, b"{}", headers) == (ALL if status == 202 else set())
        assert sent(gateway, token, b"{}", headers).status_code == status, offset


@libraries
def test_a_secret_without_padding(gateway: Gateway, library: str) -> None:
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode().rstrip("=")
    token = gateway.create_token("standard", "not padded", secret)
    headers = signed(library, secret, "{}")
    assert sent(gateway, token, b"{}", headers).status_code == 202


@libraries
@services
def test_random_changes(
    gateway: Gateway, tokens: dict[tuple[str, int], Token], library: str, service: str
) -> None:
    """Whatever one changes of what is signed or of the signature: never taken where a library refuses it."""
    token = tokens[service, 32]
    chance = random.Random(20261123)
    payload = json.dumps({"type": "a", "text": "sheep " * 20}).encode()
    with requests.Session() as session:
        for _ in range(150):
            headers = signed(library, token.secret, payload.decode())
            body = bytearray(payload)
            place = chance.choice(["body", *headers])
            if place == "body":
                body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            else:
                value = headers[place]
                position = chance.randrange(len(value))
                headers[place] = value[:position] + chr(chance.randrange(0x21, 0x7F)) + value[position + 1 :]
            judges = judged(token.secret, bytes(body), headers)
            sent_headers = {"Content-Type": "application/json", **SERVICES[service], **headers}
            response = session.post(gateway.url + token.path, data=bytes(body), headers=sent_headers, timeout=30)
            assert response.status_code != 202 or judges == ALL, (place, headers, judges)
