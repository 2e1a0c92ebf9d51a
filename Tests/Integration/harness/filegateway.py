"""A gateway whose messages go to a file, as the broker would get them: for many payloads, one after the other."""

import http.client
import json
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .gateway import Gateway, Token
from .signing import SIGNERS


# What is sent at once is written to the file at once, and a disk takes its time for each write.
_CONNECTIONS = 16


class FileGateway:
    """Started, with a token for each service, and asked over one connection, or over several for many payloads."""

    def __init__(self, gateway: Gateway, prefix: str, publish_private: bool = True) -> None:
        self.gateway = gateway
        self._file = gateway.directory / "messages.jsonl"
        self._offset = 0
        self._published: dict[str, dict[str, Any]] = {}
        text = gateway.configuration.read_text()
        gateway.configuration.write_text(f'{text}[broker]\nfile = "{self._file}"\ntopic_prefix = "{prefix}"\n')
        self.tokens: dict[str, Token] = {
            service: gateway.create_token(service, publish_private=publish_private) for service in SIGNERS
        }
        gateway.start()
        self._connection: http.client.HTTPConnection = gateway.http_connection()

    def send(self, service: str, event: str, payload: bytes) -> dict[str, Any]:
        """The answer, which is 202."""
        return self._send(self._connection, service, event, payload)

    def send_all(self, webhooks: Iterable[tuple[str, str, bytes]]) -> list[dict[str, Any]]:
        """The answers to all of them (service, event, payload), in their order."""
        mine = threading.local()
        opened: list[http.client.HTTPConnection] = []

        def connect() -> None:
            mine.connection = self.gateway.http_connection()
            opened.append(mine.connection)

        with ThreadPoolExecutor(_CONNECTIONS, initializer=connect) as pool:
            answers = list(pool.map(lambda webhook: self._send(mine.connection, *webhook), webhooks))
        for connection in opened:
            connection.close()
        return answers

    def _send(self, connection: http.client.HTTPConnection, service: str, event: str, payload: bytes) -> dict[str, Any]:
        token = self.tokens[service]
        webhook = SIGNERS[service](token.secret, payload, event)
        connection.request("POST", token.path, webhook.body, webhook.headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 202, (answer, service, event, payload[:500])
        return answer

    def messages(self) -> dict[str, dict[str, Any]]:
        """What was published so far, by id: what comes again has the id of the first time."""
        # The next webhook may come after the server gave up an idle connection.
        self._connection.close()
        with Path(self._file).open("rb") as file:
            file.seek(self._offset)
            lines = file.read()
            self._offset = file.tell()
        self._published |= {line["id"]: line for line in map(json.loads, lines.splitlines())}
        return self._published
