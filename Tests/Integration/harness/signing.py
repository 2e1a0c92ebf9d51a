"""Webhooks signed as the services sign them, with the headers that they really send."""

import uuid
from collections.abc import Callable

from . import services
from .hmacs import clean, hex_hmac
from .webhook import Webhook

HEADER_SECRET_MARK = "never-on-the-bus"


def github(
    secret: str, payload: bytes, event: str, delivery_id: str | None = None, *, form: bool = False,
    target_type: str = "repository",
) -> Webhook:
    """JSON, or with `form` the urlencoded form that is GitHub's default; signed over the bytes that are sent."""
    delivery_id = delivery_id or str(uuid.uuid4())
    body = services.as_form(payload) if form else payload
    sha1, sha256 = hex_hmac(secret, body, "sha1"), hex_hmac(secret, body)
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": delivery_id,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": "292430182",
        "X-GitHub-Hook-Installation-Target-ID": "79929171",
        "X-GitHub-Hook-Installation-Target-Type": target_type,
        "X-Hub-Signature": f"sha1={sha1}",
        "X-Hub-Signature-256": f"sha256={sha256}",
    }
    return Webhook("github", f"github.{clean(event)}", body, headers, delivery_id, payload,
                   frozenset({secret, sha1, sha256}))


def spoken_by_gitlab(event: str) -> str:
    """The event in a topic: letters become small as those of a text, whose bytes `event` has as characters."""
    text = event.encode("latin-1").decode("utf-8", "replace").replace(" Hook", "").replace(" ", "_").lower()
    return text.encode().decode("latin-1")


def gitlab(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """`event` as in X-Gitlab-Event: "Push Hook". The token goes in the clear: it must never leave the server."""
    delivery_id = delivery_id or str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/18.1.0",
        "Idempotency-Key": delivery_id,
        "X-Gitlab-Event": event,
        "X-Gitlab-Webhook-UUID": "6e2f2c21-8a6a-4b3d-a2f2-1a5a3c1a44a8",
        "X-Gitlab-Event-UUID": str(uuid.uuid4()),
        "X-Gitlab-Instance": "https://gitlab.example.org",
        "X-Gitlab-Token": secret,
    }
    name = spoken_by_gitlab(event)
    return Webhook("gitlab", f"gitlab.{clean(name)}", payload, headers, delivery_id, payload, frozenset({secret}))


def forgejo(
    secret: str, payload: bytes, event: str, delivery_id: str | None = None, *, form: bool = False, get: bool = False,
) -> Webhook:
    """JSON, a form, or a GET with the payload in its query; signed over the JSON in each. With the headers of the systems that it descends from and imitates, as Forgejo sends them."""
    delivery_id = delivery_id or str(uuid.uuid4())
    sha1, sha256 = hex_hmac(secret, payload, "sha1"), hex_hmac(secret, payload)
    headers = {
        "User-Agent": "Go-http-client/1.1",
        "X-Hub-Signature": f"sha1={sha1}",
        "X-Hub-Signature-256": f"sha256={sha256}",
    }
    for family in ("Forgejo", "Gitea", "Gogs", "GitHub"):
        headers[f"X-{family}-Delivery"] = delivery_id
        headers[f"X-{family}-Event"] = event
        headers[f"X-{family}-Event-Type"] = event
        if family != "GitHub":
            headers[f"X-{family}-Signature"] = sha256
    webhook = Webhook("forgejo", f"forgejo.{clean(event)}", payload, headers, delivery_id, payload,
                      frozenset({secret, sha1, sha256}))
    return webhook.carried(form=form, get=get)


def discourse(secret: str, payload: bytes, event: str, delivery_id: str | None = None) -> Webhook:
    """`event` is "TYPE.EVENT": "post.post_created". Discourse has no delivery id that stays the same in a retry."""
    kind, name = event.split(".", 1)
    sha256 = hex_hmac(secret, payload)
    headers = {
        "Accept": "*/*",
        "Connection": "close",
        "Content-Type": "application/json",
        "User-Agent": "Discourse/3.5.0.beta9",
        "X-Discourse-Instance": "https://discussion.fedoraproject.org",
        "X-Discourse-Event-Id": delivery_id or "112358",
        "X-Discourse-Event-Type": kind,
        "X-Discourse-Event": name,
        "X-Discourse-Event-Signature": f"sha256={sha256}",
    }
    return Webhook("discourse", f"discourse.{clean(kind)}.{clean(name)}", payload, headers, delivery_id or "112358",
                   payload, frozenset({secret, sha256}))


SIGNERS: dict[str, Callable[..., Webhook]] = {
    "github": github, "gitlab": gitlab, "forgejo": forgejo, "discourse": discourse,
    "gitea": services.gitea, "bitbucket": services.bitbucket, "pagure": services.pagure, "pretix": services.pretix,
    "weblate": services.weblate, "sentry": services.sentry, "quay": services.quay, "dockerhub": services.dockerhub,
    "standard": services.standard, "example": services.example,
}
