"""A door to the broker's TLS port that can be held shut in several ways: what stands between may misbehave, too."""

import socket
import ssl
import threading
from collections.abc import Callable

from .certificates import Identity


class Door:
    """Listens on loopback; what it does with a connection is `behaviour`, which may be changed at any time."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.behaviour: Callable[[socket.socket], None] = self.forward
        self.visits = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.behaviour(connection)
        except OSError:
            pass

    def cut(self) -> None:
        """Ends all connections that are there."""
        for connection in self._open:
            try:
                # Closing alone would not wake the threads that read from them.
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    # What a connection may meet.

    def forward(self, connection: socket.socket) -> None:
        """To the broker."""
        broker = socket.create_connection(("127.0.0.1", self._target))
        self._open.append(broker)
        threading.Thread(target=self._pump, args=(broker, connection), daemon=True).start()
        self._pump(connection, broker)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()

    def hang(self, connection: socket.socket) -> None:
        """Reads, and never says a word."""
        while connection.recv(65536):
            pass

    def hang_up(self, connection: socket.socket) -> None:
        """Ends the connection within the handshake."""
        connection.recv(65536)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def show(self, identity: Identity) -> Callable[[socket.socket], None]:
        """Shows this certificate, and is no broker."""

        def behave(connection: socket.socket) -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(identity.certificate, identity.key)
            try:
                context.wrap_socket(connection, server_side=True).close()
            except ssl.SSLError:
                connection.close()

        return behave
