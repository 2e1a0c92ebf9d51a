"""A flood of wrong proofs by the service's address: the share of a core that it takes, and how long others wait."""

import http.client
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.flood import Flood
from harness.gateway import Gateway, Token
from harness.signing import github

MEADOW = "flooded/meadow"
# As many as are tried, each with a secret of its own.
CANDIDATES = 8
# Of a core: what failures may take by default. What it takes besides, to accept the connections of those that are
# refused, to answer them, and to throw away what they send, is measured: with the least share that can be given.
CPU_SHARE = 0.10
MARGIN = 0.05
# A moment in which the machine is busy with something else spoils one round; harm spoils them all.
ROUNDS = 3



@dataclass
class Field:
    """What a flood is let loose on, and what it did there."""

    gateway: Gateway
    token: Token
    quiet: tuple[list[float], list[float]] = ((), ())
    # The part of a core that the flood took, and the answers that it got.
    spent: float = 0
    answers: dict[str, int] = field(default_factory=dict)
    # What good webhooks got that were not accepted.
    refusals: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        # From one's own address each: the flood's is another.
        self.connection = self._connection("127.0.0.8")
        self.bare_connection = self._connection("127.0.0.9")
        self.latencies: list[float] = []
        self.bare_latencies: list[float] = []

    def _connection(self, address: str) -> http.client.HTTPConnection:
        connection = self.gateway.http_connection()
        connection.source_address = (address, 0)
        return connection

    def good(self, seconds: float, bare: bool) -> None:
        """Good webhooks for so long, by the token's address and, if `bare`, by the service's."""
        self.latencies, self.bare_latencies = [], []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.latencies.append(self._post(self.connection, self.token.path))
            if bare:
                self.bare_latencies.append(self._post(self.bare_connection, "/github"))
            time.sleep(0.01)

    def prove(self, address: str) -> None:
        """A good webhook from there: whoever has a token can become a proven source."""
        connection = self._connection(address)
        self._post(connection, "/github")
        connection.close()
        assert not self.refusals, self.refusals

    def _post(self, connection: http.client.HTTPConnection, path: str) -> float:
        """The seconds until a good webhook's answer."""
        body = json.dumps({"repository": {"full_name": MEADOW, "private": False}}).encode()
        webhook = github(self.token.secret, body, "push")
        started = time.perf_counter()
        connection.request("POST", path, webhook.body, webhook.headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 202:
            self.refusals.append(answer)
        return time.perf_counter() - started

    def cpu(self) -> float:
        """Seconds that all threads of the server have run."""
        threads = Path(f"/proc/{self.gateway.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _field(make_gateway, scratch: Path, name: str, **bounds: object) -> Field:
    gateway = make_gateway(name, {"broker": {"amqp_url": f"file:{scratch}/{name}.jsonl"}, "bare_path": bounds})
    tokens = [gateway.create_token("github", f"{number}", scope=MEADOW) for number in range(CANDIDATES)]
    gateway.start()
    return Field(gateway, tokens[-1])


def _p(latencies: list[float], part: int) -> float:
    return statistics.quantiles(latencies, n=100)[part - 1]


def _flood(meadow: Field, bare: bool) -> Field:
    """Lets the flood loose among good webhooks; what these take by themselves is not counted as spent."""
    meadow.prove("127.0.0.7")
    meadow.good(1.5, bare)
    before, start = meadow.cpu(), time.monotonic()
    meadow.good(1, bare)
    quiet, quiet_count = (meadow.cpu() - before) / (time.monotonic() - start), len(meadow.latencies)
    meadow.quiet = (meadow.latencies, meadow.bare_latencies)
    flood = Flood(
        meadow.gateway.port, "/github", MEADOW, body_size=1_000_000, rate=80, fixed_address="127.0.0.7", fixed_rate=20,
        seconds=5,
    ).start()
    # At first there is a second's share to be spent at once.
    meadow.good(1, bare)
    before, start = meadow.cpu(), time.monotonic()
    meadow.good(3, bare)
    seconds = time.monotonic() - start
    meadow.spent = (meadow.cpu() - before) / seconds - quiet * len(meadow.latencies) / seconds / quiet_count
    meadow.answers = Flood.answers(flood)
    meadow.gateway.stop()
    print(f"\n{meadow.answers}; {meadow.spent:.1%} of a core")
    for name, calm, loud in zip(("with the id", "without"), meadow.quiet, (meadow.latencies, meadow.bare_latencies)):
        if calm:
            print(
                f"{name}: p50 {_p(calm, 50) * 1e3:.1f} ms quiet, {_p(loud, 50) * 1e3:.1f} meanwhile; "
                f"p99 {_p(calm, 99) * 1e3:.1f}, {_p(loud, 99) * 1e3:.1f}"
            )
    return meadow


@dataclass
class Round:
    """The same flood with the bounds as they are by default, and with the least share for failures that there is."""

    default: Field
    least: Field

    def harm(self) -> list[str]:
        """What the flood did that it must not do."""
        found = []
        for meadow in (self.default, self.least):
            if meadow.answers.keys() != {"401"}:
                found.append(f"its answers were {meadow.answers}")
            if meadow.refusals:
                found.append(f"good webhooks got {meadow.refusals}")
        if (share := self.default.spent - self.least.spent) >= CPU_SHARE + MARGIN:
            found.append(f"failures took {share:.0%} of a core")
        for calm, loud in zip(self.default.quiet, (self.default.latencies, self.default.bare_latencies)):
            for part, factor, more in ((50, 3, 0.005), (99, 3, 0.1)):
                if _p(loud, part) >= factor * _p(calm, part) + more:
                    found.append(f"p{part} of good webhooks was {_p(loud, part):.3f} s, {_p(calm, part):.3f} in quiet")
        return found


def _round(make_gateway, scratch: Path, number: int) -> Round:
    default = _field(make_gateway, scratch, f"meadow-{number}")
    least = _field(make_gateway, scratch, f"least-meadow-{number}", cpu_share=1)
    return Round(_flood(default, bare=True), _flood(least, bare=False))


@pytest.fixture(scope="module")
def first_round(make_gateway, scratch: Path) -> Round:
    return _round(make_gateway, scratch, 1)


def test_a_flood_of_wrong_proofs_harms_nobody_else(first_round: Round, make_gateway, scratch: Path) -> None:
    harms = [first_round.harm()]
    while harms[-1] and len(harms) < ROUNDS:
        harms.append(_round(make_gateway, scratch, len(harms) + 1).harm())
    assert not harms[-1], harms


def test_without_the_bounds_the_same_flood_does_harm(first_round: Round, make_gateway, scratch: Path) -> None:
    """What the test before would see if nothing were bounded. Good webhooks without an id might not get through at all,
    on a slow machine."""
    unbounded = _flood(
        _field(
            make_gateway, scratch, "open-meadow", cpu_share=100, failure_burst=100_000, max_in_flight=64,
            max_in_flight_per_source=64, reserved_in_flight=0, body_timeout="20s",
        ),
        bare=False,
    )
    assert unbounded.answers.keys() == {"401"} and not unbounded.refusals
    share = unbounded.spent - first_round.least.spent
    assert share > CPU_SHARE + MARGIN, f"{share:.0%} of a core"
