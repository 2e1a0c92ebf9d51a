"""Bitbucket Cloud and Data Center.

https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
"""

from typing import Any, ClassVar, NamedTuple, Optional

from .base import WebhookMessage, load_schema
from .reading import at, branch, counted, first, items, spelled, text, web_address


class _Change(NamedTuple):
    """What a push did to a branch or tag."""

    name: Optional[str]
    kind: Optional[str]
    deleted: bool

    @property
    def thing(self) -> str:
        return "tag" if (self.kind or "").lower() == "tag" else "branch"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")


class BitbucketMessageV1(WebhookMessage):
    """A webhook of Bitbucket; the two kinds have different payloads."""

    service_title: ClassVar[str] = "Bitbucket"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.bitbucket.message_v1")

    @property
    def event(self) -> Optional[str]:
        """`repo:push`, `pullrequest:created`, `repo:refs_changed`, `pr:opened`, …"""
        return self._header("x-event-key")

    @property
    def delivery(self) -> Optional[str]:
        """The delivery's id."""
        return first(self._header("x-request-uuid"), self._header("x-request-id"))

    @property
    def _service_actor(self) -> Optional[str]:
        actor = at(self.payload, "actor")
        return first(
            text(actor, "nickname"), text(actor, "name"), text(actor, "display_name"), text(actor, "displayName")
        )

    @property
    def _pull_request(self) -> Any:
        return at(self.payload, "pullrequest") or at(self.payload, "pullRequest")

    @property
    def _repository(self) -> Any:
        return at(self.payload, "repository") or at(self.payload, "pullRequest", "toRef", "repository")

    @property
    def place(self) -> Optional[str]:
        """The repository: `workspace/name`, or `PROJECT/name` of a Data Center."""
        repository = self._repository
        project, slug = text(repository, "project", "key"), text(repository, "slug")
        return first(text(repository, "full_name"), f"{project}/{slug}" if project and slug else slug)

    @property
    def _changes(self) -> list[_Change]:
        """Of a push: those that Cloud tells, and those that a Data Center tells."""
        cloud = [
            _Change(
                first(text(change, "new", "name"), text(change, "old", "name")),
                first(text(change, "new", "type"), text(change, "old", "type")),
                at(change, "new") is None and at(change, "old") is not None,
            )
            for change in items(self.payload, "push", "changes")
        ]
        data_center = [
            _Change(
                first(text(change, "ref", "displayId"), branch(text(change, "ref", "id"))),
                text(change, "ref", "type"),
                at(change, "type") == "DELETE",
            )
            for change in items(self.payload, "changes")
        ]
        return cloud + data_center

    @property
    def branches(self) -> list[str]:
        """The branches and tags of a push."""
        return [change.name for change in self._changes if change.name]

    @property
    def _push(self) -> str:
        """What was pushed where, and what was deleted. Cloud tells of five commits at most, a Data Center of no number."""
        changes = items(self.payload, "push", "changes")
        count = sum(len(items(change, "commits")) for change in changes)
        what = counted(count, "commit") if count else "changes"
        if count and any(at(change, "truncated") is True for change in changes):
            what = f"more than {what}"
        pushed = [change.name for change in self._changes if change.name and not change.deleted]
        deleted = [f"{change.thing} {change.name or '?'}" for change in self._changes if change.deleted]
        deeds = [f"pushed {what} to {_listed(pushed) or 'a branch'}"] if pushed or not deleted else []
        return " and ".join(deeds + ([f"deleted {_listed(deleted)}"] if deleted else []))

    @property
    def deed(self) -> str:
        """What was done."""
        event = self.event or ""
        thing, _, action = event.partition(":")
        said = spelled(action)
        if event in ("repo:push", "repo:refs_changed"):
            return self._push
        if thing in ("pullrequest", "pr"):
            return f"caused “{said or 'a change'}” of pull request #{text(self._pull_request, 'id') or '?'}"
        if thing == "issue":
            return f"caused “{said or 'a change'}” of issue #{text(self.payload, 'issue', 'id') or '?'}"
        return f"caused {spelled(event) or 'an event'}"

    @property
    def subject(self) -> Optional[str]:
        """The title of the pull request or issue, or the name of the build."""
        return first(
            text(self._pull_request, "title"),
            text(self.payload, "issue", "title"),
            text(self.payload, "commit_status", "name"),
        )

    @property
    def url(self) -> Optional[str]:
        """The page of what was done, else the repository's."""
        candidates = [at(self.payload, "comment"), self._pull_request, at(self.payload, "issue")]
        changes = items(self.payload, "push", "changes")
        if changes:
            candidates.append(changes[0])
        candidates.append(self._repository)
        return first(*(self._page(candidate) for candidate in candidates))

    @staticmethod
    def _page(thing: Any) -> Optional[str]:
        """Cloud has `links.html.href`, Data Center a list `links.self`."""
        own = items(thing, "links", "self")
        return first(web_address(thing, "links", "html", "href"), web_address(own[0], "href") if own else None)

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, repository, branches, and the state of a build."""
        return [
            ("Event", self.event),
            ("Repository", self.place),
            ("Branches", ", ".join(self.branches[:20]) or None),
            ("State", first(text(self.payload, "commit_status", "state"), text(self._pull_request, "state"))),
        ]
