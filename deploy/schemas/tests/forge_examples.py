"""Gitea and Pagure."""

from example import Example, lines

_GITEA = {
    "repository": {"full_name": "herd/pasture", "html_url": "https://git.example.org/herd/pasture"},
    "sender": {"login": "alice-gt"},
}
_DIST_GIT = {"name": "python-cow", "fullname": "rpms/python-cow", "namespace": "rpms"}

FORGES = [
    Example(
        "gitea",
        {"x-gitea-event": "push", "x-gitea-delivery": "d1"},
        {
            **_GITEA,
            "ref": "refs/heads/main",
            "total_commits": 3,
            "commits": [
                {"id": "0123456789abcdef", "message": "Mend the fence\n\nIt fell."},
                {"id": "fedcba9876543210", "message": "Count the posts"},
                {"message": None},
            ],
            "head_commit": {"message": "Mend the fence\n\nIt fell."},
            "compare_url": "https://git.example.org/herd/pasture/compare/a...b",
        },
        lines(
            "alice-gt pushed 3 commits to main on herd/pasture: Mend the fence It fell.",
            "Service: Gitea",
            "Event: push",
            "Repository: herd/pasture",
            "Commit: 0123456789 Mend the fence It fell.",
            "Commit: fedcba9876 Count the posts",
            "Commit: ?",
            "Link: https://git.example.org/herd/pasture/compare/a...b",
        ),
        event="push",
        app_name="Gitea",
        url="https://git.example.org/herd/pasture/compare/a...b",
        delivery="d1",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "issues", "x-gitea-delivery": "d2"},
        {
            **_GITEA,
            "action": "opened",
            "issue": {"number": 7, "title": "A gap", "html_url": "https://git.example.org/herd/pasture/issues/7"},
        },
        lines(
            "alice opened issue #7 on herd/pasture: A gap",
            "Service: Gitea",
            "Event: issues",
            "Repository: herd/pasture",
            "Link: https://git.example.org/herd/pasture/issues/7",
        ),
        event="issues",
        app_name="Gitea",
        url="https://git.example.org/herd/pasture/issues/7",
        delivery="d2",
        agent="alice",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "pull_request", "x-gitea-delivery": "d3"},
        {**_GITEA, "action": "synchronized", "number": 8, "pull_request": {"number": 8, "title": "A gate"}},
        lines(
            "alice-gt synchronized pull request #8 on herd/pasture: A gate",
            "Service: Gitea",
            "Event: pull_request",
            "Repository: herd/pasture",
            "Link: https://git.example.org/herd/pasture",
        ),
        event="pull_request",
        app_name="Gitea",
        url="https://git.example.org/herd/pasture",
        delivery="d3",
    ),
    Example(
        "gitea",
        {"x-gitea-event": "repository", "x-gitea-delivery": "d4"},
        {**_GITEA, "action": "created"},
        lines(
            "alice-gt caused repository (created) on herd/pasture",
            "Service: Gitea",
            "Event: repository",
            "Repository: herd/pasture",
            "Link: https://git.example.org/herd/pasture",
        ),
        event="repository",
        app_name="Gitea",
        url="https://git.example.org/herd/pasture",
        delivery="d4",
    ),
    Example(
        "pagure",
        {"x-pagure-topic": "git.receive", "x-pagure-project": "rpms/python-cow", "x-pagure": "https://src.example.org"},
        {
            "topic": "git.receive",
            "msg_id": "2026-1",
            "msg": {"agent": "alice-pg", "branch": "rawhide", "total_commits": 1, "project": _DIST_GIT},
        },
        lines(
            "alice-pg pushed 1 commit to rawhide on rpms/python-cow",
            "Service: Pagure",
            "Event: git.receive",
            "Project: rpms/python-cow",
            "Branch: rawhide",
            "Instance: https://src.example.org",
        ),
        event="git.receive",
        app_name="Pagure",
    ),
    Example(
        "pagure",
        {"x-pagure-topic": "pull-request.comment.added"},
        {
            "msg": {
                "agent": "alice-pg",
                "pullrequest": {
                    "id": 3,
                    "title": "A gate",
                    "full_url": "https://src.example.org/rpms/python-cow/pull-request/3",
                    "project": {**_DIST_GIT, "parent": {"name": "python-cow"}},
                },
            }
        },
        lines(
            "alice caused “comment added” of pull request #3 on rpms/python-cow: A gate",
            "Service: Pagure",
            "Event: pull-request.comment.added",
            "Project: rpms/python-cow",
            "Link: https://src.example.org/rpms/python-cow/pull-request/3",
        ),
        event="pull-request.comment.added",
        app_name="Pagure",
        url="https://src.example.org/rpms/python-cow/pull-request/3",
        agent="alice",
    ),
]
