"""deploy/stack: up, a webhook, the message over TLS at the consumer, up again, down, nothing left."""

import json
import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.corpus import fixtures
from harness.signing import SIGNERS

from .stack import PARTS, Stack, StackConsumer, printed_command, run_printed, send

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def stack(scratch: Path) -> Iterator[Stack]:
    made = Stack(scratch / "stack")
    try:
        yield made
    finally:
        made.run("down", "--delete")


def test_from_up_to_down(stack: Stack, tmp_path: Path) -> None:
    output = stack.up()
    first = send(printed_command(output))
    assert first["topic"] == "org.fedoraproject.stack.github.push"
    before = stack.process_ids()
    assert set(before) == set(PARTS)

    consumer = StackConsumer(output, tmp_path)
    consumer.process.start()
    try:
        assert "Repository: example-org/pasture" in consumer.wait_for(first["message_id"])
        second = send(printed_command(output))
        assert second["message_id"] != first["message_id"]
        consumer.wait_for(second["message_id"])
        third = _gitea_sends(output)
        assert third["topic"] == "org.fedoraproject.stack.webhook.gitea.push"
        # By a class of this repository's own package.
        assert "Service: Gitea" in consumer.wait_for(third["message_id"])
    finally:
        consumer.process.stop()

    _people_log_in(stack, output)
    _refuses_strangers(stack)
    _keeps_its_secrets(stack, output)

    # Twice is fine: nothing starts anew, and the same webhook goes to the same address.
    assert printed_command(stack.up()) == printed_command(output)
    assert stack.process_ids() == before

    # What died is started again, and nothing else.
    os.kill(before["server"], signal.SIGKILL)
    assert stack.run("status").returncode == 3
    stack.up()
    after = stack.process_ids()
    assert {name: pid for name, pid in after.items() if name != "server"} == {
        name: pid for name, pid in before.items() if name != "server"
    }
    assert after["server"] != before["server"]

    assert stack.run("down").returncode == 0
    assert stack.left_running() == []
    assert stack.run("status").returncode == 3

    # Its data were kept: the token, and so the address and the signature, are the same.
    again = stack.up()
    assert printed_command(again) == printed_command(output)
    assert "message_id" in send(printed_command(again))

    assert stack.run("down", "--delete").returncode == 0
    assert stack.left_running() == []
    assert not stack.folder.exists()
    assert stack.run("down").returncode == 0


def _gitea_sends(output: str) -> dict[str, str]:
    """A push to a token that was made as `up` tells it, but for another service."""
    command = printed_command(output, "token create").replace("--service gitlab", "--service gitea")
    token = json.loads(run_printed(f"{command} --json"))
    sample = next(sample for sample in fixtures("gitea") if sample.event == "push")
    webhook = SIGNERS["gitea"](token["secret"], sample.payload, sample.event)
    answer = requests.post(token["url"], data=webhook.body, headers=webhook.headers, timeout=30)
    assert answer.status_code == 202, answer.text
    return answer.json()


def _people_log_in(stack: Stack, output: str) -> None:
    """Alice, at Ipsilon, with the password that `up` tells."""
    address = re.search(r"Log in at (\S+)/login", output)
    assert address is not None
    with requests.Session() as browser:
        page = browser.get(f"{address[1]}/login?next=/healthz", timeout=30)
        assert page.url.startswith("http://localhost:") and "/login/testauth" in page.url
        transaction = re.search(r'name="(ipsilon_transaction_id)" [^>]*value="([^"]+)"', page.text)
        assert transaction is not None, page.text
        form = {transaction[1]: transaction[2], "login_name": "alice", "login_password": "ipsilon"}
        answer = browser.post(page.url, data=form, timeout=30)
        assert (answer.status_code, answer.url) == (200, f"{address[1]}/healthz"), answer.text
        assert "w2f" in browser.cookies.keys()


