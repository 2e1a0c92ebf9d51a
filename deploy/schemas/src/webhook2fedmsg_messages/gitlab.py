"""GitLab, where the published class raises on the payload: https://docs.gitlab.com/user/project/integrations/webhook_events/"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import branch, counted, first, items, spelled, text, web_address


class GitLabMessageV1(WebhookMessage):
    """A webhook of a GitLab instance."""

    service_title: ClassVar[str] = "GitLab"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.gitlab.message_v1")

    @property
    def event(self) -> Optional[str]:
        """`push`, `merge_request`, `pipeline`, …, as the topic spells it."""
        event = self._header("x-gitlab-event")
        return event.replace(" Hook", "").replace(" ", "_").lower() or None if event else None

    @property
    def delivery(self) -> Optional[str]:
        """The event's id."""
        return self._header("x-gitlab-event-uuid")

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "user", "username"), text(self.payload, "user_username"))

    @property
    def place(self) -> Optional[str]:
        """The project as `group/name`, or the group."""
        return first(
            text(self.payload, "project", "path_with_namespace"),
            text(self.payload, "path_with_namespace"),
            text(self.payload, "project", "name"),
            text(self.payload, "repository", "name"),
            text(self.payload, "group", "full_path"),
            text(self.payload, "group_path"),
        )

    @property
    def _change(self) -> Optional[str]:
        """How it ended, or what was done with it."""
        attributes = ("object_attributes",)
        return first(
            *(text(self.payload, *path, name) for path in (attributes, ()) for name in ("action", "status", "state")),
            text(self.payload, "build_status"),
        )

    @property
    def deed(self) -> str:
        """What was done."""
        if self.event in ("push", "tag_push"):
            commits = text(self.payload, "total_commits_count")
            count = int(commits) if commits and commits.isascii() and commits.isdigit() else None
            told = counted(len(items(self.payload, "commits")) if count is None else count, "commit")
            return f"pushed {told} to {branch(text(self.payload, 'ref')) or 'a branch'}"
        return f"caused {spelled(self.event) or 'an event'}" + (f" ({spelled(self._change)})" if self._change else "")

    @property
    def subject(self) -> Optional[str]:
        """The title of what the event is about."""
        return first(
            text(self.payload, "object_attributes", "title"),
            text(self.payload, "merge_request", "title"),
            text(self.payload, "issue", "title"),
            text(self.payload, "commit", "message"),
            text(self.payload, "name"),
            text(self.payload, "commit_title"),
            text(self.payload, "object_attributes", "name"),
        )

    @property
    def url(self) -> Optional[str]:
        """The page of what was done, else the project's."""
        return first(
            web_address(self.payload, "object_attributes", "url"),
            web_address(self.payload, "url"),
            web_address(self.payload, "deployable_url"),
            web_address(self.payload, "project", "web_url"),
            web_address(self.payload, "repository", "homepage"),
        )

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, project, and the commits of a push."""
        found = [("Event", self.event), ("Project", self.place)]
        for commit in items(self.payload, "commits")[:20]:
            found.append(("Commit", f"{(text(commit, 'id') or '?')[:10]} {text(commit, 'message') or ''}".rstrip()))
        return found
