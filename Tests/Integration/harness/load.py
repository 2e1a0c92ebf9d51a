"""Bounded load: keep-alive senders that each send one webhook after another and note every answer."""

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field

from .gateway import Gateway, Token
from .process import PATIENCE
from .signing import github


@dataclass(frozen=True)
class Outcome:
    """One request: its status and id, or `error` where the connection ended before the answer."""

    delivery_id: str
    sent_at: float
    status: int | None
    message_id: str | None = None
    retry_after: str | None = None
    error: str | None = None


@dataclass
class Load:
    """`pause` seconds between a sender's requests bound the rate, more of them after a refusal; `limit` bounds all:
    more than a test has the time for."""

    gateway: Gateway
    tokens: list[Token]
    senders: int = 16
    pause: float = 0.01
    limit: int = 500_000
    outcomes: list[Outcome] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        for number in range(self.senders):
            thread = threading.Thread(target=self._send, args=(self.tokens[number % len(self.tokens)],), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60 * PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a request got no answer in a minute"

    def _send(self, token: Token) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._stop.is_set() and len(self.outcomes) < self.limit:
            if connection is None:
                connection = self.gateway.http_connection(timeout=45 * PATIENCE)
            outcome = self._one(connection, token)
            with self._lock:
                self.outcomes.append(outcome)
            if outcome.status is None:
                connection.close()
                connection = None
            self._stop.wait(self.pause if outcome.status == 202 else 0.1)
        if connection is not None:
            connection.close()

    def _one(self, connection: http.client.HTTPConnection, token: Token) -> Outcome:
        delivery_id = str(uuid.uuid4())
        webhook = github(token.secret, json.dumps({"ref": "refs/heads/main", "id": delivery_id}).encode(), "push",
                         delivery_id)
        sent_at = time.monotonic()
        try:
            connection.request("POST", token.path, webhook.body, webhook.headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return Outcome(delivery_id, sent_at, None, error=type(error).__name__)
        message_id = json.loads(body).get("message_id") if response.status == 202 else None
        return Outcome(delivery_id, sent_at, response.status, message_id, response.getheader("Retry-After"))

    def count(self, status: int | None) -> int:
        return sum(outcome.status == status for outcome in list(self.outcomes))

    def accepted(self) -> set[str]:
        """The ids that were promised."""
        return {outcome.message_id for outcome in list(self.outcomes) if outcome.message_id}

    def wait_for_accepted(self, more: int, timeout: float) -> None:
        """Waits until that many more were accepted than now."""
        start, deadline = self.count(202), time.monotonic() + timeout * PATIENCE
        while self.count(202) < start + more:
            assert len(self.outcomes) < self.limit, "the load came to its limit"
            assert time.monotonic() < deadline, f"{self.count(202) - start} of {more} accepted in {timeout * PATIENCE:g} s"
            time.sleep(0.05)

    def check_answers(self, connection_errors: bool = False) -> None:
        """Only 202 and 503 with Retry-After: the webhooks were all valid. No connection was cut, unless expected."""
        for outcome in self.outcomes:
            if outcome.status is None:
                assert connection_errors, outcome
            else:
                assert outcome.status in (202, 503), outcome
                assert outcome.status != 503 or (outcome.retry_after or "").isdigit(), outcome
