"""What a webhook must become on the bus, told from the rules and not from the program."""

import copy
import hashlib
import json
import uuid
from typing import Any

import xxhash
from fedora_messaging.message import Message, get_class
from webhook_to_fedora_messaging_messages.discourse import DiscourseMessageV1
from webhook_to_fedora_messaging_messages.forgejo import ForgejoMessageV1
from webhook_to_fedora_messaging_messages.github import GitHubMessageV1
from webhook_to_fedora_messaging_messages.gitlab import GitLabMessageV1

from webhook_to_fedora_messaging_messages.pretix import PretixMessageV1

from .services import PRETIX_INSTANCE
from .webhook import Webhook

OURS = ("bitbucket", "dockerhub", "gitea", "pagure", "quay", "sentry", "standard", "weblate")
CLASSES: dict[str, type[Message]] = {
    "github": GitHubMessageV1,
    "gitlab": GitLabMessageV1,
    "forgejo": ForgejoMessageV1,
    "discourse": DiscourseMessageV1,
    "pretix": PretixMessageV1,
    **{service: get_class(f"webhook2fedmsg.{service}.message_v1") for service in OURS},
    "example": get_class("webhook2fedmsg.generic.message_v1"),
}

# What the server adds to the headers of the Python library. `messages.provenance` adds the last two.
OWN_HEADERS = ("webhook2fedmsg_token", "webhook2fedmsg_owner", "webhook2fedmsg_scope")

# The only headers that leave the server.
_COMMON = ["content-type", "user-agent"]
ALLOWED_HEADERS: dict[str, list[str]] = {
    "github": [
        *_COMMON,
        *("x-github-event", "x-github-delivery", "x-github-hook-id"),
        *("x-github-hook-installation-target-id", "x-github-hook-installation-target-type"),
    ],
    "gitlab": [
        *_COMMON,
        *("x-gitlab-event", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid", "x-gitlab-instance"),
        *("idempotency-key", "webhook-id"),
    ],
    "forgejo": [*_COMMON, "x-forgejo-event", "x-forgejo-event-type", "x-forgejo-delivery"],
    "discourse": ["X-Discourse-Instance", "X-Discourse-Event-Id", "X-Discourse-Event-Type", "X-Discourse-Event"],
    "gitea": [*_COMMON, "x-gitea-event", "x-gitea-event-type", "x-gitea-delivery"],
    "bitbucket": [
        *_COMMON,
        *("x-event-key", "x-request-uuid", "x-request-id", "x-hook-uuid", "x-attempt-number"),
    ],
    "pagure": [*_COMMON, "x-pagure-topic", "x-pagure-project", "x-pagure"],
    "pretix": _COMMON,
    "standard": [*_COMMON, "webhook-id", "webhook-timestamp"],
    "weblate": [*_COMMON, "webhook-id", "webhook-timestamp"],
    "sentry": [*_COMMON, "sentry-hook-resource", "request-id", "sentry-hook-timestamp"],
    "quay": _COMMON,
    "dockerhub": _COMMON,
    "example": [*_COMMON, "x-example-trace"],
}
# What is cut out of the payload, at its top: it is somebody's key to something.
CUT_OUT = {"forgejo": "secret", "gitea": "secret", "dockerhub": "callback_url"}
# Values that never go out, by service; `*` is any element of an array.
EMPTIED: dict[str, tuple[str, ...]] = {
    "github": (
        *("hook.config", "pusher.email", "deployment.payload", "check_run.deployment.payload", "workflow_run.payload"),
        *("inputs", "client_payload", "issue.parent_issue_url", "requested_team", "pull_request.requested_teams"),
    ),
    "gitlab": (
        *("user_email", "user.email", "owner_email", "owners.*.email", "assignee.email", "assignees.*.email"),
        *("builds.*.user.email", "object_attributes.assignee.email", "merge_request.assignee.email"),
        *("object_attributes.variables.*.value", "source_pipeline.project"),
    ),
}
COMMITS = ("commit", "commits", "head_commit", "last_commit")
# Where Discourse has the text of a post or of a chat's message, and under which keys.
_POSTS = ("post", "like.post", "solved", "reviewable", "reviewable.payload")
_SAID = ("chat_message.message", "chat_message.message.in_reply_to", "chat_message.channel.last_message")
TEXTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_POSTS, ("raw", "cooked")),
    **dict.fromkeys(_SAID, ("message", "cooked", "excerpt")),
}
# Required by the schemas, and worth nothing to a thief once they say this.
REDACTED_HEADERS: dict[str, list[str]] = {
    "github": ["x-hub-signature", "x-hub-signature-256"],
    "forgejo": ["x-hub-signature", "x-hub-signature-256"],
    "discourse": ["X-Discourse-Event-Signature"],
}


