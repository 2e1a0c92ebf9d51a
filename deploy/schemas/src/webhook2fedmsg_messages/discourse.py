"""Discourse, where the published class raises on the payload."""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import account, at, first, one_line, spelled, text, web_address

_INSTANCES = {
    "https://discussion.fedoraproject.org": "Fedora Discussion",
    "https://ask.fedoraproject.org": "Ask Fedora",
}
# The events that have an agent, and where the payload names it.
_AGENTS = {
    "post": ("post_created", "post_edited", "post_destroyed", "post_recovered"),
    "topic": ("topic_created", "topic_edited", "topic_destroyed", "topic_recovered"),
    "like": ("post_liked",),
}
_AGENT_PATHS = {"post": ("username",), "topic": ("created_by", "username"), "like": ("user", "username")}
_AUTHOR_PATHS = {"solved": ("username",), "like": ("post", "username")}


class DiscourseMessageV1(WebhookMessage):
    """A webhook of a forum. Its names are Fedora accounts, as those of the published class are."""

    service_title: ClassVar[str] = "Discourse"
    payload_key: ClassVar[str] = "webhook_body"
    headers_key: ClassVar[str] = "webhook_headers"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.discourse.message_v1")

    @property
    def app_icon(self) -> str:
        """The icon of the published class."""
        return "https://apps.fedoraproject.org/img/icons/discourse.png"

    @property
    def event(self) -> Optional[str]:
        """`post_created`, `topic_edited`, `post_liked`, …"""
        return self._header("X-Discourse-Event")

    @property
    def event_type(self) -> Optional[str]:
        """`post`, `topic`, `like`, …"""
        return self._header("X-Discourse-Event-Type")

    @property
    def delivery(self) -> Optional[str]:
        """The event's id at that forum."""
        return self._header("X-Discourse-Event-Id")

    @property
    def instance(self) -> Optional[str]:
        """The forum's address."""
        return self._header("X-Discourse-Instance")

    @property
    def contents(self) -> Any:
        """What stands under the event's type."""
        return at(self.payload, self.event_type or "")

    @property
    def agent_name(self) -> Optional[str]:
        """Who did it, as far as the payload says so."""
        kind = self.event_type or ""
        return account(at(self.contents, *_AGENT_PATHS[kind])) if self.event in _AGENTS.get(kind, ()) else None

    @property
    def usernames(self) -> list[str]:
        """The author of a solution, or of a post that was liked."""
        path = _AUTHOR_PATHS.get(self.event_type or "")
        author = account(at(self.contents, *path)) if path else None
        return [author] if author else []

    @property
    def _service_actor(self) -> Optional[str]:
        path = _AGENT_PATHS.get(self.event_type or "")
        return text(self.contents, *path) if path else None

    @property
    def deed(self) -> str:
        """What was done."""
        return f"caused {spelled(self.event or self.event_type) or 'an event'}"

    @property
    def place(self) -> Optional[str]:
        """The forum."""
        return _INSTANCES.get(self.instance or "", self.instance)

    @property
    def subject(self) -> Optional[str]:
        """The topic's title."""
        return first(
            text(self.contents, "topic_title"),
            text(self.contents, "post", "topic_title"),
            text(self.contents, "title"),
        )

    @property
    def url(self) -> Optional[str]:
        """The post or the topic, where the payload tells which."""
        post = at(self.contents, "post") if self.event_type == "like" else self.contents
        topic = first(text(post, "topic_id"), text(post, "id") if self.event_type == "topic" else None)
        slug = first(text(post, "topic_slug"), text(post, "slug"), "-")
        if not topic or not topic.isdigit() or not self.instance:
            return None
        number = text(post, "post_number")
        path = f"t/{slug}/{topic}" + (f"/{number}" if number and number.isdigit() else "")
        return web_address(f"{self.instance.rstrip('/')}/{path}")

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, forum, and who else it concerns."""
        return [
            ("Event", ".".join(part for part in (self.event_type, self.event) if part)),
            ("Forum", self.place),
            ("Author", one_line(self.usernames[0]) if self.usernames else None),
        ]
