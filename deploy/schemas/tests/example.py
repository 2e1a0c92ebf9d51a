"""One message, and all that a reader of it should see."""

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Example:
    """What a service sent; `text` is the whole of `str(message)`, its first line the summary."""

    service: str
    headers: dict[str, str]
    body: dict[str, Any]
    text: str
    event: Optional[str]
    app_name: str
    url: Optional[str] = None
    delivery: Optional[str] = None
    topic: str = ""
    agent: Optional[str] = None
    # Of a forum's messages alone, names come from the payload.
    author: Optional[str] = None

    @property
    def summary(self) -> str:
        """The message's first line."""
        return self.text.splitlines()[0]

    @property
    def name(self) -> str:
        """For the test's report."""
        return f"{self.service}: {self.summary}"

    @property
    def schema(self) -> str:
        """The message's schema."""
        return f"webhook2fedmsg.{self.service}.message_v1"

    @property
    def envelope(self) -> dict[str, Any]:
        """The message's body."""
        if self.service == "discourse":
            return {"webhook_body": self.body, "webhook_headers": self.headers}
        return {"body": self.body, "headers": self.headers, "agent": self.agent}

    @property
    def usernames(self) -> list[str]:
        """Whom it concerns."""
        found = self.author if self.service == "discourse" else self.agent
        return [found] if found else []


def lines(*told: str) -> str:
    """The text of these lines."""
    return "\n".join(told)
