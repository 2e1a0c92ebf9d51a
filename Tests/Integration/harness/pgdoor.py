"""A door to PostgreSQL, without TLS, that knows a little of its protocol."""

import socket
import threading

from .door import Door


class PostgresDoor(Door):
    def __init__(self, target: int) -> None:
        super().__init__(target)
        self.refused = 0

    def url(self, original: str) -> str:
        """The server's address, through the door."""
        return original.replace(f":{self._target}/", f":{self.port}/") + "?sslmode=disable"

    def _server(self) -> socket.socket:
        server = socket.create_connection(("127.0.0.1", self._target))
        self._open.append(server)
        return server

    def refuse_listening(self, connection: socket.socket) -> None:
        """Ends connections that say LISTEN; all others go on."""
        server = self._server()
        threading.Thread(target=self._pump, args=(server, connection), daemon=True).start()
        while data := connection.recv(65536):
            if b"LISTEN" in data:
                self.refused += 1
                server.shutdown(socket.SHUT_RDWR)
                connection.shutdown(socket.SHUT_RDWR)
                return
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)

    def drop_notices(self, connection: socket.socket) -> None:
        """As a pooler that shares connections between transactions: LISTEN is taken, and no notice is ever passed on."""
        server = self._server()
        threading.Thread(target=self._pump, args=(connection, server), daemon=True).start()
        waiting = b""
        while data := server.recv(65536):
            waiting += data
            # A message is its type, its length without the type, and the rest; NotificationResponse is "A".
            while len(waiting) >= 5 and len(waiting) > (length := int.from_bytes(waiting[1:5])):
                message, waiting = waiting[: length + 1], waiting[length + 1 :]
                if message[:1] != b"A":
                    connection.sendall(message)
        connection.shutdown(socket.SHUT_RDWR)
