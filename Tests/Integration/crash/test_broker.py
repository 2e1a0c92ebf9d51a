"""RabbitMQ dies while webhooks come in."""

import bisect
import time

from crash.conftest import Stage

from harness.load import Load
from harness.process import wait_until


def test_killed_and_restarted_under_load(stage: Stage) -> None:
    with Load(stage.gateway, stage.tokens) as load:
        load.wait_for_accepted(300, timeout=60)
        deaths = []
        for _ in range(2):
            deaths.append(time.monotonic())
            stage.broker.kill()
            refused = load.count(503)
            wait_until(lambda: load.count(503) > refused, 60, "the broker's death to be noticed")
            assert stage.gateway.alive(), "healthz is about the server alone"
            wait_until(lambda: not stage.gateway.ready(), 30, "readyz to say that the broker is away")
            stage.broker.start()
            stage.broker.wait_ready()
            load.wait_for_accepted(300, timeout=90)
            wait_until(stage.gateway.ready, 30, "readyz to say that the broker is back")
    load.check_answers()
    lost = load.accepted() - set(stage.in_queue())
    assert not lost, _what_is_missing(stage, load, lost, deaths)


def _what_is_missing(stage: Stage, load: Load, lost: set[str], deaths: list[float]) -> str:
    """Between which deaths the lost ones were sent, and what the broker's log says of its recovery."""
    sent = [outcome.sent_at for outcome in load.outcomes if outcome.message_id in lost]
    lives = [sum(bisect.bisect(deaths, at) == life for at in sent) for life in range(len(deaths) + 1)]
    signs = ("discard", "rebuild", "recover", "corrupt", "error", "crash")
    lines = stage.broker.process.log.read_text(errors="replace").splitlines()
    told = [line for line in lines if any(sign in line.lower() for sign in signs)]
    return (
        f"{len(lost)} of {len(load.accepted())} were answered 202, and the broker does not have them; "
        f"sent in each of its lives: {lives}; its log: " + "\n".join(told[-40:])
    )


def test_the_server_starts_without_its_broker(stage: Stage) -> None:
    """And says so, refuses politely, and connects when there is one."""
    assert stage.gateway.stop() == 0
    stage.broker.kill()
    stage.gateway.start()
    assert not stage.gateway.ready()
    with Load(stage.gateway, stage.tokens, senders=2) as load:
        wait_until(lambda: load.count(503) >= 2, 60, "refusals while the broker is away")
        stage.broker.start()
        stage.broker.wait_ready()
        load.wait_for_accepted(20, timeout=90)
    load.check_answers()
    assert load.accepted() <= set(stage.in_queue())


def _when_quiet(load: Load) -> int:
    """How many were accepted, once half a second has passed without one: what was under way may yet be confirmed."""
    deadline = time.monotonic() + 20
    count, since = load.count(202), time.monotonic()
    while time.monotonic() - since < 0.5:
        assert time.monotonic() < deadline, "accepted without end while the broker takes nothing"
        time.sleep(0.05)
        if (now := load.count(202)) != count:
            count, since = now, time.monotonic()
    return count


def test_a_broker_that_blocks(stage: Stage) -> None:
    """Out of memory, RabbitMQ stops reading (connection.blocked): 503, never a promise, and then 202 again."""
    with Load(stage.gateway, stage.tokens, senders=8) as load:
        load.wait_for_accepted(50, timeout=60)
        stage.broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
        try:
            refused = load.count(503)
            wait_until(lambda: load.count(503) > refused, 90, "refusals while the broker blocks")
            accepted_before = _when_quiet(load)
            time.sleep(2)
            assert load.count(202) == accepted_before, "accepted while the broker takes nothing"
        finally:
            stage.broker.control("set_vm_memory_high_watermark", "0.4")
        load.wait_for_accepted(50, timeout=90)
    load.check_answers()
    assert load.accepted() <= set(stage.in_queue())
