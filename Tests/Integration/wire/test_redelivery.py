"""A redelivery has the id of the first delivery and isn't published again; another body makes another message."""

import pytest
from wire.conftest import Wire

from harness.corpus import fixtures
from harness.services import fresh
from harness.signing import SIGNERS


# What these send has no id: two equal bodies are two events.
NO_DELIVERY_ID = ("quay", "dockerhub")


@pytest.mark.parametrize("service", NO_DELIVERY_ID)
def test_without_a_delivery_id_equal_bodies_are_two_messages(wire: Wire, service: str) -> None:
    token = wire.tokens[service]
    webhook = SIGNERS[service](token.secret, fixtures(service)[0].payload, fixtures(service)[0].event)
    identifiers = {wire.gateway.post(token, webhook).json()["message_id"] for _ in range(2)}
    assert len(identifiers) == 2
    wire.consumer.wait_for(identifiers)


def test_pings_of_a_forum_are_never_the_same(wire: Wire) -> None:
    token = wire.tokens["discourse"]
    webhook = SIGNERS["discourse"](token.secret, b'{"ping": "OK"}', "ping.ping")
    identifiers = {wire.gateway.post(token, webhook).json()["message_id"] for _ in range(2)}
    assert len(identifiers) == 2
    wire.consumer.wait_for(identifiers)


@pytest.mark.parametrize("service", [service for service in SIGNERS if service not in NO_DELIVERY_ID])
def test_the_same_delivery_again_has_the_same_id(wire: Wire, service: str) -> None:
    token = wire.tokens[service]
    sample = fixtures(service)[0]
    payload = fresh(service, sample.payload)
    webhook = SIGNERS[service](token.secret, payload, sample.event, "5f0c5e2a-0000-4000-8000-000000000001")
    identifiers = []
    for _ in range(2):
        response = wire.gateway.post(token, webhook)
        assert response.status_code == 202
        identifiers.append(response.json()["message_id"])
    assert identifiers[0] == identifiers[1]
    github = wire.tokens["github"]
    # One more, so that a second copy of the first would have come before it.
    last = wire.gateway.post(github, SIGNERS["github"](github.secret, b'{"last":true}', "push")).json()["message_id"]
    arrived = [message["id"] for message in wire.consumer.wait_for({*identifiers, last})]
    assert arrived.count(identifiers[0]) == 1


@pytest.mark.parametrize("service", ["github", "gitlab", "forgejo", "gitea", "bitbucket", "sentry", "weblate", "standard"])
def test_the_same_delivery_id_with_another_body_is_another_message(wire: Wire, service: str) -> None:
    token = wire.tokens[service]
    delivery = "5f0c5e2a-0000-4000-8000-000000000002"
    identifiers = set()
    for sample in fixtures(service)[:2]:
        webhook = SIGNERS[service](token.secret, sample.payload, sample.event, delivery)
        identifiers.add(wire.gateway.post(token, webhook).json()["message_id"])
    assert len(identifiers) == 2


def test_the_same_delivery_under_another_token_is_another_message(wire: Wire) -> None:
    sample = fixtures("github")[0]
    identifiers = set()
    for token in (wire.tokens["github"], wire.gateway.create_token("github", "second")):
        webhook = SIGNERS["github"](token.secret, sample.payload, sample.event, "5f0c5e2a-0000-4000-8000-000000000003")
        identifiers.add(wire.gateway.post(token, webhook).json()["message_id"])
    assert len(identifiers) == 2
