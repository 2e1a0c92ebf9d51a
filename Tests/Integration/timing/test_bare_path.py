"""Time that a flood of wrong proofs to `POST /<service>` takes from the machine and from others. What it may take in bytes is
counted in AdmissionPolicyTests."""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.flood import Flood
from harness.gateway import Token
from harness.meadow import Meadow
from harness.signing import github

# Of a core: what failures may take by default, on a machine that computes SHA-256 in hardware. What it takes besides, to
# accept the connections of those that are refused, to answer them, and to throw away what they send, is measured: with the
# least budget that can be given.
CPU_SHARE = 0.10
MARGIN = 0.05
# A moment in which the machine is busy with something else spoils one round; harm spoils them all.
ROUNDS = 3
UNBOUNDED: dict[str, object] = {"failure_budget": "1024 GiB", "max_failures_per_minute": 1_000_000}


@dataclass
class Measured:
    """What a flood did."""

    # Seconds that good webhooks took, with the token's id and without, before the flood and during it.
    quiet: tuple[list[float], list[float]]
    loud: tuple[list[float], list[float]]
    # The part of a core that the flood took.
    spent: float
    # The answers that it got, and what good webhooks got that were not accepted.
    answers: dict[str, int]
    refusals: list[bytes]


def _good(meadow: Meadow, seconds: float, bare: bool) -> tuple[list[float], list[float]]:
    """Good webhooks for so long, by the token's address and, if `bare`, by the service's; each from an address of its own."""
    latencies: tuple[list[float], list[float]] = ([], [])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        latencies[0].append(meadow.post("127.0.0.8", meadow.token.path))
        if bare:
            latencies[1].append(meadow.post("127.0.0.9", "/github"))
        time.sleep(0.01)
    return latencies


def _cpu(meadow: Meadow) -> float:
    """Seconds that all threads of the server have run."""
    threads = Path(f"/proc/{meadow.gateway.process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _p(latencies: list[float], part: int) -> float:
    return statistics.quantiles(latencies, n=100)[part - 1]


def _flood(meadow: Meadow, bare: bool) -> Measured:
    """Lets the flood loose among good webhooks; what these take by themselves is not counted as spent."""
    meadow.prove("127.0.0.7")
    _good(meadow, 1.5, bare)
    before, start = _cpu(meadow), time.monotonic()
    quiet = _good(meadow, 1, bare)
    each = (_cpu(meadow) - before) / (time.monotonic() - start) / len(quiet[0])
    flood = meadow.flood(body_size=1_000_000, seconds=5)
    # At first there is a second's budget to be spent at once.
    _good(meadow, 1, bare)
    before, start = _cpu(meadow), time.monotonic()
    loud = _good(meadow, 3, bare)
    seconds = time.monotonic() - start
    spent = (_cpu(meadow) - before) / seconds - each * len(loud[0]) / seconds
    measured = Measured(quiet, loud, spent, Flood.answers(flood), meadow.refusals)
    meadow.gateway.stop()
    print(f"\n{measured.answers}; {spent:.1%} of a core")
    for name, calm, during in zip(("with the id", "without"), quiet, loud):
        if calm:
            print(
                f"{name}: p50 {_p(calm, 50) * 1e3:.1f} ms quiet, {_p(during, 50) * 1e3:.1f} meanwhile; "
                f"p99 {_p(calm, 99) * 1e3:.1f}, {_p(during, 99) * 1e3:.1f}"
            )
    return measured


@dataclass
class Round:
    """The same flood with the bounds as they are by default, and with the least budget for failures that there is."""

    default: Measured
    least: Measured

    def harm(self) -> list[str]:
        """What the flood did that it must not do."""
        found = []
        for measured in (self.default, self.least):
            if measured.answers.keys() != {"401"}:
                found.append(f"its answers were {measured.answers}")
            if measured.refusals:
                found.append(f"good webhooks got {measured.refusals}")
        if (share := self.default.spent - self.least.spent) >= CPU_SHARE + MARGIN:
            found.append(f"failures took {share:.0%} of a core")
        for calm, loud in zip(self.default.quiet, self.default.loud):
            for part, factor, more in ((50, 3, 0.005), (99, 3, 0.1)):
                if _p(loud, part) >= factor * _p(calm, part) + more:
                    found.append(f"p{part} of good webhooks was {_p(loud, part):.3f} s, {_p(calm, part):.3f} in quiet")
        return found


def _round(make_gateway, scratch: Path, number: int) -> Round:
    default = Meadow(make_gateway, scratch, f"meadow-{number}")
    least = Meadow(make_gateway, scratch, f"least-meadow-{number}", {"failure_budget": "64 KiB"})
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
    bounds = {**UNBOUNDED, "max_in_flight": 64, "body_timeout": "20s"}
    unbounded = _flood(Meadow(make_gateway, scratch, "open-meadow", bounds), bare=False)
    assert unbounded.answers.keys() == {"401"} and not unbounded.refusals
    share = unbounded.spent - first_round.least.spent
    assert share > CPU_SHARE + MARGIN, f"{share:.0%} of a core"


# What is read on a loop, and what is read elsewhere.
@pytest.mark.parametrize("size", [400_000, 900_000])
def test_nothing_that_can_be_measured_tells_how_many_tokens_there_are(make_gateway, scratch: Path, size: int) -> None:
    """Neither the time of an answer nor the work that others have to wait for, with no token to try and with eight."""
    meadow = Meadow(make_gateway, scratch, f"even-meadow-{size}", UNBOUNDED)
    bodies = {
        name: json.dumps({"repository": {"full_name": name, "private": False}, "padding": "x" * size}).encode()
        for name in (meadow.repository, "flooded/nothing-there")
    }
    times: dict[str, list[float]] = {name: [] for name in bodies}
    work: dict[str, list[float]] = {name: [] for name in bodies}
    for _ in range(20):
        for name, body in bodies.items():
            before, started = _cpu(meadow), time.perf_counter()
            answer = meadow.gateway.post(Token("", "github", "", "/github"), github("wrong", body, "push"))
            times[name].append(time.perf_counter() - started)
            work[name].append(_cpu(meadow) - before)
            assert answer.status_code == 401, answer.text
    meadow.gateway.stop()
    for what, found in (("time", times), ("work", work)):
        # The least of them: what else the machine does is not our doing.
        eight, none = min(found[meadow.repository]), min(found["flooded/nothing-there"])
        print(f"{what}: {eight * 1e3:.2f} ms with eight, {none * 1e3:.2f} with none")
        assert 0.8 < eight / none < 1.25, what
