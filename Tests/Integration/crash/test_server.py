"""webhook2fedmsg itself is killed, or told to stop, while webhooks come in."""

import json
import time
from pathlib import Path

import pytest
from conftest import GatewayMaker
from crash.conftest import Stage
from fedora_messaging.message import loads

from harness.gateway import Gateway, Token
from harness.load import Load
from harness.process import wait_until
from harness.rawhttp import Connection, request_bytes
from harness.signing import github


def _on_a_file(make_gateway: GatewayMaker, name: str) -> tuple[Gateway, list[Token], Path]:
    gateway = make_gateway(name, {"broker": {"file": "messages.jsonl", "topic_prefix": "org.fedoraproject.crash"}})
    file = gateway.directory / "messages.jsonl"
    text = gateway.configuration.read_text().replace('"messages.jsonl"', json.dumps(str(file)))
    gateway.configuration.write_text(text)
    tokens = [gateway.create_token("github", f"sender {number}") for number in range(4)]
    gateway.start()
    return gateway, tokens, file


def _ids(file: Path) -> list[str]:
    """Every whole line is a message that fedora-messaging can publish."""
    return [message.id for line in file.read_bytes().split(b"\n")[:-1] for message in loads(line.decode())]


def test_killed_under_load_with_the_file_publisher(make_gateway: GatewayMaker) -> None:
    gateway, tokens, file = _on_a_file(make_gateway, "killed")
    accepted: set[str] = set()
    for _ in range(4):
        with Load(gateway, tokens) as load:
            load.wait_for_accepted(150, timeout=60)
            gateway.kill()
        load.check_answers(connection_errors=True)
        accepted |= load.accepted()
        assert load.accepted() <= set(_ids(file))
        gateway.start()
    assert len(accepted) >= 600
    assert accepted <= set(_ids(file))


def test_a_line_torn_by_a_crash_does_not_swallow_the_next(make_gateway: GatewayMaker) -> None:
    gateway, tokens, file = _on_a_file(make_gateway, "torn")
    with Load(gateway, tokens, senders=1) as load:
        load.wait_for_accepted(2, timeout=30)
    gateway.kill()
    with file.open("ab") as torn:
        torn.write(b'{"id": "torn", "topic": "org.fed')
    gateway.start()
    with Load(gateway, tokens, senders=1) as later:
        later.wait_for_accepted(2, timeout=30)
    lines = [line for line in file.read_bytes().split(b"\n") if b'"torn"' not in line]
    assert load.accepted() | later.accepted() <= {json.loads(line)["id"] for line in lines if line}


def test_stopped_under_load_with_the_file_publisher(make_gateway: GatewayMaker) -> None:
    gateway, tokens, file = _on_a_file(make_gateway, "stopped")
    with Load(gateway, tokens) as load:
        load.wait_for_accepted(200, timeout=60)
        assert gateway.stop() == 0
    load.check_answers(connection_errors=True)
    assert load.accepted() <= set(_ids(file))


def test_stopped_under_load_with_the_broker(stage: Stage) -> None:
    with Load(stage.gateway, stage.tokens) as load:
        load.wait_for_accepted(200, timeout=60)
        started = time.monotonic()
        assert stage.gateway.stop() == 0
        assert time.monotonic() - started < 15
    load.check_answers(connection_errors=True)
    assert load.accepted() <= set(stage.in_queue())


def test_killed_under_load_with_the_broker(stage: Stage) -> None:
    with Load(stage.gateway, stage.tokens) as load:
        load.wait_for_accepted(200, timeout=60)
        stage.gateway.kill()
    load.check_answers(connection_errors=True)
    assert load.accepted() <= set(stage.in_queue())


def _is_refused(port: int) -> bool:
    try:
        Connection(port, timeout=2).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("part", ["head", "body"])
def test_what_is_in_flight_at_the_stop_is_finished(stage: Stage, part: str) -> None:
    """Half a webhook was there when the order came: the other half is waited for, and new senders are not."""
    token = stage.tokens[0]
    webhook = github(token.secret, b'{"ref":"refs/heads/in-flight"}', "push")
    headers = [("Host", "a"), *webhook.headers.items(), ("Content-Length", str(len(webhook.body)))]
    data = request_bytes("POST", token.path, headers, webhook.body)
    cut = 60 if part == "head" else len(data) - 10
    with Connection(stage.gateway.port) as connection:
        connection.send(data[:cut])
        time.sleep(0.3)
        stage.gateway.process.send(15)
        wait_until(lambda: _is_refused(stage.gateway.port), 10, "new senders to be refused")
        connection.send(data[cut:])
        response = connection.read_response()
    assert response.status == 202
    assert stage.gateway.process.wait(20) == 0
    assert stage.in_queue() == [json.loads(response.body)["message_id"]]
