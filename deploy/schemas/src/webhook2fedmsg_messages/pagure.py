"""Pagure: https://docs.pagure.org/pagure/usage/using_webhooks.html"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, branch, counted, first, spelled, text, web_address


class PagureMessageV1(WebhookMessage):
    """A webhook of a Pagure instance; what happened is in the payload's `msg`."""

    service_title: ClassVar[str] = "Pagure"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.pagure.message_v1")

    @property
    def event(self) -> Optional[str]:
        """Pagure's topic: `git.receive`, `issue.new`, `pull-request.comment.added`, …"""
        return first(self._header("x-pagure-topic"), text(self.payload, "topic"))

    @property
    def _content(self) -> Any:
        return at(self.payload, "msg")

    @property
    def _project(self) -> Any:
        content = self._content
        return next(
            (
                found
                for found in (
                    at(content, "project"),
                    at(content, "repo"),
                    at(content, "pullrequest", "project"),
                    at(content, "issue", "project"),
                )
                if isinstance(found, dict)
            ),
            None,
        )

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self._content, "agent"), text(self._content, "user", "name"))

    @property
    def place(self) -> Optional[str]:
        """The project's full name: `namespace/name`, or `fork/user/name`."""
        return first(
            text(self._project, "fullname"), text(self._project, "name"), self._header("x-pagure-project")
        )

    @property
    def deed(self) -> str:
        """What was done."""
        event, content = self.event or "", self._content
        if event == "git.receive":
            commits = at(content, "total_commits")
            known = isinstance(commits, int) and not isinstance(commits, bool)
            what = counted(commits, "commit") if known else "commits"
            return f"pushed {what} to {branch(text(content, 'branch')) or 'a branch'}"
        thing, _, action = event.partition(".")
        number = text(content, "pullrequest" if thing == "pull-request" else "issue", "id")
        if thing in ("issue", "pull-request") and number:
            return f"caused “{spelled(action) or 'a change'}” of {spelled(thing)} #{number}"
        return f"caused {spelled(event) or 'an event'}"

    @property
    def subject(self) -> Optional[str]:
        """The title of the issue or pull request."""
        return first(text(self._content, "pullrequest", "title"), text(self._content, "issue", "title"))

    @property
    def url(self) -> Optional[str]:
        """The page of the issue, pull request or project."""
        return first(
            web_address(self._content, "pullrequest", "full_url"),
            web_address(self._content, "issue", "full_url"),
            web_address(self._project, "full_url"),
        )

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, project, branch and instance."""
        return [
            ("Event", self.event),
            ("Project", self.place),
            ("Branch", branch(text(self._content, "branch"))),
            ("Instance", self._header("x-pagure")),
        ]
