"""What all messages of this package have in common."""

import json
from importlib.resources import files
from typing import Any, ClassVar, Optional

from fedora_messaging import message

from .reading import account, first, one_line


def load_schema(name: str) -> dict[str, Any]:
    """A JSON Schema of this package."""
    path = files("webhook2fedmsg_messages") / "schemas" / f"{name}.json"
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


class WebhookMessage(message.Message):
    """A webhook as a service sent it, between what the server knows about it.

    Everything here answers for any payload whatsoever: a consumer has no way to refuse a message for what is missing.
    """

    #: How people call the service.
    service_title: ClassVar[str] = "Webhook"
    #: Where the envelope has the payload, and the HTTP headers that it came with.
    payload_key: ClassVar[str] = "body"
    headers_key: ClassVar[str] = "headers"

    @property
    def _envelope(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def payload(self) -> dict[str, Any]:
        """What the service sent."""
        payload = self._envelope.get(self.payload_key)
        return payload if isinstance(payload, dict) else {}

    @property
    def webhook_headers(self) -> dict[str, str]:
        """The HTTP headers that it came with, as far as they are published; names in lower case."""
        headers = self._envelope.get(self.headers_key)
        return headers if isinstance(headers, dict) else {}

    def _header(self, name: str) -> Optional[str]:
        return one_line(self.webhook_headers.get(name))

    # What fedora-messaging asks for

    @property
    def app_name(self) -> str:
        """The service's name."""
        return self.service_title

    @property
    def app_icon(self) -> str:
        """The icon that all messages of webhooks share."""
        return "https://apps.fedoraproject.org/img/icons/webhook-to-fedora-messaging.png"

    @property
    def agent_name(self) -> Optional[str]:
        """The Fedora account of whoever caused this; None where the server does not know."""
        return account(self._envelope.get("agent"))

    @property
    def usernames(self) -> list[str]:
        """The Fedora accounts concerned: the agent's. Names in the payload are the service's own accounts."""
        return [self.agent_name] if self.agent_name is not None else []

    # groups, packages, containers, modules and flatpaks stay empty, whatever the payload names: Fedora's notifications go
    # to the members and maintainers of what is named there, and nobody but the holder of a token vouches for a payload.

    @property
    def summary(self) -> str:
        """One line: who did what, where."""
        parts = [self.actor or "Somebody", self.deed]
        if self.place:
            parts.append(f"on {self.place}")
        return " ".join(parts) + (f": {self.subject}" if self.subject else "")

    def __str__(self) -> str:
        """Some lines: what the summary says, and details."""
        lines = [self.summary, f"Service: {self.service_title}"]
        lines += [f"{name}: {value}" for name, value in self.details if value]
        if self.url:
            lines.append(f"Link: {self.url}")
        return "\n".join(lines)

    # What each service tells

    @property
    def event(self) -> Optional[str]:
        """The event's name, as the service calls it."""
        return None

    @property
    def actor(self) -> Optional[str]:
        """Who did it: the Fedora account, else the name that the service tells."""
        return first(one_line(self.agent_name), self._service_actor)

    @property
    def _service_actor(self) -> Optional[str]:
        return None

    @property
    def deed(self) -> str:
        """What was done, to stand behind a name."""
        return f"caused {self.event}" if self.event else "caused an event"

    @property
    def place(self) -> Optional[str]:
        """Where: a repository, a project."""
        return None

    @property
    def subject(self) -> Optional[str]:
        """What it is about: a title."""
        return None

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """More for the long text: names and values."""
        return [("Event", self.event), ("Where", self.place)]
