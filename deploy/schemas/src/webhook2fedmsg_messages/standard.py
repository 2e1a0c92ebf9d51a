"""Standard Webhooks: https://www.standardwebhooks.com"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, first, text, web_address


class StandardMessageV1(WebhookMessage):
    """A webhook of any service that keeps to Standard Webhooks."""

    service_title: ClassVar[str] = "Standard Webhooks"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.standard.message_v1")

    @property
    def event(self) -> Optional[str]:
        """The payload's type, such as `invoice.paid`."""
        return text(self.payload, "type")

    @property
    def delivery(self) -> Optional[str]:
        """The delivery's id."""
        return self._header("webhook-id")

    @property
    def summary(self) -> str:
        """The type, and who is known to have caused it."""
        by = f" by {self.actor}" if self.actor else ""
        return f"Webhook {self.event or 'without a type'}{by}" + (f": {self.subject}" if self.subject else "")

    @property
    def subject(self) -> Optional[str]:
        """A title or name in the data, if there is one."""
        data = at(self.payload, "data")
        return first(text(data, "title"), text(data, "name"))

    @property
    def url(self) -> Optional[str]:
        """An address in the data, if there is one."""
        data = at(self.payload, "data")
        return first(web_address(data, "html_url"), web_address(data, "url"))

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Type, the service's own time, and the delivery's id."""
        return [("Type", self.event), ("Time", text(self.payload, "timestamp")), ("Delivery", self.delivery)]
