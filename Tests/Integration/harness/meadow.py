"""A gateway with as many tokens of one repository as are tried, each with a secret of its own, and a flood of wrong proofs."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from harness.flood import Flood
from harness.gateway import Gateway
from harness.signing import github

CANDIDATES = 8


class Meadow:
    def __init__(
        self, make_gateway: Callable[..., Gateway], scratch: Path, name: str, bounds: dict[str, object] | None = None
    ) -> None:
        broker = {"amqp_url": f"file:{scratch}/{name}.jsonl"}
        # No other meadow's tokens are tried.
        self.repository = f"flooded/{os.urandom(6).hex()}"
        self.gateway = make_gateway(name, {"broker": broker, "bare_path": bounds or {}})
        tokens = [self.gateway.create_token("github", f"{number}", scope=self.repository) for number in range(CANDIDATES)]
        self.gateway.start()
        self.token = tokens[-1]
        # What good webhooks got that were not accepted.
        self.refusals: list[bytes] = []
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def post(self, address: str, path: str) -> float:
        """The seconds until the answer to a good webhook from that address, on a connection that is kept."""
        if address not in self._connections:
            self._connections[address] = self.gateway.http_connection()
            self._connections[address].source_address = (address, 0)
        connection = self._connections[address]
        body = json.dumps({"repository": {"full_name": self.repository, "private": False}}).encode()
        webhook = github(self.token.secret, body, "push")
        started = time.perf_counter()
        connection.request("POST", path, webhook.body, webhook.headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 202:
            self.refusals.append(answer)
        return time.perf_counter() - started

    def prove(self, address: str) -> None:
        """Makes it a proven source, as everybody can who has a token."""
        self.post(address, "/github")
        self._connections.pop(address).close()
        assert not self.refusals, self.refusals

    def flood(self, body_size: int, seconds: float) -> "subprocess.Popen[str]":
        """A hundred wrong webhooks a second: 80 from an address of their own each, and 20 from 127.0.0.7."""
        return Flood(
            self.gateway.port, "/github", self.repository, body_size=body_size, rate=80, fixed_address="127.0.0.7",
            fixed_rate=20, seconds=seconds,
            authority=str(self.gateway.authority.certificate) if self.gateway.authority else None,
        ).start()
