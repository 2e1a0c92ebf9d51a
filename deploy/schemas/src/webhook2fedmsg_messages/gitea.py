"""Gitea: https://docs.gitea.com/usage/webhooks"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, branch, counted, first, items, spelled, text, web_address


class GiteaMessageV1(WebhookMessage):
    """A webhook of a Gitea instance."""

    service_title: ClassVar[str] = "Gitea"
    #: What its headers begin with.
    header_prefix: ClassVar[str] = "x-gitea"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.gitea.message_v1")

    @property
    def event(self) -> Optional[str]:
        """`push`, `issues`, `pull_request`, …"""
        return self._header(f"{self.header_prefix}-event")

    @property
    def delivery(self) -> Optional[str]:
        """The delivery's id."""
        return self._header(f"{self.header_prefix}-delivery")

    @property
    def _service_actor(self) -> Optional[str]:
        return first(
            text(self.payload, "sender", "login"),
            text(self.payload, "sender", "username"),
            text(self.payload, "pusher", "login"),
        )

    @property
    def place(self) -> Optional[str]:
        """The repository as `owner/name`, or the organisation."""
        return first(
            text(self.payload, "repository", "full_name"),
            text(self.payload, "organization", "username"),
            text(self.payload, "organization", "name"),
        )

    @property
    def _topic_of_talk(self) -> Any:
        return at(self.payload, "pull_request") or at(self.payload, "issue")

    @property
    def deed(self) -> str:
        """What was done."""
        payload, event = self.payload, self.event or ""
        action = spelled(text(payload, "action"))
        number = first(text(self._topic_of_talk, "number"), text(payload, "number"))
        if event == "push":
            commits = at(payload, "total_commits")
            known = isinstance(commits, int) and not isinstance(commits, bool)
            count = commits if known else len(items(payload, "commits"))
            return f"pushed {counted(count, 'commit')} to {branch(text(payload, 'ref')) or 'a branch'}"
        if event in ("create", "delete"):
            thing = text(payload, "ref_type") or "reference"
            return f"{event}d {thing} {branch(text(payload, 'ref')) or ''}".rstrip()
        if event == "fork":
            return "forked a repository"
        if event in ("issue_comment", "pull_request_comment"):
            thing = "pull request" if at(payload, "is_pull") is True or event != "issue_comment" else "issue"
            return f"{action or 'wrote'} a comment on {thing} #{number or '?'}"
        if event.startswith("pull_request"):
            return f"{action or 'changed'} pull request #{number or '?'}"
        if event.startswith("issue"):
            return f"{action or 'changed'} issue #{number or '?'}"
        if event == "release":
            return f"{action or 'changed'} release {text(payload, 'release', 'tag_name') or '?'}"
        return f"caused {spelled(event) or 'an event'}" + (f" ({action})" if action else "")

    @property
    def subject(self) -> Optional[str]:
        """The title of the issue, pull request or release; of a push, its newest commit."""
        if self.event == "push":
            return text(self.payload, "head_commit", "message")
        return first(text(self._topic_of_talk, "title"), text(self.payload, "release", "name"))

    @property
    def url(self) -> Optional[str]:
        """The page of what was done, else the repository's."""
        return first(
            web_address(self.payload, "comment", "html_url"),
            web_address(self._topic_of_talk, "html_url"),
            web_address(self.payload, "release", "html_url"),
            web_address(self.payload, "compare_url") if self.event == "push" else None,
            web_address(self.payload, "forkee", "html_url"),
            web_address(self.payload, "repository", "html_url"),
        )

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, repository, and the commits of a push."""
        found = [("Event", self.event), ("Repository", self.place)]
        for commit in items(self.payload, "commits")[:20]:
            line = first(text(commit, "message"))
            found.append(("Commit", f"{(text(commit, 'id') or '?')[:10]} {line or ''}".rstrip()))
        return found
