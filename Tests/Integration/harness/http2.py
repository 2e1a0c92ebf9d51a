"""HTTP/2 by hand: frames out, frames in, for requests that no decent client would send."""

import socket
import ssl
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import hpack

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 0x20

Fields = Sequence[tuple[bytes, bytes]]


@dataclass
class Stream:
    """What came back on one; `reset` is the error's code, also where the whole connection was ended."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def status(self) -> int | None:
        """Of the final answer; None where there is none."""
        found = [int(value) for name, value in self.headers if name == b":status"]
        return found[-1] if found and found[-1] >= 200 else None

    @property
    def over(self) -> bool:
        return self.ended or self.reset is not None

    def header(self, name: bytes) -> bytes | None:
        return next((value for known, value in self.headers if known == name), None)


class HTTP2Connection:
    """To a port of a proxy, over TLS; as a context manager it closes itself."""

    def __init__(self, port: int, context: ssl.SSLContext, source: str = "127.0.0.1", timeout: float = 30) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        # As every client of HTTP/2 does: else the end of each window waits for an acknowledgement.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        assert self._socket.selected_alpn_protocol() == "h2", "the proxy speaks no HTTP/2"
        self._encoder, self._decoder = hpack.Encoder(), hpack.Decoder()
        self._incoming = b""
        self._next = 1
        self._streams: dict[int, Stream] = {}
        self._blocks: dict[int, bytes] = {}
        self._window = 65535
        self._initial = 65535
        self._windows: dict[int, int] = {}
        self._frame_size = 16384
        self.closed = False
        large = struct.pack(">HI", 4, 0x7FFFFFFF)
        self._send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.frame(SETTINGS, 0, 0, large)
        self.frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7FFFFFFF - 65535))

    def __enter__(self) -> "HTTP2Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    # Out

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            self._end()

    def frame(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        """Any, as it is."""
        self._send(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload)

    def open(self, headers: Fields, end: bool = True) -> int:
        """Begins a request with exactly these fields; its stream's number."""
        number, self._next = self._next, self._next + 2
        self._streams[number] = Stream()
        self._windows[number] = self._initial
        block = self._encoder.encode(list(headers), huffman=False)
        rest = [block[at : at + self._frame_size] for at in range(0, len(block), self._frame_size)] or [b""]
        for place, piece in enumerate(rest):
            flags = (END_HEADERS if place == len(rest) - 1 else 0) | (END_STREAM if end and place == 0 else 0)
            self.frame(HEADERS if place == 0 else 9, flags, number, piece)
        return number

    def data(self, number: int, data: bytes, end: bool = True) -> None:
        """As the other side lets it; what is answered before the end of it is not sent on."""
        stream = self._streams[number]
        while data and not stream.over and stream.status is None:
            room = min(self._window, self._windows[number], self._frame_size)
            if room <= 0:
                self._take()
                continue
            piece, data = data[:room], data[room:]
            self._window -= len(piece)
            self._windows[number] -= len(piece)
            self.frame(DATA, END_STREAM if end and not data else 0, number, piece)

    def finish(self, number: int) -> None:
        """Ends a request without more of it."""
        self.frame(DATA, END_STREAM, number)

    def trailers(self, number: int, headers: Fields) -> None:
        self.frame(HEADERS, END_HEADERS | END_STREAM, number, self._encoder.encode(list(headers), huffman=False))

    def reset(self, number: int) -> None:
        """Gives a request up (CANCEL)."""
        self.frame(RST_STREAM, 0, number, struct.pack(">I", 8))
        self._streams[number].reset = 8

    # In

    def _end(self, code: int = 0) -> None:
        self.closed = True
        for stream in self._streams.values():
            if not stream.over:
                stream.reset = code

    def _read(self, count: int) -> bytes | None:
        while len(self._incoming) < count:
            try:
                piece = self._socket.recv(65536)
            except TimeoutError:
                # Whoever waits for an answer fails, and says where.
                raise
            except OSError:
                piece = b""
            if not piece:
                self._end()
                return None
            self._incoming += piece
        taken, self._incoming = self._incoming[:count], self._incoming[count:]
        return taken

    def _take(self) -> None:
        """Reads one frame and does what it says."""
        head = self._read(9)
        if head is None:
            return
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        number = int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
        payload = self._read(length)
        if payload is None:
            return
        stream = self._streams.get(number)
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, length, 6):
                name, value = struct.unpack_from(">HI", payload, at)
                if name == 4:
                    for known in self._windows:
                        self._windows[known] += value - self._initial
                    self._initial = value
                elif name == 5:
                    self._frame_size = value
            self.frame(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.frame(PING, ACK, 0, payload)
        elif kind == WINDOW_UPDATE:
            more = int.from_bytes(payload, "big") & 0x7FFFFFFF
            if number == 0:
                self._window += more
            elif number in self._windows:
                self._windows[number] += more
        elif kind == GOAWAY:
            if code := int.from_bytes(payload[4:8], "big"):
                self._end(code)
        elif kind == RST_STREAM and stream:
            stream.reset = int.from_bytes(payload, "big") if not stream.ended else None
        elif kind in (HEADERS, 9) and stream:
            if kind == HEADERS and flags & PRIORITY:
                payload = payload[5:]
            block = self._blocks.pop(number, b"") + payload
            if not flags & END_HEADERS:
                self._blocks[number] = block
            else:
                stream.headers += [(bytes(name), bytes(value)) for name, value in self._decoder.decode(block, raw=True)]
            stream.ended = stream.ended or bool(kind == HEADERS and flags & END_STREAM)
        elif kind == DATA and stream:
            if flags & PADDED:
                payload = payload[1 : len(payload) - payload[0]]
            stream.body += payload
            stream.ended = stream.ended or bool(flags & END_STREAM)

    def answer(self, number: int) -> Stream:
        """What came on a stream, when it is over."""
        stream = self._streams[number]
        while not stream.over:
            self._take()
        return stream

    def wait_closed(self) -> None:
        while not self.closed:
            self._take()

    def request(self, headers: Fields, body: bytes = b"") -> Stream:
        number = self.open(headers, end=not body)
        if body:
            self.data(number, body)
        return self.answer(number)
