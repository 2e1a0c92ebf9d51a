"""Sends webhooks through a proxy and keeps what was answered, in a process of its own: the plan comes on standard input, the
outcomes go out as JSON, a line each."""

import asyncio
import hashlib
import hmac
import json
import random
import ssl
import subprocess
import sys
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    host: str
    port: int
    # To trust; none is without TLS.
    authority: str | None
    path: str
    secret: str
    # Goes into each payload.
    mark: str
    count: int
    clients: int
    # Seconds between a client's webhooks: from the first to the second for this share of them, else next to none.
    pauses: tuple[float, float]
    share: float
    # All clients wait for each other, and send at once.
    together: bool = False
    # Each so many requests one is answered early, with a body that is still coming; 0 is none.
    early: int = 0
    # It goes on until this file is there.
    until: str | None = None
    # How long an answer may take.
    patience: float = 60


@dataclass
class Outcome:
    """`id` is the delivery's; `status` None where no answer came; of an early one, what was expected."""

    id: str
    status: int | None
    message_id: str | None = None
    expected: int = 202
    error: str | None = None


class Sender:
    """A client of the proxy, which keeps its connection as long as the proxy does."""

    def __init__(self, plan: Plan, number: int, tls: ssl.SSLContext | None) -> None:
        self._plan, self._tls = plan, tls
        self._random = random.Random(f"{plan.mark}-{number}")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def pause(self) -> float:
        low, high = self._plan.pauses
        return self._random.uniform(low, high) if self._random.random() < self._plan.share else self._random.uniform(0, 0.02)

    async def send(self, number: int) -> Outcome:
        plan = self._plan
        if plan.early and number % plan.early == plan.early - 1:
            return await self._early(number // plan.early)
        delivery = str(uuid.uuid4())
        body = json.dumps({
            "ref": "refs/heads/main", "delivery": delivery, "mark": plan.mark,
            "repository": {"full_name": "pasture/cows", "private": False}, "padding": "x" * self._random.randrange(3000),
        }).encode()
        signature = hmac.new(plan.secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: {delivery}\r\n"
            "X-GitHub-Hook-Installation-Target-ID: 1\r\nX-GitHub-Hook-Installation-Target-Type: repository\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\n\r\n"
        )
        return await self._exchange(Outcome(delivery, None), head.encode() + body)

    async def _early(self, number: int) -> Outcome:
        request, expected = (("POST /nowhere/at/all", 404), ("DELETE /healthz", 405))[number % 2]
        body = b"x" * 300_000
        head = f"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        return await self._exchange(Outcome(f"early-{uuid.uuid4()}", None, expected=expected), head.encode() + body)

    async def _exchange(self, outcome: Outcome, data: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self._plan.patience):
                if self._streams is None or self._streams[0].at_eof():
                    self.close()
                    self._streams = await asyncio.open_connection(self._plan.host, self._plan.port, ssl=self._tls)
                reader, writer = self._streams
                writer.write(data)
                outcome.status, body, keeps = await self._answer(reader)
                if outcome.status == 202:
                    outcome.message_id = json.loads(body).get("message_id")
                elif outcome.status != outcome.expected:
                    outcome.error = body[:200].decode(errors="replace")
                if not keeps:
                    self.close()
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            outcome.error = f"{type(error).__name__}: {error}"
            self.close()
        return outcome

    @staticmethod
    async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
        """Status and body, and whether the connection is kept."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip().lower() for name, _, value in (line.partition(":") for line in lines[1:])}
        keeps = fields.get("connection") != "close"
        if fields.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await reader.readline(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        elif "content-length" in fields:
            body = await reader.readexactly(int(fields["content-length"]))
        else:
            body, keeps = await reader.read(), False
        return int(lines[0].split(" ")[1]), body, keeps

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def _run(plan: Plan) -> None:
    tls = ssl.create_default_context(cafile=plan.authority) if plan.authority else None
    rounds = plan.count // plan.clients
    barrier = asyncio.Barrier(plan.clients)
    # The same for all, where they are together.
    common = random.Random(plan.mark)
    pauses = [common.uniform(*plan.pauses) for _ in range(rounds)]

    async def client(number: int) -> None:
        sender = Sender(plan, number, tls)
        place = 0
        while place < rounds or plan.until and not Path(plan.until).exists():
            if plan.together:
                await barrier.wait()
            await asyncio.sleep(pauses[place % rounds] if plan.together else sender.pause())
            outcome = await sender.send(number + place)
            sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
            place += 1
        sender.close()

    await asyncio.gather(*(client(number) for number in range(plan.clients)))


class Run:
    """A sender's process; `prefix` is a command to run it by."""

    def __init__(self, plan: Plan, file: Path, prefix: Sequence[str] = ()) -> None:
        self.plan, self._file = plan, file
        with file.open("wb") as out:
            self._process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "proxies.sender"], stdin=subprocess.PIPE, stdout=out, text=True,
                cwd=Path(__file__).parents[1],
            )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(plan)))
        self._process.stdin.close()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def outcomes(self, timeout: float) -> list[Outcome]:
        """All of them, when it has ended."""
        assert self._process.wait(timeout) == 0
        return [Outcome(**json.loads(line)) for line in self._file.read_text().splitlines()]


if __name__ == "__main__":
    read = json.load(sys.stdin)
    asyncio.run(_run(Plan(**{**read, "pauses": tuple(read["pauses"])})))
