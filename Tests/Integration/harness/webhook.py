"""A webhook as a service sends it, and what must come of it."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Webhook:
    """`topic` is the expected one, without the prefix; `secrets` are the texts that must never appear anywhere."""

    service: str
    topic: str
    body: bytes
    headers: dict[str, str]
    delivery_id: str
    payload: bytes
    secrets: frozenset[str] = field(default_factory=frozenset)

    def with_headers(self, **changes: str | None) -> "Webhook":
        """A copy with headers set, or with None removed; `_` in a name stands for `-`, case does not matter."""
        headers = dict(self.headers)
        for name, value in changes.items():
            wanted = name.replace("_", "-").lower()
            spelling = next((known for known in headers if known.lower() == wanted), wanted)
            headers.pop(spelling, None)
            if value is not None:
                headers[spelling] = value
        return replace(self, headers=headers)

    def with_body(self, body: bytes) -> "Webhook":
        """A copy with another body under the old signature."""
        return replace(self, body=body, payload=body)
