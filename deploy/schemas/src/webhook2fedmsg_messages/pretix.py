"""Pretix, where the payload does not satisfy the published schema: https://docs.pretix.eu/dev/api/webhooks.html"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import first, one_line, spelled, text, web_address


class PretixMessageV1(WebhookMessage):
    """A webhook of a Pretix instance."""

    service_title: ClassVar[str] = "Pretix"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.pretix.message_v1")

    @property
    def event(self) -> Optional[str]:
        """What happened, without `pretix.`: `event.checkin`, `event.order.placed`, …"""
        action = text(self.payload, "action")
        return action.removeprefix("pretix.") or None if action else None

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "attendee_name"), "A user")

    @property
    def actor(self) -> Optional[str]:
        """The attendee, and the Fedora account."""
        agent = one_line(self.agent_name)
        return f"{self._service_actor} ({agent})" if agent else self._service_actor

    @property
    def deed(self) -> str:
        """What was done."""
        kind = text(self.payload, "type") if self.event == "event.checkin" else None
        if kind in ("entry", "exit"):
            return "entered" if kind == "entry" else "left"
        return f"caused {spelled(self.event) or 'an event'}"

    @property
    def place(self) -> Optional[str]:
        """The event as `organizer/event`."""
        parts = [text(self.payload, name) for name in ("organizer", "event")]
        return "/".join(part for part in parts if part) or None

    @property
    def url(self) -> Optional[str]:
        """The instance."""
        return web_address(self.payload, "instance_url")
