"""A webhook as a service sends it, and what must come of it."""

from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus


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
    # A GET has its payload in the query.
    method: str = "POST"
    query: str = ""

    def carried(self, *, form: bool = False, get: bool = False) -> "Webhook":
        """A copy whose payload goes as a form's field, in the query of a GET, or, with neither, as JSON."""
        field_of_form = "payload=" + quote_plus(self.payload)
        if get:
            return replace(self, body=b"", method="GET", query=field_of_form)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        body = field_of_form.encode() if form else self.payload
        return replace(self, body=body, headers={"Content-Type": kind, **self.headers})

    def with_secrets(self, *secrets: str) -> "Webhook":
        """A copy with more texts that must never appear anywhere."""
        return replace(self, secrets=self.secrets | set(secrets))

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