def _refuses_strangers(stack: Stack) -> None:
    """Without a certificate of the stack's authority nobody gets a word out of the broker."""
    port = int((stack.folder / "ports" / "rabbitmq").read_text())
    context = ssl.create_default_context(cafile=str(stack.folder / "certificates" / "ca.crt"))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
                encrypted.sendall(b"AMQP\0\0\x09\x01")
                # With TLS 1.3 the refusal comes after the handshake.
                if encrypted.recv(8) == b"":
                    raise ConnectionResetError


def _keeps_its_secrets(stack: Stack, output: str) -> None:
    """Other users of the machine read no key and no password, and none is printed."""
    for folder in ("secrets", "certificates", "log", "run"):
        assert (stack.folder / folder).stat().st_mode & 0o077 == 0, folder
    for name in ("webhook2fedmsg.toml", "consumer.toml"):
        assert (stack.folder / name).stat().st_mode & 0o077 == 0, name
    for secret in ("postgresql", "root.key", "oidc"):
        assert (stack.folder / "secrets" / secret).read_text().strip() not in output


def test_what_changed_starts_anew_and_what_is_behind_it(stack: Stack, tmp_path: Path) -> None:
    program = tmp_path / "webhook2fedmsg"
    program.write_text(f'#!/bin/sh\nexec "{stack.program}" "$@"\n')
    program.chmod(0o755)
    stack.program = str(program)
    stack.up()

    def restarted() -> set[str]:
        before = stack.process_ids()
        stack.up()
        after = stack.process_ids()
        assert set(after) == set(PARTS)
        return {name for name in PARTS if after[name] != before[name]}

    assert restarted() == set()
    for file, expected in (
        ("rabbitmq/definitions.json", {"rabbitmq", "ipsilon", "server"}),
        ("ipsilon/checksums", {"ipsilon", "server"}),
        ("webhook2fedmsg.toml", {"server"}),
    ):
        with (stack.folder / file).open("a") as settings:
            settings.write("\n")
        assert restarted() == expected, file
    (stack.folder / "certificates" / "publisher.crt").unlink()
    assert restarted() == {"server"}
    with program.open("a") as script:
        script.write("# another build\n")
    assert restarted() == {"server"}


def test_no_word_from_pypi(stack: Stack) -> None:
    """It ends with pip's own words, the place of the log, and nothing running."""
    stack.environment = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    result = stack.run("up")
    assert result.returncode == 1
    assert f"{stack.folder}/log/ipsilon" in result.stdout and "No matching distribution" in result.stdout
    assert stack.process_ids() == {}
    assert stack.left_running() == []


@pytest.mark.parametrize(
    ("name", "broken", "log"),
    [
        ("openssl", 'case $1 in req) echo "no entropy today" >&2; exit 1 ;; esac; exec /usr/bin/openssl "$@"', "certificates"),
        ("setpriv", 'case $* in *initdb*) echo "no entropy today" >&2; exit 1 ;; esac; exec /usr/bin/setpriv "$@"', "postgresql"),
    ],
)
def test_a_program_that_fails_is_heard(stack: Stack, tmp_path: Path, name: str, broken: str, log: str) -> None:
    if name == "setpriv" and os.getuid() != 0:
        pytest.skip("initdb runs as ourselves then")
    program = tmp_path / name
    program.write_text(f"#!/bin/sh\n{broken}\n")
    program.chmod(0o755)
    stack.environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    result = stack.run("up")
    assert result.returncode == 1
    assert "no entropy today" in result.stdout and f"{stack.folder}/log/{log}" in result.stdout
    assert stack.left_running() == []


def test_another_folder_is_left_alone(stack: Stack) -> None:
    stack.folder.mkdir()
    (stack.folder / "letter.txt").write_text("dear")
    result = stack.run("up")
    assert result.returncode == 1 and "something else" in result.stdout
    assert stack.run("down", "--delete").returncode == 0
    assert (stack.folder / "letter.txt").read_text() == "dear"
