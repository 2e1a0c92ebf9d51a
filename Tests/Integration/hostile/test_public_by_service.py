"""What of each service but GitHub and GitLab proves that it is public, and what is cut out of it, from request to bus."""

import json
from typing import Any

import pytest
from hostile.conftest import Target

from harness.services import PRETIX_INSTANCE
from harness.signing import SIGNERS

PUBLIC = {"name": "fold", "full_name": "sheep/fold", "private": False, "owner": {"login": "sheep", "username": "sheep"}}
FORK = {**PUBLIC, "full_name": "dolly/fold", "private": True, "owner": {"login": "dolly", "email": "dolly@example.org"}}
POST = {"id": 1, "username": "dolly", "topic_archetype": "regular", "post_type": 1}
CHECK_IN = {"notification_id": 1, "organizer": "sheep", "event": "shearing", "code": "WOOL1"}

WITHHELD: list[tuple[str, str, dict[str, Any], str]] = [
    ("forgejo", "push", {"repository": {"full_name": "sheep/fold"}}, "unknown_visibility"),
    ("forgejo", "invented", {"repository": PUBLIC}, "unknown_visibility"),
    ("forgejo", "package", {"package": {"owner": {"visibility": "limited"}}}, "private_repository"),
    ("forgejo", "action_run_success", {"run": {"repository": {"private": True}}}, "private_repository"),
    ("gitea", "push", {}, "unknown_visibility"),
    ("discourse", "post.post_created", {"post": {**POST, "post_type": 4}}, "confidential"),
    ("discourse", "post.post_edited", {"post": {**POST, "hidden": True}}, "confidential"),
    ("discourse", "topic.topic_created", {"topic": {"archetype": "regular", "visible": False}}, "confidential"),
    (
        "discourse", "chat_message.chat_message_created",
        {"chat_message": {"channel": {"chatable_type": "Category", "chatable": {"read_restricted": True}}}},
        "confidential",
    ),
    ("discourse", "group.group_updated", {"group": {"visibility_level": 2}}, "confidential"),
    ("discourse", "group_user.user_added_to_group", {"group_user": {"id": 1}}, "confidential"),
    ("discourse", "user_promoted.user_promoted", {"user_promoted": {"username": "dolly"}}, "confidential"),
    ("bitbucket", "repo:push", {"repository": {"full_name": "sheep/fold"}}, "unknown_visibility"),
    ("pagure", "git.receive", {"msg": {"repo": {"name": "fold"}}}, "unknown_visibility"),
    ("quay", "push", {"repository": "sheep/fold"}, "unknown_visibility"),
    ("dockerhub", "push", {}, "unknown_visibility"),
    ("weblate", "x", {"action": "String added", "project": "fold"}, "unknown_visibility"),
    ("standard", "x", {"type": "sheep.counted"}, "unknown_visibility"),
    ("pretix", "x", {**CHECK_IN, "action": "pretix.customer.created"}, "confidential"),
    ("example", "deploy", {"id": "1", "type": "deploy", "repository": {"full_name": "sheep/fold"}}, "unknown_visibility"),
]

PUBLISHED: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "forgejo", "pull_request", {"repository": PUBLIC, "pull_request": {"head": {"repo": {**FORK, "website": "x"}}}},
        {"repository": PUBLIC, "pull_request": {"head": {"repo": {**FORK, "owner": {"login": "dolly"}}}}},
    ),
    (
        "forgejo", "pull_request",
        {"repository": PUBLIC, "pull_request": {"head": {"repo": {**PUBLIC, "owner": {"visibility": "limited"}}}}},
        {"repository": PUBLIC, "pull_request": {"head": {"repo": {**PUBLIC, "owner": {"visibility": "limited"}}}}},
    ),
    (
        "forgejo", "action_run_failure",
        {"run": {"repository": PUBLIC, "event_payload": json.dumps({"inputs": {"key": "s"}, "user": {"email": "a@b.org"}})}},
        {"run": {"repository": PUBLIC, "event_payload": json.dumps({"inputs": {"key": ""}, "user": {"email": ""}})}},
    ),
    (
        "gitea", "push", {"repository": PUBLIC, "pusher": {"email": "d@example.org"}, "secret": "s"},
        {"repository": PUBLIC, "pusher": {"email": ""}},
    ),
    (
        "bitbucket", "repo:push",
        {"repository": {"is_private": False}, "actor": {"emailAddress": "d@example.org"}, "u": "https://d:pw@example.org/"},
        {"repository": {"is_private": False}, "actor": {"emailAddress": ""}, "u": "https://example.org/"},
    ),
    (
        "sentry", "error.created",
        {
            "action": "created", "actor": {"name": "dolly"},
            "data": {"error": {"id": 1, "title": "KeyError d@example.org", "request": {"cookies": [["sid", "s"]]}}},
        },
        {"action": "created", "data": {"error": {"id": 1, "title": "KeyError "}}},
    ),
    (
        "pretix", "x", {**CHECK_IN, "action": "pretix.event.checkin.reverted", "type": None},
        {
            **CHECK_IN, "action": "pretix.event.checkin.reverted", "attendee_name": None, "instance_url": PRETIX_INSTANCE,
        },
    ),
]


def _sent(target: Target, service: str, event: str, document: dict[str, Any]) -> dict[str, Any]:
    token = target.gateway.create_token(service, "by default", publish_private=False)
    target.secrets.add(token.secret)
    webhook = SIGNERS[service](token.secret, json.dumps(document).encode(), event)
    target.secrets |= webhook.secrets
    response = target.post(webhook, token=token)
    assert response.status == 202, response
    return json.loads(response.body)


@pytest.mark.parametrize(("service", "event", "document", "reason"), WITHHELD)
def test_what_proves_nothing(
    target: Target, service: str, event: str, document: dict[str, Any], reason: str
) -> None:
    assert _sent(target, service, event, document) == {"published": False, "reason": reason}
    target.nothing_published()


@pytest.mark.parametrize(("service", "event", "document", "payload"), PUBLISHED)
def test_what_goes_out(
    target: Target, service: str, event: str, document: dict[str, Any], payload: dict[str, Any]
) -> None:
    answer = _sent(target, service, event, document)
    [delivery] = target.wiretap.drain()
    assert delivery.id == answer["message_id"]
    assert json.loads(delivery.body)["body"] == payload
