"""HTTP by hand: bytes out, bytes in, for requests that no decent client would send."""

import errno
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from .tlssocket import TLSSocket

# The gateways' ports that speak TLS, each with the authority to trust: who connects there need not know.
tls_ports: dict[int, Path] = {}


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """All that came back; `closed` tells whether the server closed, `reset` whether it did so rudely."""

    data: bytes
    closed: bool
    reset: bool = False

    @property
    def responses(self) -> list[Response]:
        """The final responses (100 Continue left out), cut by Content-Length; the last one may end with the connection."""
        found = []
        rest = self.data
        while rest:
            head, separator, rest = rest.partition(b"\r\n\r\n")
            assert separator, f"the answer ends within a head: {head[:200]!r}"
            lines = head.decode("latin-1").split("\r\n")
            assert lines[0].startswith("HTTP/1.1 "), f"no status line: {lines[0][:100]!r}"
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            ends_with_it = self.closed and headers.get("connection") == "close"
            length = int(headers.get("content-length", len(rest) if ends_with_it else 0))
            status = int(lines[0].split(" ")[1])
            if status >= 200:
                assert len(rest) >= length, "the answer's body is cut short"
                found.append(Response(status, headers, rest[:length]))
            rest = rest[length:]
        return found


class Connection:
    """A socket to the gateway; as a context manager it closes itself."""

    def __init__(self, port: int, timeout: float = 20, source: str = "127.0.0.1") -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        self._socket: socket.socket | TLSSocket = plain
        self._timeout = timeout
        # What came behind a response that was read.
        self._rest = b""
        if authority := tls_ports.get(port):
            self._socket = TLSSocket(plain, authority)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def encrypt(self, data: bytes) -> bytes:
        """What goes over TCP for it: TLS records, or itself."""
        return self._socket.encrypt(data) if isinstance(self._socket, TLSSocket) else data

    def send_encrypted(self, data: bytes) -> None:
        if isinstance(self._socket, TLSSocket):
            self._socket.send_records(data)
        else:
            self.send(data)

    def try_send(self, data: bytes) -> bool:
        """False when the server no longer takes anything."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            return False
        return True

    def half_close(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def end_tls(self) -> None:
        """close_notify alone; TCP stays open."""
        assert isinstance(self._socket, TLSSocket)
        self._socket.end()

    def try_half_close(self) -> None:
        try:
            self.half_close()
        except OSError:
            pass

    def receive(self) -> bytes:
        """What the socket has; fails at the end of the connection."""
        piece, self._rest = self._rest or self._socket.recv(65536), b""
        assert piece, "the server closed the connection"
        return piece

    def has_answer(self) -> bool:
        """Whether something can be read now, without waiting."""
        if self._rest:
            return True
        self._socket.setblocking(False)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(self._timeout)
        return True

    def was_reset(self, within: float = 0.3) -> bool:
        """Whether a reset came behind all that could be read: where packets are lost, it takes the answer's place."""
        time.sleep(within)
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (errno.ECONNRESET, errno.EPIPE)

    def read_until_closed(self, timeout: float | None = None) -> Answer:
        """Reads to the end of the connection, or for `timeout` seconds."""
        deadline = time.monotonic() + (self._timeout if timeout is None else timeout)
        data, self._rest = bytearray(self._rest), b""
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                piece = self._socket.recv(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                return Answer(bytes(data), closed=True, reset=True)
            if not piece:
                return Answer(bytes(data), closed=True)
            data += piece
        return Answer(bytes(data), closed=False)

    def read_response(self, timeout: float | None = None) -> Response:
        """One whole response, leaving the connection open."""
        self._socket.settimeout(self._timeout if timeout is None else timeout)
        data, self._rest = bytearray(self._rest), b""
        while True:
            head, separator, rest = bytes(data).partition(b"\r\n\r\n")
            if separator and head.startswith(b"HTTP/1.1 100"):
                data = bytearray(rest)
                continue
            if separator:
                length = 0
                for line in head.lower().split(b"\r\n")[1:]:
                    name, _, value = line.partition(b":")
                    length = int(value) if name == b"content-length" else length
                if len(rest) >= length:
                    self._rest = rest[length:]
                    return Answer(bytes(data[: len(head) + 4 + length]), closed=False).responses[0]
            piece = self._socket.recv(65536)
            assert piece, f"closed before the response was whole: {bytes(data)[:200]!r}"
            data += piece


def request_bytes(
    method: str, target: str, headers: list[tuple[str, str | bytes]], body: bytes = b"", version: str = "HTTP/1.1"
) -> bytes:
    """A request with exactly these headers, in this order, none added."""
    lines = [f"{method} {target} {version}".encode("latin-1")]
    lines += [name.encode("latin-1") + b": " + (value if isinstance(value, bytes) else value.encode("latin-1"))
              for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def exchange(port: int, data: bytes, timeout: float = 20) -> Answer:
    """Sends bytes on a new connection and reads until the server closes, or for `timeout` seconds."""
    with Connection(port, timeout) as connection:
        connection.try_send(data)
        return connection.read_until_closed()
