"""`POST /<service>`: the right token is found, a wrong proof is 401, and a flood of them harms nobody else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.corpus import fixtures
from harness.flood import Flood
from harness.gateway import Gateway, Token
from harness.meadow import Meadow
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
def test_without_a_name_in_the_payload_it_is_not_taken(gateway: Gateway, service: str) -> None:
    address, webhook = _bare(gateway, service, None)
    answer = gateway.post(address, webhook)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "needs_token_address")


@pytest.mark.parametrize("service", PROOFLESS)
def test_without_a_proof_it_is_not_taken(gateway: Gateway, service: str) -> None:
    address, webhook = _bare(gateway, service, None)
    assert gateway.post(address, webhook).status_code == 405


@pytest.mark.parametrize("proven", [False, True], ids=["older", "proven"])
def test_strangers_leave_a_new_token_a_place(make_gateway, scratch: Path, proven: bool) -> None:
    """Four accounts have made two tokens each of the same scope before, and perhaps have had webhooks accepted by them."""
    name = f"strangers-{'proven' if proven else 'older'}"
    gateway = make_gateway(name, {"broker": {"amqp_url": f"file:{scratch}/{name}.jsonl"}})

    def made(owner: str) -> str:
        output = gateway.command(
            "token", "create", "--service", "github", "--name", owner, "--owner", owner, "--scope", "victim/repo", "--json"
        ).stdout
        return str(json.loads(output)["secret"])

    strangers = [made(f"stranger{number // 2}") for number in range(8)]
    address = Token("", "github", "", "/github")

    def status(secret: str) -> int:
        body = json.dumps({"repository": {"full_name": "victim/repo", "private": False}}).encode()
        return int(gateway.post(address, github(secret, body, "push")).status_code)

    gateway.start()
    if proven:
        assert [status(secret) for secret in strangers] == [202] * 8
    right = made("victim")
    gateway.stop()
    gateway.start()
    assert status(right) == 202
    assert status(strangers[0]) == 202
    gateway.stop()


def test_a_flood_of_wrong_proofs_keeps_no_good_webhook_out(make_gateway, scratch: Path) -> None:
    """From many addresses, and from one that good webhooks came from. What a flood takes of the machine, and of others'
    time, is in `timing`."""
    meadow = Meadow(make_gateway, scratch, "meadow")
    meadow.prove("127.0.0.7")
    meadow.prove("127.0.0.9")
    flood = meadow.flood(body_size=200_000, seconds=3)
    sent = 0
    while flood.poll() is None:
        meadow.post("127.0.0.8", meadow.token.path)
        meadow.post("127.0.0.9", "/github")
        sent += 2
    answers = Flood.answers(flood)
    meadow.gateway.stop()
    assert answers.keys() == {"401"} and sum(answers.values()) == 300, answers
    assert sent > 2 and not meadow.refusals, meadow.refusals
