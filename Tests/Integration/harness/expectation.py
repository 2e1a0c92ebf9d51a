"""What a webhook must become on the bus, told from the rules and not from the program."""

import json
from typing import Any

from fedora_messaging.message import Message
from webhook_to_fedora_messaging_messages.discourse import DiscourseMessageV1
from webhook_to_fedora_messaging_messages.forgejo import ForgejoMessageV1
from webhook_to_fedora_messaging_messages.github import GitHubMessageV1
from webhook_to_fedora_messaging_messages.gitlab import GitLabMessageV1

from .webhook import Webhook

CLASSES: dict[str, type[Message]] = {
    "github": GitHubMessageV1,
    "gitlab": GitLabMessageV1,
    "forgejo": ForgejoMessageV1,
    "discourse": DiscourseMessageV1,
}

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
}
# Required by the schemas, and worth nothing to a thief once they say this.
REDACTED_HEADERS: dict[str, list[str]] = {
    "github": ["x-hub-signature", "x-hub-signature-256"],
    "gitlab": [],
    "forgejo": ["x-hub-signature", "x-hub-signature-256"],
    "discourse": ["X-Discourse-Event-Signature"],
}


def expected_headers(webhook: Webhook) -> dict[str, str]:
    """The headers in the message's body."""
    sent = {name.lower(): value for name, value in webhook.headers.items()}
    passed = {name: sent[name.lower()] for name in ALLOWED_HEADERS[webhook.service] if name.lower() in sent}
    return passed | dict.fromkeys(REDACTED_HEADERS[webhook.service], "redacted")


def expected_body(webhook: Webhook) -> dict[str, Any]:
    """The whole body of the message, as JSON means it."""
    document = json.loads(webhook.payload)
    if webhook.service == "discourse":
        post = document.get("post")
        if isinstance(post, dict):
            post.pop("raw", None)
            post.pop("cooked", None)
        return {"webhook_body": document, "webhook_headers": expected_headers(webhook)}
    # Fedora accounts would have to be looked up, which nobody configured here.
    return {"body": document, "headers": expected_headers(webhook), "agent": None}


def reference_message(webhook: Webhook) -> Message:
    """The same message made by the Python classes, as webhook-to-fedora-messaging makes it."""
    return CLASSES[webhook.service](topic=webhook.topic, body=expected_body(webhook))
