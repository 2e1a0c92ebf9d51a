"""RabbitMQ refuses: one sender's topic, a body that is too large, everything. What is innocent gets through."""

import json
import os
import re
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
import requests
from crash.conftest import Stage

from harness.gateway import Gateway, Token
from harness.load import Load
from harness.process import wait_until
from harness.rabbitmq import VHOST, RabbitMQ
from harness.signing import github
from harness.wiretap import Wiretap

_numbers = count(1)
# One for each core at most.
LOOPS = len(os.sched_getaffinity(0))


def post(gateway: Gateway, token: Token, event: str = "push", padding: int = 0) -> requests.Response:
    payload = {"id": str(uuid.uuid4()), "padding": "x" * padding}
    return gateway.post(token, github(token.secret, json.dumps(payload).encode(), event))


@contextmanager
def topics_allowed(broker: RabbitMQ, pattern: str) -> Iterator[None]:
    """Its channels keep what they know of permissions for a while: for connections that are made later."""
    user = broker.publisher.name
    broker.control("set_topic_permissions", "-p", VHOST, user, "amq.topic", pattern, "^$")
    try:
        yield
    finally:
        broker.control("set_topic_permissions", "-p", VHOST, user, "amq.topic", r"^org\.fedoraproject\..*$", "^$")


class Repeater(threading.Thread):
    """Sends the same culprit again and again, until it is told to stop."""

    def __init__(self, gateway: Gateway, token: Token, event: str, padding: int = 0) -> None:
        super().__init__(daemon=True)
        self._arguments = (gateway, token)
        self._event, self._padding = event, padding
        self._stop_asked = threading.Event()
        self.answers: list[tuple[int, dict[str, object]]] = []

    def run(self) -> None:
        for number in count():
            if self._stop_asked.is_set():
                return
            response = post(*self._arguments, self._event.format(number=number), self._padding)
            self.answers.append((response.status_code, response.json()))

    def finish(self) -> Counter[int]:
        self._stop_asked.set()
        self.join(60)
        assert not self.is_alive()
        return Counter(status for status, _ in self.answers)


def lines_of(gateway: Gateway, text: str) -> int:
    return gateway.log.decode(errors="replace").count(text)


@pytest.mark.parametrize("event", ["issues", "other{number}"], ids=["the same topic", "another each time"])
def test_a_topic_that_is_refused_is_its_senders_own_trouble(stage: Stage, event: str) -> None:
    prefix = re.escape(f"org.fedoraproject.{stage.name}")
    with topics_allowed(stage.broker, rf"^{prefix}\.github\.(push|ping)$"):
        stage.gateway.stop()
        stage.gateway.start()
        wait_until(stage.gateway.ready, 60, "the gateway's connection to the broker")
        told = lines_of(stage.gateway, "publishing to the broker")
        culprit = Repeater(stage.gateway, stage.tokens[0], event)
        with Load(stage.gateway, stage.tokens, senders=8) as load:
            culprit.start()
            load.wait_for_accepted(1000, timeout=240)
        answers = culprit.finish()
    assert load.count(503) == 0
    load.check_answers()
    assert load.accepted() <= set(stage.in_queue())
    assert set(answers) == {202} and answers[202] >= 20
    assert all(answer == {"published": False, "reason": "topic_refused"} for _, answer in culprit.answers)
    assert stage.gateway.ready(), "the others' topics are let through"
    minutes = load.outcomes[-1].sent_at - load.outcomes[0].sent_at
    for text in ("the broker closed the channel", "not published"):
        assert 1 <= lines_of(stage.gateway, text) <= minutes // 60 + 2, "a line a minute, whatever the loop"
    # Channels are opened again without a word; the connection of each loop is told of once.
    assert lines_of(stage.gateway, "publishing to the broker") <= told + LOOPS
    if event == "issues":
        # What one loop was refused, no other one sends.
        assert stage.gateway.log.decode(errors="replace").count("the broker closed the channel") <= minutes // 60 + 2


def test_a_body_above_the_brokers_own_limit(stage: Stage) -> None:
    stage.broker.control("eval", "application:set_env(rabbit, max_message_size, 65536).")
    try:
        stage.gateway.stop()
        stage.gateway.start()
        wait_until(stage.gateway.ready, 60, "the gateway's connection to the broker")
        culprit = Repeater(stage.gateway, stage.tokens[0], "push", padding=70_000)
        with Load(stage.gateway, stage.tokens, senders=8) as load:
            culprit.start()
            load.wait_for_accepted(500, timeout=240)
        answers = culprit.finish()
    finally:
        stage.broker.control("eval", "application:set_env(rabbit, max_message_size, 134217728).")
    assert load.count(503) == 0
    load.check_answers()
    assert load.accepted() <= set(stage.in_queue())
    assert set(answers) == {413}
    assert "65536 bytes" in str(culprit.answers[-1][1])


