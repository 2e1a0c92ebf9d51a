"""GitHub, where the published class raises on the payload: https://docs.github.com/webhooks/webhook-events-and-payloads"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, branch, counted, first, items, spelled, text, web_address

# What events are about, the most telling first: members of the payload.
_THINGS = ("comment", "pull_request", "issue", "discussion", "release", "workflow_run", "alert", "security_advisory")


class GitHubMessageV1(WebhookMessage):
    """A webhook of GitHub."""

    service_title: ClassVar[str] = "GitHub"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.github.message_v1")

    @property
    def event(self) -> Optional[str]:
        """`push`, `issues`, `pull_request`, …"""
        return self._header("x-github-event")

    @property
    def delivery(self) -> Optional[str]:
        """The delivery's id."""
        return self._header("x-github-delivery")

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "sender", "login"), text(self.payload, "pusher", "name"))

    @property
    def place(self) -> Optional[str]:
        """The repository as `owner/name`, or the organization."""
        return first(
            text(self.payload, "repository", "full_name"),
            text(self.payload, "organization", "login"),
            text(self.payload, "installation", "account", "login"),
        )

    @property
    def deed(self) -> str:
        """What was done."""
        if self.event == "push":
            commits = counted(len(items(self.payload, "commits")), "commit")
            return f"pushed {commits} to {branch(text(self.payload, 'ref')) or 'a branch'}"
        action = spelled(text(self.payload, "action"))
        return f"caused {spelled(self.event) or 'an event'}" + (f" ({action})" if action else "")

    @property
    def subject(self) -> Optional[str]:
        """The title of what the event is about; of a push, its newest commit."""
        if self.event == "push":
            return text(self.payload, "head_commit", "message")
        return first(
            text(self.payload, "pull_request", "title"),
            text(self.payload, "issue", "title"),
            text(self.payload, "discussion", "title"),
            text(self.payload, "release", "name"),
            text(self.payload, "security_advisory", "summary"),
            text(self.payload, "projects_v2", "title"),
            text(self.payload, "membership", "user", "login"),
            text(self.payload, "team", "name"),
        )

    @property
    def url(self) -> Optional[str]:
        """The page of what was done, else the repository's."""
        return first(
            web_address(self.payload, "compare") if self.event == "push" else None,
            *(web_address(self.payload, thing, "html_url") for thing in _THINGS),
            web_address(self.payload, "forkee", "html_url"),
            web_address(self.payload, "repository", "html_url"),
        )

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, place, and the commits of a push."""
        found = [("Event", self.event), ("Where", self.place)]
        for commit in items(self.payload, "commits")[:20]:
            found.append(("Commit", f"{(text(commit, 'id') or '?')[:10]} {text(commit, 'message') or ''}".rstrip()))
        found.append(("State", text(at(self.payload, "workflow_run"), "conclusion")))
        return found
