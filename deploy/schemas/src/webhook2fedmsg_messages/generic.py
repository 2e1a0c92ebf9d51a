"""Services that a server's configuration describes (`[services.NAME]`)."""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import first, one_line, text, web_address


class GenericMessageV1(WebhookMessage):
    """A webhook of a service about which nothing is known but its name, which the topic tells."""

    service_title: ClassVar[str] = "Webhook"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.generic.message_v1")

    @property
    def _topic_parts(self) -> tuple[Optional[str], Optional[str]]:
        """`<prefix>.webhook.<name>.<event>`: a service's name has no dot."""
        topic = self.topic if isinstance(self.topic, str) else ""
        _, found, rest = f".{topic}".partition(".webhook.")
        name, _, event = rest.partition(".")
        return (one_line(name), one_line(event)) if found else (None, None)

    @property
    def service(self) -> Optional[str]:
        """The service's name in the server's configuration."""
        return self._topic_parts[0]

    @property
    def event(self) -> Optional[str]:
        """The event's name, as far as the topic may spell it; `received` where the service names none."""
        return self._topic_parts[1]

    @property
    def app_name(self) -> str:
        """The service's name."""
        return self.service or self.service_title

    @property
    def summary(self) -> str:
        """The service and the event, and who is known to have caused it."""
        by = f" by {self.actor}" if self.actor else ""
        return f"{self.app_name}: {self.event or 'event'}{by}" + (f": {self.subject}" if self.subject else "")

    @property
    def subject(self) -> Optional[str]:
        """A title or the like, where the payload has one."""
        return first(*(text(self.payload, name) for name in ("title", "subject", "summary", "message", "name")))

    @property
    def url(self) -> Optional[str]:
        """An address, where the payload has one."""
        return first(*(web_address(self.payload, name) for name in ("html_url", "web_url", "url", "link")))

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """The event, and the simple fields of the payload."""
        found = [("Event", self.event)]
        for name, value in list(self.payload.items())[:20]:
            label = one_line(name)
            if label:
                found.append((label, one_line(value)))
        return found
