"""Wrong webhooks from many addresses, so many a second whatever becomes of them: in a process of its own, with which the
test that measures shares no interpreter."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# How long one may take; who was not answered by then is "none".
_PATIENCE = 20


@dataclass(frozen=True)
class Flood:
    port: int
    path: str
    # Of the repository whose tokens are tried; with it `body_size` bytes.
    repository: str
    body_size: int
    # Webhooks a second, each on a connection of its own and from an address of its own, in 127.1.0.0/16.
    rate: float
    # Others, all from this one address.
    fixed_address: str
    fixed_rate: float
    seconds: float
    # The file of the authority to trust, where it goes over TLS.
    authority: str | None = None

    def start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "harness.flood"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )
        assert process.stdin
        process.stdin.write(json.dumps(asdict(self)))
        process.stdin.close()
        return process

    @staticmethod
    def answers(process: "subprocess.Popen[str]") -> dict[str, int]:
        """How many there were of each status; it waits for the end."""
        assert process.stdout
        text = process.stdout.read()
        assert process.wait(60) == 0
        return json.loads(text)


def _request(flood: Flood) -> bytes:
    payload = {"repository": {"full_name": flood.repository, "private": False}, "padding": "x" * flood.body_size}
    body = json.dumps(payload).encode()
    head = [
        f"POST {flood.path} HTTP/1.1",
        f"Host: 127.0.0.1:{flood.port}",
        "Content-Type: application/json",
        "Connection: close",
        f"Content-Length: {len(body)}",
        "X-GitHub-Event: push",
        f"X-GitHub-Delivery: {os.urandom(8).hex()}",
        "X-GitHub-Hook-Installation-Target-ID: 1",
        "X-GitHub-Hook-Installation-Target-Type: repository",
        f"X-Hub-Signature-256: sha256={os.urandom(32).hex()}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def _send(flood: Flood, request: bytes, address: str, tls: ssl.SSLContext | None) -> str:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", flood.port, local_addr=(address, 0), ssl=tls)
    except OSError as error:
        return type(error).__name__
    try:
        writer.write(request)
        status = await asyncio.wait_for(reader.readline(), _PATIENCE)
        await asyncio.wait_for(reader.read(), _PATIENCE)
        return status.split(b" ")[1].decode()
    except (OSError, IndexError, TimeoutError) as error:
        return type(error).__name__
    finally:
        writer.close()


async def _stream(flood: Flood, request: bytes, rate: float, addresses: Sequence[str]) -> list[str]:
    """Open loop: the next goes out when its time has come, however long the last ones take."""
    tls = ssl.create_default_context(cafile=flood.authority) if flood.authority else None
    loop = asyncio.get_running_loop()
    start = loop.time()
    tasks = []
    for number in range(int(rate * flood.seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - loop.time()))
        tasks.append(asyncio.create_task(_send(flood, request, addresses[number % len(addresses)], tls)))
    return await asyncio.gather(*tasks)


async def _run(flood: Flood) -> None:
    request = _request(flood)
    many = [f"127.1.{number >> 8}.{number & 255}" for number in range(1, 16_000)]
    answers = await asyncio.gather(
        _stream(flood, request, flood.rate, many), _stream(flood, request, flood.fixed_rate, [flood.fixed_address])
    )
    counts: dict[str, int] = {}
    for status in [status for stream in answers for status in stream]:
        counts[status] = counts.get(status, 0) + 1
    json.dump(counts, sys.stdout)


if __name__ == "__main__":
    asyncio.run(_run(Flood(**json.load(sys.stdin))))
