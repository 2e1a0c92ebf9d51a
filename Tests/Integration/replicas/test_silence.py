"""A firewall drops what it has forgotten, without a word: all connections that were there, and no new ones."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.gateway import Gateway
from harness.pgdoor import PostgresDoor
from harness.postgresql import PostgreSQL
from harness.process import wait_until

from .conftest import status


class Firewall(PostgresDoor):
    """Swallows both ways on the connections that are there when it is told to forget them."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self._forgotten: threading.Event = threading.Event()
        self.behaviour = self.pass_or_swallow

    def forget(self) -> None:
        self._forgotten.set()
        self._forgotten = threading.Event()

    def pass_or_swallow(self, connection: socket.socket) -> None:
        server, forgotten = self._server(), self._forgotten
        threading.Thread(target=self._carry, args=(server, connection, forgotten), daemon=True).start()
        self._carry(connection, server, forgotten)

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket, forgotten: threading.Event) -> None:
        try:
            while data := source.recv(65536):
                if not forgotten.is_set():
                    target.sendall(data)
            if not forgotten.is_set():
                target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()


def test_one_timeout_is_enough(scratch: Path, postgresql: PostgreSQL) -> None:
    door = Firewall(postgresql.port)
    url = door.url(postgresql.create_database("silence"))
    patience = 3
    settings = {
        "database": {"url": url, "pool_size": 8, "query_timeout": f"{patience}s", "listen_heartbeat": "1h"},
        # What is asked in the background would find them out as well.
        "deliveries": {"flush_interval": "60s"},
        "cache": {"ttl": "1h"},
    }
    gateway = Gateway(scratch, settings, "silence")
    try:
        gateway.start()
        wait_until(gateway.ready, 30, "the gateway to be ready")
        tokens = [gateway.create_token("github", f"silence {number}") for number in range(40)]
        before = door.visits
        with ThreadPoolExecutor(16) as senders:
            assert set(senders.map(lambda token: status(gateway, token), tokens[:32])) == {202}
        idle = door.visits - before
        door.forget()
        start = time.monotonic()
        answers = [status(gateway, token) for token in tokens[32:]]
        assert answers.count(503) <= 1 and answers[1:] == [202] * 7, answers
        # Each of those that were idle would have cost as much.
        assert time.monotonic() - start < 3 * patience, idle
    finally:
        gateway.stop()
        door.close()
