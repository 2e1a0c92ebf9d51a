"""A redelivery has the id of the first delivery and isn't published again; another body makes another message."""

import pytest
from wire.conftest import Wire

from harness.corpus import fixtures
from harness.services import fresh
from harness.signing import SIGNERS


@pytest.mark.parametrize("service", SIGNERS)
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