def test_not_ready_while_the_permission_is_taken(stage: Stage) -> None:
    """Nobody has to send a webhook to find that out, neither way."""
    user = stage.broker.publisher.name
    stage.gateway.stop()
    stage.broker.control("set_permissions", "-p", VHOST, user, "^$", "^$", "^$")
    try:
        stage.gateway.start()
        wait_until(lambda: "ACCESS_REFUSED" in stage.gateway.broker_detail(), 60, "the refusal on /readyz")
        assert not stage.gateway.ready()
        assert post(stage.gateway, stage.tokens[0]).status_code == 503
    finally:
        stage.broker.control("set_permissions", "-p", VHOST, user, "^$", r"^amq\.topic$", "^$")
    wait_until(stage.gateway.ready, 60, "readyz to say that messages get through")
    assert post(stage.gateway, stage.tokens[0]).status_code == 202


def test_not_ready_while_the_exchange_is_gone(stage: Stage, scratch: Path) -> None:
    with stage.broker.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare("w2f.mortal", "topic", durable=True)
        settings: dict[str, dict[str, object]] = {
            "broker": {"amqp_url": stage.broker.plain_url(stage.broker.consumer), "publish_exchange": "w2f.mortal"}
        }
        with running(scratch, settings) as (gateway, token):
            wait_until(gateway.ready, 60, "the gateway's connection to the broker")
            assert post(gateway, token).status_code == 202
            channel.exchange_delete("w2f.mortal")
            assert post(gateway, token).status_code == 503
            assert not gateway.ready()
            assert "no exchange" in gateway.broker_detail()
            # For anybody else it is a word.
            elsewhere = requests.get(
                gateway.url + "/readyz", headers={"X-Forwarded-For": "198.51.100.7"}, timeout=10, verify=gateway.trust)
            assert (elsewhere.status_code, elsewhere.json()) == (503, {"status": "not ready"})
            channel.exchange_declare("w2f.mortal", "topic", durable=True)
            wait_until(gateway.ready, 60, "readyz to say that messages get through")
            assert post(gateway, token).status_code == 202
        channel.exchange_delete("w2f.mortal")


def test_an_idle_server_notices_that_the_permission_is_taken(stage: Stage) -> None:
    """And an exchange that is gone, and an alarm: a probe asks, as no webhook does."""
    user = stage.broker.publisher.name
    wait_until(stage.gateway.ready, 60, "the gateway's connection to the broker")
    stage.broker.control("set_permissions", "-p", VHOST, user, "^$", "^$", "^$")
    try:
        wait_until(lambda: not stage.gateway.ready(), 60, "readyz to say no")
        assert "ACCESS_REFUSED" in stage.gateway.broker_detail()
    finally:
        stage.broker.control("set_permissions", "-p", VHOST, user, "^$", r"^amq\.topic$", "^$")
    wait_until(stage.gateway.ready, 60, "readyz to say that messages get through")


def test_an_idle_server_notices_that_the_exchange_is_gone(stage: Stage, scratch: Path) -> None:
    with stage.broker.connect() as connection:
        channel = connection.channel()
        channel.exchange_declare("w2f.brief", "topic", durable=True)
        settings: dict[str, dict[str, object]] = {
            "broker": {"amqp_url": stage.broker.plain_url(stage.broker.consumer), "publish_exchange": "w2f.brief"}
        }
        with running(scratch, settings) as (gateway, _):
            wait_until(gateway.ready, 60, "the gateway's connection to the broker")
            channel.exchange_delete("w2f.brief")
            wait_until(lambda: "no exchange" in gateway.broker_detail(), 60, "readyz to say what is gone")
            assert not gateway.ready()


def test_an_idle_server_notices_the_memory_alarm(stage: Stage) -> None:
    wait_until(stage.gateway.ready, 60, "the gateway's connection to the broker")
    stage.broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        wait_until(lambda: "blocked by the broker" in stage.gateway.broker_detail(), 60, "the alarm on /readyz")
    finally:
        stage.broker.control("set_vm_memory_high_watermark", "0.4")
    wait_until(stage.gateway.ready, 60, "readyz to say that messages get through")


