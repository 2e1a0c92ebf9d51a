"""`POST /<service>`: the right token is found, a wrong proof is 401, and a flood of them harms nobody else."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.corpus import fixtures
from harness.gateway import Gateway, Token
from harness.services import fresh
from harness.signing import SIGNERS, github
from harness.webhook import Webhook

from .conftest import PROOFLESS
from .test_signatures import proof, with_proof

# Where a service's payload names what a token's scope is compared with.
PLACES = {
    "github": ["repository.full_name"],
    "gitlab": ["project.path_with_namespace"],
    "forgejo": ["run.repository.full_name"],
    "gitea": ["repository.full_name"],
    "bitbucket": ["pullRequest.toRef.repository.project.key", "pullRequest.toRef.repository.slug"],
    "pagure": ["msg.project_fullname"],
    "pretix": ["organizer", "event"],
    "weblate": ["project", "component"],
    "example": ["repository.full_name"],
}
NAMELESS = ("discourse", "sentry", "standard")
FLOOD_SECONDS = 4.0
SOURCES = 24


def _scope(service: str, payload: bytes) -> str:
    names = []
    for place in PLACES[service]:
        value = json.loads(payload)
        for part in place.split("."):
            value = value[part]
        names.append(value)
    return "/".join(names)


@pytest.fixture(scope="module")
def gateway(make_gateway, scratch: Path) -> Iterator[Gateway]:
    gateway = make_gateway("bare", {"broker": {"amqp_url": f"file:{scratch}/bare-path.jsonl"}})
    gateway.start()
    yield gateway


def _bare(gateway: Gateway, service: str, scope: str | None) -> tuple[Token, Webhook]:
    sample = fixtures(service)[0]
    token = gateway.create_token(service, f"bare {service}", scope=scope)
    webhook = SIGNERS[service](token.secret, fresh(service, sample.payload), sample.event)
    return replace(token, path=f"/{service}"), webhook


def _wrong(webhook: Webhook) -> Webhook:
    """The last character of the proof that matters is another one; in base 64 it may hold bits that do not count."""
    right = proof(webhook)
    place = len(right) - 6
    return with_proof(webhook, right[:place] + ("0" if right[place] != "0" else "1") + right[place + 1 :])


@pytest.mark.parametrize("service", PLACES)
def test_the_token_is_found_and_proved(gateway: Gateway, service: str) -> None:
    payload = fixtures(service)[0].payload
    address, webhook = _bare(gateway, service, _scope(service, payload))
    wrong = gateway.post(address, _wrong(webhook))
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "unverified")
    right = gateway.post(address, webhook)
    assert right.status_code == 202, right.text
    assert right.json()["message_id"]


@pytest.mark.parametrize("service", NAMELESS)
def test_without_a_name_in_the_payload_nothing_is_found(gateway: Gateway, service: str) -> None:
    address, webhook = _bare(gateway, service, None)
    answer = gateway.post(address, webhook)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unverified")


@pytest.mark.parametrize("service", PROOFLESS)
def test_without_a_proof_it_is_not_taken(gateway: Gateway, service: str) -> None:
    address, webhook = _bare(gateway, service, None)
    assert gateway.post(address, webhook).status_code == 405


class Flood:
    """Wrong proofs for a repository that a token is of, one after the other from each of many addresses."""

    def __init__(self, gateway: Gateway, body: bytes) -> None:
        self.gateway = gateway
        self.body = body
        self.answers: list[list[int]] = [[] for _ in range(SOURCES)]
        self.end = time.monotonic() + FLOOD_SECONDS
        self.threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SOURCES)]

    def __enter__(self) -> "Flood":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self.threads:
            thread.join(60)

    def _send(self, number: int) -> None:
        connection = self.gateway.http_connection()
        connection.source_address = (f"127.0.1.{number + 1}", 0)
        while time.monotonic() < self.end:
            webhook = github("not the secret", self.body, "push")
            connection.request("POST", "/github", webhook.body, webhook.headers)
            response = connection.getresponse()
            response.read()
            self.answers[number].append(response.status)
        connection.close()


def _cpu(gateway: Gateway) -> float:
    """Seconds that all threads of the server have run."""
    threads = Path(f"/proc/{gateway.process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _good(connection: http.client.HTTPConnection, token: Token, body: bytes) -> float:
    """The seconds until a good webhook's 202."""
    webhook = github(token.secret, body, "push")
    started = time.perf_counter()
    connection.request("POST", token.path, webhook.body, webhook.headers)
    response = connection.getresponse()
    answer = response.read()
    assert response.status == 202, answer
    return time.perf_counter() - started


def test_a_flood_of_wrong_proofs_harms_nobody_else(gateway: Gateway) -> None:
    body = json.dumps(
        {"repository": {"full_name": "flooded/meadow", "private": False}, "padding": "x" * 100_000}
    ).encode()
    token = gateway.create_token("github", "flooded", scope="flooded/meadow")
    bare = replace(token, path="/github")
    connection = gateway.http_connection()
    small = json.dumps({"repository": {"full_name": "flooded/meadow", "private": False}}).encode()
    quiet = [_good(connection, token, small) for _ in range(100)]
    _good(connection, bare, small)
    cpu, started = _cpu(gateway), time.monotonic()
    latencies: list[float] = []
    with Flood(gateway, body) as flood:
        while time.monotonic() < flood.end:
            latencies.append(_good(connection, token, small))
            # A source that good webhooks come from is served without an id as well.
            _good(connection, bare, small)
            time.sleep(0.02)
    spent = (_cpu(gateway) - cpu) / (time.monotonic() - started)
    answers = [status for source in flood.answers for status in source]
    p99 = statistics.quantiles(latencies, n=100)[-1]
    print(
        f"{len(answers)} wrong ones, {answers.count(503)} of them 503; {spent:.1%} of a core; p50 "
        f"{statistics.median(quiet) * 1e3:.2f} ms quiet, {statistics.median(latencies) * 1e3:.2f} ms meanwhile, p99 "
        f"{p99 * 1e3:.2f} ms"
    )
    assert len(answers) > SOURCES * 10
    for source in flood.answers:
        # A source may be told of the load until it has failed; from then on it is 401 and nothing else.
        failed = source.index(401)
        assert set(source[:failed]) <= {503}
        assert set(source[failed:]) == {401}
    assert spent < 0.5, f"{spent:.0%} of a core"
    assert p99 < 0.25
    assert statistics.median(latencies) < 5 * statistics.median(quiet) + 0.005
