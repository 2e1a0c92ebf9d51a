"""Payloads to send: our own fixtures, and the corpora of real ones where they are there.

A fixture's path is `Tests/Fixtures/payloads/SERVICE/EVENT/NAME.json`. The corpora name their files as they like, so
their events are told from the folder (octokit) or from what is in the payload.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
FIXTURES = REPOSITORY / "Tests" / "Fixtures" / "payloads"

_GITLAB_EVENTS = {
    "build": "Job Hook",
    "deployment": "Deployment Hook",
    "issue": "Issue Hook",
    "merge_request": "Merge Request Hook",
    "note": "Note Hook",
    "pipeline": "Pipeline Hook",
    "push": "Push Hook",
    "release": "Release Hook",
    "tag_push": "Tag Push Hook",
    "wiki_page": "Wiki Page Hook",
}


@dataclass(frozen=True)
class Sample:
    """`event` is what the service's signer takes; `origin` tells people where the payload is from."""

    service: str
    event: str
    payload: bytes
    origin: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.payload)


def corpora() -> Path | None:
    """The folder of real payloads and parser tests: W2F_CORPORA, or shared/corpora beside the checkout."""
    named = os.environ.get("W2F_CORPORA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpora"
    return folder if folder.is_dir() else None


def _repository_event(document: dict[str, Any]) -> str:
    """GitHub's or Forgejo's event, from the members that only it has, the most telling first."""
    telling = [
        ("merge_group", "merge_group"),
        ("workflow_run", "workflow_run"),
        ("forkee", "fork"),
        ("release", "release"),
        ("comment", "issue_comment"),
        ("issue", "issues"),
    ]
    for member, event in telling:
        if member in document:
            return event
    if "pull_request" in document:
        # Gitea has a member `review` that is null where there was none.
        return "pull_request_review" if document.get("review") else "pull_request"
    if "commits" in document:
        return "push"
    if "ref_type" in document:
        return "create" if "master_branch" in document else "delete"
    if {"state", "sha", "context"} <= document.keys():
        return "status"
    raise ValueError(f"no idea what event has {sorted(document)}")


def _gitlab_event(document: dict[str, Any]) -> str:
    kind = document.get("object_kind")
    if kind is None:
        return "System Hook"
    confidential = document.get("object_attributes", {}).get("confidential") is True
    return "Confidential Issue Hook" if kind == "issue" and confidential else _GITLAB_EVENTS[kind]


def _bitbucket_event(document: dict[str, Any]) -> str:
    """Data Center says it; Cloud's is told from the members."""
    if "eventKey" in document:
        return document["eventKey"]
    if "push" in document:
        return "repo:push"
    if "commit_status" in document:
        return "repo:commit_status_created"
    if "pullrequest" in document:
        told = {"comment": "comment_created", "approval": "approved"}
        return "pullrequest:" + next((event for member, event in told.items() if member in document), "updated")
    return "repo:commit_comment_created" if "comment" in document else "repo:updated"


def _sample(service: str, path: Path, origin: Path) -> Sample:
    payload = path.read_bytes()
    document = json.loads(payload)
    if service == "bitbucket":
        event = _bitbucket_event(document)
    elif service == "gitlab":
        event = _gitlab_event(document)
    elif "octokit-github" in path.parts:
        event = path.parent.name
    else:
        event = _repository_event(document)
    name = str(path.relative_to(origin))
    return Sample(service, event, payload, f"{name} as {service}" if service == "gitea" else name)


def fixtures(service: str | None = None) -> list[Sample]:
    """The project's own payloads, a few for each service."""
    found = []
    for path in sorted(FIXTURES.glob("*/*/*.json")):
        kind, event = path.parent.parent.name, path.parent.name
        if service in (None, kind):
            event = event.replace("_", " ") if kind == "gitlab" else event
            event = event.replace(".", ":") if kind == "bitbucket" else event
            found.append(Sample(kind, event, path.read_bytes(), f"fixture {path.relative_to(FIXTURES)}"))
    return found


_FOLDERS = {
    "octokit-github": ("github",),
    "drone-github": ("github",),
    "drone-gitlab": ("gitlab",),
    "go-playground-gitlab": ("gitlab",),
    # Forgejo's payloads are Gitea's; Gogs is the ancestor of both, and leaves members out that the others have.
    "drone-gitea": ("forgejo", "gitea"),
    "go-playground-gitea": ("forgejo", "gitea"),
    "go-playground-gogs": ("forgejo", "gitea"),
    "drone-bitbucket": ("bitbucket",),
    "go-playground-bitbucket": ("bitbucket",),
    "drone-stash": ("bitbucket",),
    "go-playground-bitbucket-server": ("bitbucket",),
}


def payloads() -> Iterator[Sample]:
    """Every payload: the fixtures, then those of the corpora if they are there."""
    yield from fixtures()
    folder = corpora()
    if folder is None:
        return
    root = folder / "payloads"
    for name, services in _FOLDERS.items():
        for path in sorted((root / name).rglob("*.json")):
            for service in services:
                yield _sample(service, path, root)


def json_suite() -> list[Path]:
    """The documents of JSONTestSuite; empty where the corpora are not there."""
    folder = corpora()
    return sorted((folder / "json-test-suite").glob("*.json")) if folder else []