def test_a_user_that_may_have_one_channel(stage: Stage, scratch: Path) -> None:
    """The broker ends the connection that asks for a second one: once, and then it is not asked any more."""
    user = stage.broker.publisher.name
    stage.gateway.stop()
    stage.broker.control("set_user_limits", user, '{"max-channels": 1}')
    settings: dict[str, dict[str, object]] = {
        "broker": {"amqp_url": stage.broker.url(stage.broker.publisher), "topic_prefix": "org.fedoraproject.one"},
        "server": {"loops": 1},
    }
    try:
        with running(scratch, settings) as (gateway, token):
            wait_until(gateway.ready, 60, "the gateway's connection to the broker")
            assert post(gateway, token).status_code == 202
            assert lines_of(gateway, "allows no second channel") == 1
            # The broker counts the last connection's channel for a moment longer.
            lost = lines_of(gateway, "no connection to the broker")
            assert 1 <= lost <= 3
            for _ in range(20):
                assert post(gateway, token).status_code == 202
            assert gateway.ready() and lines_of(gateway, "no connection to the broker") == lost
    finally:
        stage.broker.control("clear_user_limits", user, "all")


def test_a_connection_of_one_channel(stage: Stage, scratch: Path) -> None:
    url = stage.broker.url(stage.broker.publisher)
    url += ("&" if "?" in url else "?") + "channel_max=1"
    settings: dict[str, dict[str, object]] = {"broker": {"amqp_url": url, "topic_prefix": "org.fedoraproject.one"}}
    with running(scratch, settings) as (gateway, token):
        wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        assert post(gateway, token).status_code == 202
        assert lines_of(gateway, "no connection to the broker") == 0


def test_not_ready_while_the_brokers_memory_alarm_blocks(stage: Stage) -> None:
    stage.gateway.stop()
    stage.broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        stage.gateway.start()
        wait_until(lambda: "blocked by the broker" in stage.gateway.broker_detail(), 60, "the alarm on /readyz")
        assert not stage.gateway.ready()
        assert post(stage.gateway, stage.tokens[0]).status_code == 503
    finally:
        stage.broker.control("set_vm_memory_high_watermark", "0.4")
    wait_until(stage.gateway.ready, 60, "readyz to say that messages get through")
    assert post(stage.gateway, stage.tokens[0]).status_code == 202


def test_what_no_queue_takes_is_counted_where_that_is_asked_for(stage: Stage, scratch: Path) -> None:
    settings: dict[str, dict[str, object]] = {
        "broker": {
            "amqp_url": stage.broker.url(stage.broker.publisher),
            "topic_prefix": "org.fedoraproject.nobody",
            "mandatory": True,
        }
    }
    with running(scratch, settings) as (gateway, token):
        wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        assert [post(gateway, token).status_code for _ in range(20)] == [202] * 20
        wait_until(lambda: lines_of(gateway, "no queue took a message") > 0, 30, "a line in the log")
        assert b"org.fedoraproject.nobody.github.push" in gateway.log
        assert gateway.ready()


def test_check_config_tells_which_topics_the_broker_lets_through(stage: Stage) -> None:
    """And nothing arrives anywhere."""
    prefix = f"org.fedoraproject.{stage.name}"
    with closing(Wiretap(stage.broker, f"check{next(_numbers)}", "#")) as everything:
        stage.gateway.stop()
        good = stage.gateway.command("check-config", "--connect")
        assert f"topic {prefix}.github.push" in good.stdout and "refused" not in good.stdout.lower()
        with topics_allowed(stage.broker, rf"^{re.escape(prefix)}\.github\..*$"):
            bad = stage.gateway.command("check-config", "--connect", check=False)
        assert bad.returncode == 1
        told = bad.stdout + bad.stderr
        assert re.search(rf"topic {re.escape(prefix)}\.github\.push +may be published", told)
        assert re.search(rf"topic {re.escape(prefix)}\.gitlab\.push +.*ACCESS_REFUSED", told)
        assert everything.drain() == []
    stage.broker.kill()
    away = stage.gateway.command("check-config", "--connect", check=False)
    assert away.returncode == 1 and "refused" in (away.stdout + away.stderr)
    stage.broker.start()
    stage.broker.wait_ready()
    assert stage.in_queue() == []


@contextmanager
def running(scratch: Path, settings: dict[str, dict[str, object]]) -> Iterator[tuple[Gateway, Token]]:
    """A gateway with a database of its own."""
    gateway = Gateway(scratch, settings, f"refusals{next(_numbers)}")
    try:
        token = gateway.create_token("github")
        gateway.start()
        yield gateway, token
    finally:
        gateway.stop()
