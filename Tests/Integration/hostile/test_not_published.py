"""What a token's owner did not allow: taken with 202, noted, and never on the bus."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hostile.conftest import Target

from harness.gateway import Token
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.signing import SIGNERS

FOLD = "sheep/fold"
# Of each service that says what is private: an event, a payload, and why it is kept.
PRIVATE: dict[str, tuple[str, dict[str, Any], str]] = {
    "github": ("push", {"repository": {"full_name": FOLD, "private": True}}, "private_repository"),
    "gitlab": (
        "Push Hook", {"object_kind": "push", "project": {"path_with_namespace": FOLD, "visibility_level": 0}},
        "private_repository",
    ),
    "forgejo": (
        "push", {"repository": {"full_name": FOLD, "private": False, "owner": {"visibility": "limited"}}},
        "private_repository",
    ),
    "gitea": ("push", {"repository": {"full_name": FOLD, "private": True}}, "private_repository"),
    "discourse": ("user.user_created", {"user": {"username": "dolly", "email": "dolly@example.org"}}, "confidential"),
    "bitbucket": (
        "repo:secret_detected",
        {"eventKey": "repo:secret_detected", "secretLocations": [{"repository": {"slug": "fold", "public": True}}]},
        "security_alert",
    ),
    "pagure": (
        "issue.new", {"msg_id": "1", "msg": {"project_fullname": FOLD, "issue": {"private": True}}}, "confidential",
    ),
    "dockerhub": ("push", {"repository": {"repo_name": FOLD, "is_private": True}}, "private_repository"),
    "quay": ("push", {"repository": FOLD, "vulnerability": {"id": "CVE-2026-0001"}}, "security_alert"),
    "sentry": (
        "installation.created", {"action": "created", "data": {"installation": {"code": "a code"}}}, "confidential",
    ),
    "example": (
        "deploy", {"id": "1", "type": "deploy", "repository": {"full_name": FOLD, "private": True}},
        "private_repository",
    ),
}
PUB = {"path_with_namespace": FOLD, "visibility_level": 20}
# What is not for everybody though it names a public repository or project, or names none.
UNPROVEN: list[tuple[str, str, dict[str, Any], str]] = [
    ("github", "push", {"repository": {"full_name": FOLD, "private": None}}, "unknown_visibility"),
    ("github", "invented", {"repository": {"full_name": FOLD, "private": False}}, "unknown_visibility"),
    ("github", "ping", {"hook": {"config": {"url": "https://example.org/github/x"}}}, "unknown_visibility"),
    ("github", "organization", {"action": "member_invited", "invitation": {"email": "d@example.org"}}, "confidential"),
    ("github", "team", {"action": "created", "team": {"privacy": "closed"}}, "confidential"),
    ("github", "package", {"action": "published", "package": {"name": "wool"}}, "unknown_visibility"),
    (
        "github", "issues", {"action": "transferred", "repository": {"full_name": FOLD, "private": False}},
        "unknown_visibility",
    ),
    ("gitlab", "Issue Hook", {"object_kind": "work_item", "project": None}, "unknown_visibility"),
    ("gitlab", "Emoji Hook", {"project": PUB, "work_item": {"confidential": True}}, "confidential"),
    ("gitlab", "Note Hook", {"project": PUB, "snippet": {"visibility_level": 10}}, "private_repository"),
    ("gitlab", "System Hook", {"event_name": "user_add_to_team", "project_visibility": "public"}, "confidential"),
    ("gitlab", "Resource Access Token Hook", {"object_kind": "access_token", "project": PUB}, "confidential"),
    ("gitlab", "Push Hook", {"text": "a custom template"}, "unknown_visibility"),
]
# What goes out without something: the document, and the payload of the message.
CUT: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "github", "ping", {"repository": {"private": False}, "hook": {"config": {"url": "https://example.org/x"}}},
        {"repository": {"private": False}, "hook": {"config": {"url": ""}}},
    ),
    (
        "github", "pull_request",
        {
            "repository": {"private": False},
            "pull_request": {"head": {"repo": {"name": "fold", "private": True, "topics": ["wool"]}}},
        },
        {"repository": {"private": False}, "pull_request": {"head": {"repo": {"name": "fold", "private": True}}}},
    ),
    (
        "gitlab", "Pipeline Hook",
        {
            "object_kind": "pipeline", "project": PUB, "user": {"username": "dolly", "email": "dolly@example.org"},
            "object_attributes": {"variables": [{"key": "A", "value": "secret"}]},
        },
        {
            "object_kind": "pipeline", "project": PUB, "user": {"username": "dolly", "email": ""},
            "object_attributes": {"variables": [{"key": "A", "value": ""}]},
        },
    ),
]
# Anything that such services say may go out.
WITHOUT_A_RULE = ("pretix", "standard", "weblate")
PUBLIC = {"full_name": FOLD, "private": False}

Noted = Callable[[Token], list[tuple[str, str | None]]]


@pytest.fixture
def noted(target: Target, postgresql: PostgreSQL) -> Noted:
    """Outcome and reason of what came for a token, the oldest first."""

    def read(token: Token) -> list[tuple[str, str | None]]:
        with psycopg.connect(postgresql.url(target.database)) as connection:
            return connection.execute(
                "SELECT outcome, reason FROM delivery JOIN token ON uuid = token_uuid WHERE public_id = %s ORDER BY at",
                [token.id],
            ).fetchall()

    return read


def _made(target: Target, service: str, name: str, **options: Any) -> Token:
    token = target.gateway.create_token(service, name, publish_private=False, **options)
    target.secrets.add(token.secret)
    return token


def _sent(target: Target, token: Token, event: str, document: dict[str, Any]) -> dict[str, Any]:
    webhook = SIGNERS[token.service](token.secret, json.dumps(document).encode(), event)
    target.secrets |= webhook.secrets
    response = target.post(webhook, token=token)
    assert response.status == 202, response
    return json.loads(response.body)


def _withheld(target: Target, token: Token, event: str, document: dict[str, Any], reason: str) -> None:
    assert _sent(target, token, event, document) == {"published": False, "reason": reason}
    target.nothing_published()


def _published(target: Target, token: Token, event: str, document: dict[str, Any]) -> None:
    answer = _sent(target, token, event, document)
    assert [delivery.id for delivery in target.wiretap.drain()] == [answer["message_id"]]


def test_every_service_is_told_of() -> None:
    assert {*PRIVATE, *WITHOUT_A_RULE} == set(SIGNERS)


@pytest.mark.parametrize("service", PRIVATE)
def test_private_content(target: Target, noted: Noted, service: str) -> None:
    event, document, reason = PRIVATE[service]
    token = _made(target, service, "guarded")
    _withheld(target, token, event, document, reason)
    wait_until(lambda: noted(token) == [("withheld", reason)], 10, "the delivery to be noted")
    # Nothing but the guard keeps it.
    webhook = SIGNERS[service](target.tokens[service].secret, json.dumps(document).encode(), event)
    target.published(target.post(webhook))


@pytest.mark.parametrize(("service", "event", "document", "reason"), UNPROVEN)
def test_what_proves_nothing(
    target: Target, service: str, event: str, document: dict[str, Any], reason: str
) -> None:
    _withheld(target, _made(target, service, "unproven"), event, document, reason)


@pytest.mark.parametrize(("service", "event", "document", "payload"), CUT)
def test_what_goes_out_without_something(
    target: Target, service: str, event: str, document: dict[str, Any], payload: dict[str, Any]
) -> None:
    answer = _sent(target, _made(target, service, "cut"), event, document)
    [delivery] = target.wiretap.drain()
    assert delivery.id == answer["message_id"]
    assert json.loads(delivery.body)["body"] == payload


def test_the_table_of_events(target: Target) -> None:
    """What the program prints of each documented event; Swift tests hold it against what the code does."""
    printed = json.loads(target.gateway.program("services", "--events", "--json").stdout)
    tables = {table["service"]: table for table in printed}
    assert tables["github"]["documented"] > 80 and tables["gitlab"]["documented"] > 20
    outcomes = {line["event"]: line["outcome"] for line in tables["github"]["lines"]}
    assert outcomes["star"] == "published" and outcomes["pull_request"] == "projected"
    assert outcomes["ping"] == "cut" and outcomes["member"] == "withheld"
    text = target.gateway.program("services", "--events", "github").stdout
    assert all(f"\n  {event} " in text for event in outcomes)
    assert "repository.private is false" in text and "gitlab:" not in text


def test_events_of_a_filter(target: Target, noted: Noted) -> None:
    token = _made(target, "github", "filtered", events=["push", "pull_request.*"])
    assert json.loads(target.gateway.command("token", "show", token.id, "--json").stdout)["events"] == [
        "push", "pull_request.*",
    ]
    _published(target, token, "push", {"repository": PUBLIC})
    _published(target, token, "pull_request", {"action": "opened", "repository": PUBLIC})
    for event, action in (
        ("issues", "opened"), ("pull_request", None), ("pull_request_review", "submitted"), ("PUSH", None),
        ("push_", None),
    ):
        named = {"action": action} if action else {}
        _withheld(target, token, event, {**named, "repository": PUBLIC}, "filtered")
    # What passes the filter is private all the same.
    _withheld(target, token, "push", {"repository": {**PUBLIC, "private": True}}, "private_repository")
    expected = [("published", None)] * 2 + [("withheld", "filtered")] * 5 + [("withheld", "private_repository")]
    wait_until(lambda: noted(token) == expected, 10, "the deliveries to be noted")


def test_a_filter_is_changed_and_taken_away(target: Target) -> None:
    token = _made(target, "forgejo", "changed", events=["issues.*"])
    push = {"repository": PUBLIC}
    _withheld(target, token, "push", push, "filtered")

    def is_published() -> bool:
        answer = _sent(target, token, "push", push)
        target.wiretap.drain()
        return "message_id" in answer

    target.gateway.command("token", "edit", token.id, "--event", "push")
    wait_until(is_published, 5, "the new filter to count")
    target.gateway.command("token", "edit", token.id, "--event", "release")
    wait_until(lambda: not is_published(), 5, "the next filter to count")
    target.gateway.command("token", "edit", token.id, "--event", "")
    wait_until(is_published, 5, "the filter to be gone")


def test_the_name_of_an_event_stands_for_its_actions(target: Target) -> None:
    token = _made(target, "github", "all issues", events=["issues", "release"])
    _published(target, token, "issues", {"action": "opened", "repository": PUBLIC})
    _withheld(target, token, "issue_comment", {"action": "created", "repository": PUBLIC}, "filtered")


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [("isues", "issues"), ("pull request", "pull_request"), ("issues.opend", "issues.opened"), ("Push", "push")],
)
def test_a_filter_for_what_there_is_not(target: Target, pattern: str, meant: str) -> None:
    refused = target.gateway.command(
        "token", "create", "--service", "github", "--name", "refused", "--event", pattern, check=False
    )
    assert refused.returncode != 0 and f'Did you mean "{meant}"?' in refused.stderr
    token = _made(target, "github", "edited", events=["push"])
    edited = target.gateway.command("token", "edit", token.id, "--event", pattern, check=False)
    assert edited.returncode != 0 and f'Did you mean "{meant}"?' in edited.stderr


@pytest.mark.parametrize("pattern", ["pu*sh", "a..b", "a#b", ".", "żółw", "x" * 200])
def test_a_filter_that_is_none(target: Target, pattern: str) -> None:
    made = target.gateway.command(
        "token", "create", "--service", "github", "--name", "refused", "--event", pattern, check=False
    )
    assert made.returncode != 0 and made.stderr.strip() and made.stdout == ""


def test_both_without_an_id(target: Target, noted: Noted) -> None:
    """On `POST /github` the token that was found has its own say."""
    scope = f"sheep/{uuid.uuid4().hex[:12]}"
    token = _made(target, "github", "found", scope=scope, events=["push"])
    bare = replace(token, path="/github")
    public = {"full_name": scope, "private": False}
    _published(target, bare, "push", {"repository": public})
    _withheld(target, bare, "push", {"repository": {**public, "private": True}}, "private_repository")
    _withheld(target, bare, "issues", {"action": "opened", "repository": public}, "filtered")
    expected = [("published", None), ("withheld", "private_repository"), ("withheld", "filtered")]
    wait_until(lambda: noted(token) == expected, 10, "the deliveries to be noted")