def expected_headers(webhook: Webhook) -> dict[str, str]:
    """The headers in the message's body."""
    sent = {name.lower(): value for name, value in webhook.headers.items()}
    passed = {name: sent[name.lower()] for name in ALLOWED_HEADERS[webhook.service] if name.lower() in sent}
    return passed | dict.fromkeys(REDACTED_HEADERS.get(webhook.service, []), "redacted")


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _emptied(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [_emptied(inside) for inside in value]
    return None if value is None else ""


def _empty(place: Any, path: list[str]) -> None:
    if isinstance(place, list) and path[0] == "*":
        for element in place:
            _empty(element, path[1:])
    elif isinstance(place, dict) and path[0] in place:
        if path[1:]:
            _empty(place[path[0]], path[1:])
        else:
            place[path[0]] = _emptied(place[path[0]])


def _without_addresses(value: Any) -> Any:
    """Addresses of people, but for those in commits."""
    if isinstance(value, list):
        return [_without_addresses(inside) for inside in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inside if key in COMMITS
        else "" if "mail" in key.lower() and "@" in str(inside)
        else _without_addresses(inside)
        for key, inside in value.items()
    }


def without_what_is_never_public(service: str, document: dict[str, Any]) -> dict[str, Any]:
    """What a service sent, without the values that never go out."""
    if service not in EMPTIED:
        return document
    document = _without_addresses(document)
    for path in EMPTIED[service]:
        _empty(document, path.split("."))
    return document


def without_texts(document: dict[str, Any]) -> dict[str, Any]:
    """What Discourse sent, and nobody's words."""
    document = copy.deepcopy(document)
    for path, keys in TEXTS.items():
        place: Any = document
        for key in path.split("."):
            place = place.get(key) if isinstance(place, dict) else None
        for key in keys if isinstance(place, dict) else ():
            place.pop(key, None)
    return document


def expected_body(webhook: Webhook) -> dict[str, Any]:
    """The whole body of the message, as JSON means it."""
    document = json.loads(webhook.payload)
    if webhook.service == "discourse":
        return {"webhook_body": without_texts(document), "webhook_headers": expected_headers(webhook)}
    if webhook.service == "pretix":
        document = {"attendee_name": None, "code": None, **document, "instance_url": PRETIX_INSTANCE}
    document.pop(CUT_OUT.get(webhook.service), None)
    document = without_what_is_never_public(webhook.service, document)
    # Fedora accounts would have to be looked up, which nobody configured here.
    return {"body": document, "headers": expected_headers(webhook), "agent": None}


NAMESPACE = uuid.UUID("6f0c2f0e-5d0b-4c39-9a37-1b5f5a8e2d74")


def delivery_id(webhook: Webhook) -> bytes | None:
    """What the service knows the delivery by; None where it has nothing of the kind."""
    if webhook.service == "discourse":
        kind = webhook.headers["X-Discourse-Event-Type"]
        parts = (webhook.headers["X-Discourse-Instance"], kind, webhook.headers["X-Discourse-Event"])
        return None if kind == "ping" else "\0".join(parts).encode()
    document = json.loads(webhook.payload)
    if webhook.service == "pretix":
        known = "notification_id" in document and "organizer" in document
        return f"{document['organizer']}\0{document['notification_id']}\0{document['action']}".encode() if known else None
    if webhook.service in ("quay", "dockerhub"):
        return None
    return webhook.delivery_id.encode() or None


def expected_id(webhook: Webhook, token: uuid.UUID) -> str | None:
    """UUIDv5 of token, delivery id and XXH3-128 of the payload; None where the id is a random one."""
    if (delivery := delivery_id(webhook)) is None:
        return None
    name = NAMESPACE.bytes + token.bytes + delivery + xxhash.xxh3_128_digest(webhook.payload)
    return str(uuid.UUID(bytes=hashlib.sha1(name, usedforsecurity=False).digest()[:16], version=5))


def reference_message(webhook: Webhook) -> Message:
    """The same message made by the Python classes, as webhook-to-fedora-messaging makes it."""
    return CLASSES[webhook.service](topic=webhook.topic, body=expected_body(webhook))
