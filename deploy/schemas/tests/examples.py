"""Payloads in the shapes that the services document, with what their messages should say."""

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Example:
    """A message's envelope and what a reader of its message should see."""

    service: str
    headers: dict[str, str]
    body: dict[str, Any]
    summary: str
    url: Optional[str] = None
    topic: str = ""
    agent: Optional[str] = None

    @property
    def name(self) -> str:
        """For the test's report."""
        return f"{self.service}: {self.summary}"

    @property
    def schema(self) -> str:
        """The message's schema."""
        return f"webhook2fedmsg.{self.service}.message_v1"

    @property
    def envelope(self) -> dict[str, Any]:
        """The message's body."""
        return {"body": self.body, "headers": self.headers, "agent": self.agent}


_GITEA = {
    "repository": {"full_name": "herd/pasture", "html_url": "https://git.example.org/herd/pasture"},
    "sender": {"login": "alice-gt"},
}
_CLOUD = {
    "actor": {"display_name": "Alice A.", "nickname": "alice-bb"},
    "repository": {
        "full_name": "herd/pasture",
        "links": {"html": {"href": "https://bitbucket.org/herd/pasture"}},
    },
}
_DIST_GIT = {"name": "python-cow", "fullname": "rpms/python-cow", "namespace": "rpms"}

