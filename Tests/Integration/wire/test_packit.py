"""What Packit needs of Forgejo's messages (dist-git): the members are there, by a default token, and say something.

Packit skips an event where one of these strings is empty or null.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import GatewayMaker

from harness.filegateway import FileGateway

PREFIX = "org.fedoraproject.packit"


def _user(name: str, visibility: str = "public") -> dict[str, Any]:
    return {
        "id": 7, "login": name, "username": name, "full_name": f"{name} Smith", "email": f"{name}@example.org",
        "html_url": f"https://forge.example.org/{name}", "visibility": visibility,
    }


def _repository(owner: str, private: bool = False, visibility: str = "public") -> dict[str, Any]:
    return {
        "id": 3, "owner": _user(owner, visibility), "name": "python-cow", "full_name": f"{owner}/python-cow",
        "private": private, "internal": False, "fork": owner != "rpms", "empty": False,
        "html_url": f"https://forge.example.org/{owner}/python-cow",
        "clone_url": f"https://forge.example.org/{owner}/python-cow.git", "description": "For secret cows",
    }


def _pull_request(fork: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 9, "number": 5, "user": fork["owner"], "title": "Mend", "body": "Ask alice@example.org.",
        "url": "https://forge.example.org/rpms/python-cow/pulls/5",
        "html_url": "https://forge.example.org/rpms/python-cow/pulls/5", "labels": [], "requested_reviewers": None,
        "base": {"ref": "rawhide", "sha": "b" * 40, "repo": _repository("rpms")},
        "head": {"ref": "mend", "sha": "a" * 40, "repo": fork},
    }


FORKS = {
    "public": _repository("alice"),
    "of somebody limited": _repository("alice", visibility="limited"),
    "of somebody private": _repository("alice", visibility="private"),
    "private": _repository("alice", private=True),
}


def _push() -> dict[str, Any]:
    commit = {
        "id": "c" * 40, "message": "Mend", "url": "https://forge.example.org/c", "timestamp": "2026-01-01T00:00:00Z",
        "author": {"name": "Alice", "email": "alice@example.org", "username": "alice"},
        "committer": {"name": "Alice", "email": "alice@example.org", "username": "alice"},
    }
    return {
        "ref": "refs/heads/rawhide", "before": "b" * 40, "after": "c" * 40, "compare_url": "https://forge.example.org/x",
        "commits": [commit], "total_commits": 1, "head_commit": commit, "repository": _repository("rpms"),
        "pusher": _user("alice"), "sender": _user("alice"),
    }


def _comment(is_pull: bool, fork: dict[str, Any]) -> dict[str, Any]:
    payload = {
        "action": "created", "is_pull": is_pull, "repository": _repository("rpms"), "sender": _user("alice"),
        "issue": {"id": 1, "number": 5, "title": "Mend", "user": _user("alice"), "labels": [], "state": "open"},
        "comment": {
            "id": 11, "body": "/packit build, says alice@example.org", "user": _user("alice"),
            "html_url": "https://forge.example.org/rpms/python-cow/pulls/5#issuecomment-11",
        },
    }
    return payload | ({"pull_request": _pull_request(fork)} if is_pull else {})


def _run(name: str, fork: dict[str, Any] | None) -> dict[str, Any]:
    trigger = (
        {"action": "synchronized", "number": 5, "pull_request": _pull_request(fork), "repository": _repository("rpms"),
         "sender": fork["owner"]}
        if fork else _push()
    )
    run = {
        "id": 21, "title": "Mend \"the\" fence", "workflow_id": "ci.yml", "status": name, "prettyref": "#5" if fork else "rawhide",
        "commit_sha": "a" * 40, "updated": "2026-01-01T00:00:00Z", "trigger_event": "pull_request" if fork else "push",
        "event": "pull_request" if fork else "push", "event_payload": json.dumps(trigger, ensure_ascii=False),
        "trigger_user": _user("alice"), "repository": _repository("rpms"),
        "html_url": "https://forge.example.org/rpms/python-cow/actions/runs/21",
    }
    return {"action": name, "run": run, "last_run": copy.deepcopy(run), "prior_status": "failure"}


PUSH = (
    "ref before after pusher.login repository.owner.login repository.name repository.html_url"
).split()
PULL_REQUEST = (
    "action pull_request.number pull_request.user.login pull_request.base.repo.owner.login pull_request.base.repo.name "
    "pull_request.base.ref pull_request.head.repo.owner.login pull_request.head.repo.name pull_request.head.ref "
    "pull_request.head.sha repository.html_url"
).split()
COMMENT = (
    "action issue.number comment.body comment.id comment.user.login repository.name repository.html_url "
    "repository.owner.login"
).split()
PULL_COMMENT = COMMENT + (
    "pull_request.head.repo.owner.login pull_request.head.repo.name pull_request.head.repo.html_url "
    "pull_request.base.repo.owner.login pull_request.head.ref pull_request.head.sha"
).split()
RUN = (
    "run.trigger_event run.trigger_user.login run.title run.status run.updated run.html_url run.commit_sha "
    "run.repository.html_url run.repository.name run.repository.owner.login"
).split()

CASES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "push": ("push", _push(), PUSH),
    "comment on an issue": ("issue_comment", _comment(False, FORKS["public"]), COMMENT),
    **{
        f"pull request {action}, fork {kind}": (
            "pull_request",
            {"action": action, "number": 5, "pull_request": _pull_request(fork), "repository": _repository("rpms"),
             "sender": fork["owner"]},
            PULL_REQUEST,
        )
        for action in ("opened", "reopened", "synchronized") for kind, fork in FORKS.items()
    },
    **{
        f"comment {action} on a pull request, fork {kind}": (
            "issue_comment", _comment(True, fork) | {"action": action}, PULL_COMMENT
        )
        for action in ("created", "edited") for kind, fork in FORKS.items()
    },
    **{
        f"run {name} of a push": (f"action_run_{name}", _run(name, None), [*RUN, "run.prettyref"])
        for name in ("success", "failure", "recover", "cancelled")
    },
    **{
        f"run {name} of a pull request, fork {kind}": (f"action_run_{name}", _run(name, fork), [*RUN, "run.event_payload"])
        for name in ("success", "failure", "recover", "cancelled") for kind, fork in FORKS.items()
    },
}


@pytest.fixture(scope="module")
def server(make_gateway: GatewayMaker) -> Iterator[FileGateway]:
    yield FileGateway(make_gateway("packit", {}), PREFIX, publish_private=False)


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value


def _published(server: FileGateway, name: str) -> dict[str, Any]:
    event, payload, _ = CASES[name]
    answer = server.send("forgejo", event, json.dumps(payload).encode())
    assert "message_id" in answer, answer
    message = server.messages()[answer["message_id"]]
    assert message["topic"] == f"{PREFIX}.forgejo.{event}"
    return message["body"]["body"]


@pytest.mark.parametrize("name", CASES)
def test_the_members_are_there(server: FileGateway, name: str) -> None:
    _, sent, needed = CASES[name]
    payload = _published(server, name)
    for path in needed:
        value = _at(payload, path)
        assert value not in ("", None), path
        if path != "run.event_payload":
            assert value == _at(sent, path), path


@pytest.mark.parametrize("name", [name for name in CASES if "event_payload" in CASES[name][2][-1]])
def test_the_event_of_a_run_parses(server: FileGateway, name: str) -> None:
    sent = json.loads(CASES[name][1]["run"]["event_payload"])
    event = json.loads(_published(server, name)["run"]["event_payload"])
    for path in ("pull_request.number", "pull_request.url", "pull_request.head.ref"):
        assert _at(event, path) == _at(sent, path)
