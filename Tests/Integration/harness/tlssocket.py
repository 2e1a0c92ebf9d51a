"""A TLS client that can do what Python's own sockets cannot: end its own direction and go on reading."""

import socket
import ssl
from pathlib import Path


class TLSSocket:
    """As much of a socket's interface as rawhttp uses, over a connected socket."""

    def __init__(self, plain: socket.socket, authority: Path, server_name: str = "127.0.0.1") -> None:
        context = ssl.create_default_context(cafile=str(authority))
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._peeked = b""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
        self._flush()

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._plain.sendall(data)

    def _fill(self) -> bool:
        piece = self._plain.recv(65536)
        if not piece:
            self._incoming.write_eof()
            return False
        self._incoming.write(piece)
        return True

    def sendall(self, data: bytes) -> None:
        for start in range(0, len(data), 65536):
            self._tls.write(data[start : start + 65536])
            self._flush()

    def encrypt(self, data: bytes) -> bytes:
        """The records that carry it, for `send_records`."""
        self._tls.write(data)
        return self._outgoing.read()

    def send_records(self, data: bytes) -> None:
        self._plain.sendall(data)

    def recv(self, count: int, flags: int = 0) -> bytes:
        """Empty at the end that the server announced; an end without that is an error."""
        if not self._peeked:
            self._peeked = self._read(count)
        data = self._peeked[:count]
        if not flags & socket.MSG_PEEK:
            self._peeked = self._peeked[count:]
        return data

    def _read(self, count: int) -> bytes:
        while True:
            try:
                return self._tls.read(count)
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill():
                    raise ConnectionResetError("the server ended TCP without ending TLS") from None
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError as error:
                raise ConnectionResetError("the server ended TCP without ending TLS") from error

    def shutdown(self, how: int) -> None:
        """Says that nothing more is sent, by TLS and by TCP."""
        assert how == socket.SHUT_WR
        self.end()
        self._plain.shutdown(how)

    def end(self) -> None:
        """Says that nothing more is sent, by TLS alone (close_notify)."""
        # What has come is taken out first: unwrap() drops it.
        try:
            while piece := self._tls.read(65536):
                self._peeked += piece
        except ssl.SSLError:
            pass
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._flush()

    def settimeout(self, timeout: float | None) -> None:
        self._plain.settimeout(timeout)

    def setblocking(self, flag: bool) -> None:
        self._plain.setblocking(flag)

    def getsockopt(self, level: int, option: int) -> int:
        return self._plain.getsockopt(level, option)

    def close(self) -> None:
        """Without a word, as a client that dies."""
        self._plain.close()
