"""Sentry: https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, first, spelled, text, web_address


class SentryMessageV1(WebhookMessage):
    """A webhook of a Sentry integration."""

    service_title: ClassVar[str] = "Sentry"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.sentry.message_v1")

    @property
    def resource(self) -> Optional[str]:
        """`issue`, `error`, `event_alert`, `metric_alert`, `comment`, `installation`."""
        return self._header("sentry-hook-resource")

    @property
    def event(self) -> Optional[str]:
        """Resource and action: `issue.created`."""
        return ".".join(part for part in (self.resource, text(self.payload, "action")) if part) or None

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "actor", "name"), "Sentry")

    @property
    def _thing(self) -> Any:
        data = at(self.payload, "data")
        names = ("issue", "error", "event", "metric_alert")
        return next((found for found in (at(data, name) for name in names) if isinstance(found, dict)), None)

    @property
    def deed(self) -> str:
        """What was done."""
        action = spelled(text(self.payload, "action")) or "reported"
        return f"told of {spelled(self.resource) or 'an event'} ({action})"

    @property
    def place(self) -> Optional[str]:
        """The project."""
        return first(
            text(self._thing, "project", "slug"),
            text(self._thing, "project", "name"),
            text(self.payload, "data", "project_slug"),
        )

    @property
    def subject(self) -> Optional[str]:
        """The issue's short id and title."""
        title = first(text(self._thing, "title"), text(self.payload, "data", "description_title"))
        short = text(self._thing, "shortId")
        return f"{short} {title}" if short and title else first(title, short)

    @property
    def url(self) -> Optional[str]:
        """The page of the issue or event."""
        return first(
            web_address(self._thing, "web_url"),
            web_address(self._thing, "permalink"),
            web_address(self.payload, "data", "web_url"),
        )

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Event, project, and how bad it is."""
        return [
            ("Event", self.event),
            ("Project", self.place),
            ("Level", text(self._thing, "level")),
            ("Culprit", text(self._thing, "culprit")),
        ]
