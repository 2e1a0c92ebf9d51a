"""Weblate: https://docs.weblate.org/en/latest/admin/addons.html#addon-weblate-webhook-webhook"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, first, one_line, text, web_address


class WeblateMessageV1(WebhookMessage):
    """A change that a Weblate instance tells."""

    service_title: ClassVar[str] = "Weblate"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.weblate.message_v1")

    @property
    def event(self) -> Optional[str]:
        """What Weblate calls the change, such as `Translation changed`."""
        return text(self.payload, "action")

    @property
    def delivery(self) -> Optional[str]:
        """The delivery's id."""
        return self._header("webhook-id")

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "user"), text(self.payload, "author"))

    @property
    def place(self) -> Optional[str]:
        """`project/component/language`, as far as they are told."""
        parts = [text(self.payload, name) for name in ("project", "component", "translation")]
        return "/".join(part for part in parts if part) or None

    def _string(self, name: str) -> Optional[str]:
        """`source` or `target`: an array, which has a part for each plural form; a single string in older versions."""
        value = at(self.payload, name)
        parts = [one_line(part) for part in (value if isinstance(value, list) else [value])[:10]]
        return one_line(" | ".join(part for part in parts if part))

    @property
    def deed(self) -> str:
        """What was done."""
        return f"caused “{self.event}”" if self.event else "caused a change"

    @property
    def url(self) -> Optional[str]:
        """The change's page. (Some versions tell a path without a host: that is no link.)"""
        return web_address(self.payload, "url")

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """Where, and the string concerned."""
        return [
            ("Change", self.event),
            ("Where", self.place),
            ("Source", self._string("source")),
            ("Target", self._string("target")),
        ]
