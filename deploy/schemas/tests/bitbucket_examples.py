"""Bitbucket Cloud and Data Center."""

from typing import Any

from example import Example, lines

_CLOUD = {
    "actor": {"display_name": "Alice A.", "nickname": "alice-bb"},
    "repository": {
        "full_name": "herd/pasture",
        "links": {"html": {"href": "https://bitbucket.org/herd/pasture"}},
    },
}
_DATA_CENTER = {
    "actor": {"name": "alice-dc", "displayName": "Alice A."},
    "repository": {
        "slug": "pasture",
        "project": {"key": "HERD"},
        "links": {"self": [{"href": "https://git.example.org/projects/HERD/repos/pasture/browse"}]},
    },
}
_MAIN = {"new": {"name": "main", "type": "branch"}, "old": {"name": "main", "type": "branch"}}


def _cloud_push(deed: str, branches: str, *changes: dict[str, Any], agent: Any = None) -> Example:
    return Example(
        "bitbucket",
        {"x-event-key": "repo:push", "x-request-uuid": "d1"},
        {**_CLOUD, "push": {"changes": list(changes)}},
        lines(
            f"{agent or 'alice-bb'} {deed} on herd/pasture",
            "Service: Bitbucket",
            "Event: repo:push",
            "Repository: herd/pasture",
            f"Branches: {branches}",
            "Link: https://bitbucket.org/herd/pasture",
        ),
        event="repo:push",
        app_name="Bitbucket",
        url="https://bitbucket.org/herd/pasture",
        delivery="d1",
        agent=agent,
    )


def _data_center_push(deed: str, branches: str, *changes: dict[str, Any]) -> Example:
    page = "https://git.example.org/projects/HERD/repos/pasture/browse"
    return Example(
        "bitbucket",
        {"x-event-key": "repo:refs_changed", "x-request-id": "d3"},
        {**_DATA_CENTER, "changes": list(changes)},
        lines(
            f"alice-dc {deed} on HERD/pasture",
            "Service: Bitbucket",
            "Event: repo:refs_changed",
            "Repository: HERD/pasture",
            f"Branches: {branches}",
            f"Link: {page}",
        ),
        event="repo:refs_changed",
        app_name="Bitbucket",
        url=page,
        delivery="d3",
    )


BITBUCKET = [
    _cloud_push("pushed 3 commits to main", "main", {**_MAIN, "commits": [{}, {}, {}], "truncated": False}, agent="alice"),
    # It shows five commits at most.
    _cloud_push("pushed more than 5 commits to main", "main", {**_MAIN, "commits": [{}] * 5, "truncated": True}),
    _cloud_push("deleted branch barn", "barn", {"new": None, "old": {"name": "barn", "type": "branch"}, "truncated": False}),
    _cloud_push("deleted tag v1", "v1", {"new": None, "old": {"name": "v1", "type": "tag"}}),
    _cloud_push(
        "pushed 1 commit to main and deleted branch barn",
        "main, barn",
        {**_MAIN, "commits": [{}]},
        {"new": None, "old": {"name": "barn", "type": "branch"}},
    ),
    _data_center_push(
        "pushed changes to main",
        "main",
        {"ref": {"id": "refs/heads/main", "displayId": "main", "type": "BRANCH"}, "type": "UPDATE"},
    ),
    _data_center_push(
        "deleted branch barn, tag v1",
        "barn, v1",
        {"ref": {"id": "refs/heads/barn", "displayId": "barn", "type": "BRANCH"}, "type": "DELETE"},
        {"ref": {"id": "refs/tags/v1", "type": "TAG"}, "type": "DELETE"},
    ),
    Example(
        "bitbucket",
        {"x-event-key": "pullrequest:created", "x-request-uuid": "d2"},
        {
            **_CLOUD,
            "pullrequest": {
                "id": 5,
                "title": "A gate",
                "state": "OPEN",
                "links": {"html": {"href": "https://bitbucket.org/herd/pasture/pull-requests/5"}},
            },
        },
        lines(
            "alice-bb caused “created” of pull request #5 on herd/pasture: A gate",
            "Service: Bitbucket",
            "Event: pullrequest:created",
            "Repository: herd/pasture",
            "State: OPEN",
            "Link: https://bitbucket.org/herd/pasture/pull-requests/5",
        ),
        event="pullrequest:created",
        app_name="Bitbucket",
        url="https://bitbucket.org/herd/pasture/pull-requests/5",
        delivery="d2",
    ),
]
