"""Webhooks signed as the services beside the first four sign them, with the headers that they really send."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from urllib.parse import quote_plus

from .hmacs import clean, hex_hmac
from .webhook import Webhook

PRETIX_INSTANCE = "https://rsvp.example.org"
# What tokens of a service cannot do without.
SETTINGS: dict[str, dict[str, str]] = {"pretix": {"instance_url": PRETIX_INSTANCE}}
# The service makes the secret, and people bring it.
MADE_THERE = ("pagure", "sentry")
# A service of the configuration: [services.example].
EXAMPLE: dict[str, object] = {
    "title": "Example",
    "signature_header": "X-Example-Signature",
    "prefix": "sha256=",
    "event": "body:type",
    "delivery_id": "body:id",
    "repository": "body:repository.full_name",
    "private": "body:repository.private",
    "headers": ["content-type", "user-agent", "x-example-trace"],
}


def _member(payload: bytes, *path: str) -> object:
    """What stands at a path of the payload; None where there is nothing, or the payload is no JSON."""
    try:
        value = json.loads(payload)
        for key in path:
            value = value[key]
    except (ValueError, KeyError, TypeError):
        return None
    return value


def _text(payload: bytes, *path: str) -> str:
    value = _member(payload, *path)
    return value if isinstance(value, str) else ""


def _event(payload: bytes, key: str) -> str:
    """The text at a key of the payload as `clean` takes it: a character for each byte."""
    return _text(payload, key).encode().decode("latin-1")


def gitea(
    secret: str, payload: bytes, event: str, delivery_id: str | None = None, *, form: bool = False, get: bool = False,
) -> Webhook:
    """JSON, a form, or a GET with the payload in its query; signed over the JSON in each."""
    delivery_id = delivery_id or str(uuid.uuid4())
    sha1, sha256 = hex_hmac(secret, payload, "sha1"), hex_hmac(secret, payload)
    headers = {
        "User-Agent": "Go-http-client/1.1",
        "X-Hub-Signature": f"sha1={sha1}",
        "X-Hub-Signature-256": f"sha256={sha256}",
    }
    for family in ("Gitea", "Gogs", "GitHub"):
        headers[f"X-{family}-Delivery"] = delivery_id
        headers[f"X-{family}-Event"] = event
        headers[f"X-{family}-Event-Type"] = event
        if family != "GitHub":
            headers[f"X-{family}-Signature"] = sha256
    webhook = Webhook("gitea", f"webhook.gitea.{clean(event)}", payload, headers, delivery_id, payload,
                      frozenset({secret, sha1, sha256}))
    return webhook.carried(form=form, get=get)


def bitbucket(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """`event` as in X-Event-Key: "repo:push". Data Center's payloads have the key in them."""
    delivery_id = delivery_id or str(uuid.uuid4())
    sha256 = hex_hmac(secret, payload)
    headers = {"Content-Type": "application/json", "X-Event-Key": event, "X-Hub-Signature": f"sha256={sha256}"}
    if _member(payload, "eventKey") is None:
        headers |= {
            "User-Agent": "Bitbucket-Webhooks/2.0",
            "X-Request-UUID": delivery_id,
            "X-Hook-UUID": "0f8b7a1c-53e1-4b1b-9f2a-2d6f2c0a7e11",
            "X-Attempt-Number": "1",
        }
    else:
        headers |= {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Atlassian HttpClient 2.1.5 / Bitbucket-8.19.1",
            "X-Request-Id": delivery_id,
        }
    return Webhook("bitbucket", f"webhook.bitbucket.{clean(event.replace(':', '.'))}", payload, headers, delivery_id,
                   payload, frozenset({secret, sha256}))


def pagure(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """Its delivery id is in the payload."""
    sha1, sha256 = hex_hmac(secret, payload, "sha1"), hex_hmac(secret, payload)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "python-requests/2.32.3",
        "X-Pagure": "https://pagure.example.org/",
        "X-Pagure-project": "sheep/meadow",
        "X-Pagure-Signature": sha1,
        "X-Pagure-Signature-256": sha256,
        "X-Pagure-Topic": event,
    }
    return Webhook("pagure", f"webhook.pagure.{clean(event)}", payload, headers, _text(payload, "msg_id"), payload,
                   frozenset({secret, sha1, sha256}))