EXAMPLES = [
    Example(
        "gitea",
        {"x-gitea-event": "push", "x-gitea-delivery": "d1"},
        {
            **_GITEA,
            "ref": "refs/heads/main",
            "total_commits": 2,
            "commits": [{"id": "0123456789abcdef", "message": "Mend the fence\n\nIt fell."}],
            "head_commit": {"message": "Mend the fence\n\nIt fell."},
            "compare_url": "https://git.example.org/herd/pasture/compare/a...b",
        },
        "alice-gt pushed 2 commits to main on herd/pasture: Mend the fence It fell.",
        "https://git.example.org/herd/pasture/compare/a...b",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "issues", "x-gitea-delivery": "d2"},
        {
            **_GITEA,
            "action": "opened",
            "issue": {"number": 7, "title": "A gap", "html_url": "https://git.example.org/herd/pasture/issues/7"},
        },
        "alice opened issue #7 on herd/pasture: A gap",
        "https://git.example.org/herd/pasture/issues/7",
        agent="alice",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "pull_request", "x-gitea-delivery": "d3"},
        {**_GITEA, "action": "synchronized", "number": 8, "pull_request": {"number": 8, "title": "A gate"}},
        "alice-gt synchronized pull request #8 on herd/pasture: A gate",
        "https://git.example.org/herd/pasture",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "repository", "x-gitea-delivery": "d4"},
        {**_GITEA, "action": "created"},
        "alice-gt caused repository (created) on herd/pasture",
        "https://git.example.org/herd/pasture",
    ),
    Example(
        "bitbucket",
        {"x-event-key": "repo:push", "x-request-uuid": "d1"},
        {**_CLOUD, "push": {"changes": [{"new": {"name": "main", "type": "branch"}, "commits": [{}, {}, {}]}]}},
        "alice-bb pushed 3 commits to main on herd/pasture",
        "https://bitbucket.org/herd/pasture",
    ),
    Example(
        "bitbucket",
        {"x-event-key": "pullrequest:created", "x-request-uuid": "d2"},
        {
            **_CLOUD,
            "pullrequest": {
                "id": 5,
                "title": "A gate",
                "links": {"html": {"href": "https://bitbucket.org/herd/pasture/pull-requests/5"}},
            },
        },
        "alice-bb caused “created” of pull request #5 on herd/pasture: A gate",
        "https://bitbucket.org/herd/pasture/pull-requests/5",
    ),
    Example(
        "bitbucket",
        {"x-event-key": "repo:refs_changed", "x-request-id": "d3"},
        {
            "actor": {"name": "alice-dc", "displayName": "Alice A."},
            "repository": {
                "slug": "pasture",
                "project": {"key": "HERD"},
                "links": {"self": [{"href": "https://git.example.org/projects/HERD/repos/pasture/browse"}]},
            },
            "changes": [{"ref": {"id": "refs/heads/main", "displayId": "main", "type": "BRANCH"}}],
        },
        "alice-dc pushed changes to main on HERD/pasture",
        "https://git.example.org/projects/HERD/repos/pasture/browse",
    ),
    Example(
        "pagure",
        {"x-pagure-topic": "git.receive", "x-pagure-project": "rpms/python-cow", "x-pagure": "https://src.example.org"},
        {
            "topic": "git.receive",
            "msg_id": "2026-1",
            "msg": {"agent": "alice", "branch": "rawhide", "total_commits": 1, "project": _DIST_GIT},
        },
        "alice pushed 1 commit to rawhide on rpms/python-cow",
    ),
    Example(
        "pagure",
        {"x-pagure-topic": "pull-request.comment.added"},
        {
            "msg": {
                "agent": "alice",
                "pullrequest": {
                    "id": 3,
                    "title": "A gate",
                    "full_url": "https://src.example.org/rpms/python-cow/pull-request/3",
                    "project": {**_DIST_GIT, "parent": {"name": "python-cow"}},
                },
            }
        },
        "alice caused “comment added” of pull request #3 on rpms/python-cow: A gate",
        "https://src.example.org/rpms/python-cow/pull-request/3",
    ),
    Example(
        "standard",
        {"webhook-id": "msg_1", "webhook-timestamp": "1767225600"},
        {"type": "invoice.paid", "timestamp": "2026-01-01T00:00:00Z", "data": {"name": "No. 7"}},
        "Webhook invoice.paid: No. 7",
    ),
    Example(
        "weblate",
        {"webhook-id": "c1", "webhook-timestamp": "1767225600"},
        {
            "action": "Translation changed",
            "user": "alice-wl",
            "project": "pasture",
            "component": "web",
            "translation": "cs",
            "source": "cow",
            "target": "kráva",
            "url": "https://translate.example.org/translate/pasture/web/cs/?checksum=1",
        },
        "alice-wl caused “Translation changed” on pasture/web/cs",
        "https://translate.example.org/translate/pasture/web/cs/?checksum=1",
    ),
    Example(
        "sentry",
        {"sentry-hook-resource": "issue", "request-id": "r1"},
        {
            "action": "created",
            "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
            "data": {
                "issue": {
                    "shortId": "PASTURE-1",
                    "title": "KeyError: cow",
                    "project": {"slug": "pasture"},
                    "web_url": "https://sentry.example.org/issues/1/",
                }
            },
        },
        "Sentry told of issue (created) on pasture: PASTURE-1 KeyError: cow",
        "https://sentry.example.org/issues/1/",
    ),
    Example(
        "quay",
        {"content-type": "application/json"},
        {
            "repository": "herd/pasture",
            "namespace": "herd",
            "name": "pasture",
            "docker_url": "quay.io/herd/pasture",
            "homepage": "https://quay.io/repository/herd/pasture",
            "updated_tags": ["latest", "1.2"],
        },
        "Somebody pushed latest, 1.2 on herd/pasture",
        "https://quay.io/repository/herd/pasture",
    ),
    Example(
        "dockerhub",
        {},
        {
            "push_data": {"pushed_at": 1767225600, "pusher": "alice-dh", "tag": "latest"},
            "repository": {"repo_name": "herd/pasture", "repo_url": "https://hub.docker.com/r/herd/pasture"},
        },
        "alice-dh pushed latest on herd/pasture",
        "https://hub.docker.com/r/herd/pasture",
    ),
    Example(
        "generic",
        {"x-barn-event": "door.opened"},
        {"title": "The barn door", "url": "https://barn.example.org/doors/1"},
        "barn: door.opened: The barn door",
        "https://barn.example.org/doors/1",
        topic="org.fedoraproject.stg.webhook.barn.door.opened",
    ),
]
