"""Quay.io: https://docs.quay.io/guides/notifications.html"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import at, first, items, one_line, text, web_address


class QuayMessageV1(WebhookMessage):
    """A push to an image repository. Quay.io does not sign: who knows the token's address can say anything."""

    service_title: ClassVar[str] = "Quay.io"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.quay.message_v1")

    @property
    def event(self) -> str:
        """It tells of nothing else."""
        return "push"

    @property
    def place(self) -> Optional[str]:
        """The repository: `namespace/name`."""
        namespace, name = text(self.payload, "namespace"), text(self.payload, "name")
        return first(text(self.payload, "repository"), f"{namespace}/{name}" if namespace and name else name)

    @property
    def tags(self) -> list[str]:
        """The tags that were pushed (once an object of tags and image ids, now a list)."""
        found = at(self.payload, "updated_tags")
        names = list(found) if isinstance(found, dict) else items(self.payload, "updated_tags")
        return [name for name in map(one_line, names) if name]

    @property
    def deed(self) -> str:
        """Which tags."""
        shown = ", ".join(self.tags[:5]) + ("…" if len(self.tags) > 5 else "")
        return f"pushed {shown}" if shown else "pushed an image"

    @property
    def url(self) -> Optional[str]:
        """The repository's page."""
        return web_address(self.payload, "homepage")

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """The repository, where it can be pulled from, and the tags."""
        return [
            ("Repository", self.place),
            ("Image", text(self.payload, "docker_url")),
            ("Tags", ", ".join(self.tags[:50]) or None),
        ]