def pretix(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """The secret is the password in the URL."""
    basic = base64.b64encode(f"webhook:{secret}".encode()).decode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "python-requests/2.32.3",
        "Authorization": f"Basic {basic}",
    }
    action = _event(payload, "action").removeprefix("pretix.")
    return Webhook("pretix", f"pretix.{clean(action)}", payload, headers, "", payload, frozenset({secret, basic}))


def _standard(
    service: str, secret: str, payload: bytes, event: str, delivery_id: str | None, timestamp: float, fraction: bool,
) -> Webhook:
    delivery_id = delivery_id or f"msg_{uuid.uuid4().hex}"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{int(timestamp)}.".encode() + payload
    code = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Example/1.0",
        "webhook-id": delivery_id,
        "webhook-timestamp": f"{timestamp:.6f}" if fraction else f"{int(timestamp)}",
        "webhook-signature": f"v1,{code}",
    }
    return Webhook(service, f"webhook.{service}.{clean(event)}", payload, headers, delivery_id, payload,
                   frozenset({secret, code}))


def standard(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    return _standard("standard", secret, payload, _event(payload, "type"), delivery_id, time.time(), False)


def weblate(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """The timestamp has a fraction, which is not signed."""
    return _standard("weblate", secret, payload, _event(payload, "action"), delivery_id, time.time(), True)


def gitlab_signed(secret: str, webhook: Webhook) -> Webhook:
    """The same webhook as GitLab 19.0 signs it: by a signing token, and without X-Gitlab-Token."""
    signed = _standard("gitlab", secret, webhook.payload, "", webhook.delivery_id, time.time(), False)
    headers = {name: value for name, value in webhook.headers.items() if name != "X-Gitlab-Token"}
    extra = {name: value for name, value in signed.headers.items() if name.startswith("webhook-")}
    return Webhook("gitlab", webhook.topic, webhook.body, headers | extra, webhook.delivery_id, webhook.payload,
                   signed.secrets)


def sentry(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """`event` is "RESOURCE.ACTION"; the action is the payload's."""
    delivery_id = delivery_id or str(uuid.uuid4())
    sha256 = hex_hmac(secret, payload)
    resource = event.split(".")[0]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "sentry-apps",
        "Request-ID": delivery_id,
        "Sentry-Hook-Resource": resource,
        "Sentry-Hook-Timestamp": str(int(time.time())),
        "Sentry-Hook-Signature": sha256,
    }
    topic = f"webhook.sentry.{clean(resource)}.{clean(_event(payload, 'action'))}"
    return Webhook("sentry", topic, payload, headers, delivery_id, payload, frozenset({secret, sha256}))


def _unsigned(service: str, payload: bytes) -> Webhook:
    headers = {"Content-Type": "application/json", "User-Agent": "Example/1.0"}
    return Webhook(service, f"webhook.{service}.push", payload, headers, "", payload)


def quay(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """Nothing but the address proves it."""
    return _unsigned("quay", payload)


def dockerhub(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """Nothing but the address proves it; the address for answers must not go out."""
    webhook = _unsigned("dockerhub", payload)
    callback = _text(payload, "callback_url")
    return webhook.with_secrets(callback) if callback else webhook


def example(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """The service of the configuration."""
    sha256 = hex_hmac(secret, payload)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Example/1.0",
        "X-Example-Trace": "0af7651916cd43dd8448eb211c80319c",
        "X-Example-Signature": f"sha256={sha256}",
    }
    name = clean(_event(payload, "type")) if _event(payload, "type") else "received"
    return Webhook("example", f"webhook.example.{name}", payload, headers, _text(payload, "id"), payload,
                   frozenset({secret, sha256}))


def as_form(payload: bytes) -> bytes:
    return b"payload=" + quote_plus(payload).encode()


def fresh(service: str, payload: bytes) -> bytes:
    """The payload with what tells its delivery from others changed, for services that have that in the body."""
    unique = uuid.uuid4()
    document = json.loads(payload)
    if service == "pretix":
        document["notification_id"] = unique.int % 10**15
    elif service == "pagure":
        document["msg_id"] = f"2026-{unique}"
    elif service == "example":
        document["id"] = str(unique)
    elif service in ("discourse", "quay", "dockerhub"):
        return payload.replace(b"{", b'{"unique":"%s",' % unique.hex.encode(), 1)
    else:
        return payload
    return json.dumps(document).encode()
