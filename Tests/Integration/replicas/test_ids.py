"""A delivery has the same id whichever replica it comes to, and after a restart: the id is made of the token, the delivery
and the body, and of nothing that only one process knows."""

from harness.signing import SIGNERS

from .conftest import Pair

DELIVERY = "5f0c5e2a-0000-4000-8000-000000000007"
# What has an id of its delivery, or makes one of the body: an event, and a body with a number in it.
SERVICES = {
    "github": ("push", b'{"ref":"%d"}'),
    "gitlab": ("Push Hook", b'{"object_kind":"push","ref":"%d"}'),
    "forgejo": ("push", b'{"ref":"%d"}'),
    "gitea": ("push", b'{"ref":"%d"}'),
    "bitbucket": ("repo:push", b'{"push":{"changes":[]},"n":%d}'),
    "discourse": ("topic.topic_created", b'{"topic":{"id":%d,"archetype":"regular"}}'),
}


def test_one_delivery_has_one_id(pair: Pair) -> None:
    tokens = {service: pair.one.create_token(service, publish_private=True) for service in SERVICES}

    def ids(number: int) -> list[dict[str, str]]:
        """The ids of one delivery for each service, by replica."""
        found: list[dict[str, str]] = [{}, {}]
        for service, (event, body) in SERVICES.items():
            webhook = SIGNERS[service](tokens[service].secret, body % number, event, DELIVERY)
            for gateway, identifiers in zip((pair.one, pair.two), found, strict=True):
                answer = gateway.post(tokens[service], webhook)
                assert answer.status_code == 202, answer.content
                identifiers[service] = answer.json()["message_id"]
        return found

    first = ids(1)
    assert first[0] == first[1]
    other = ids(2)
    assert other[0] == other[1]
    # The same delivery id with another body is another message.
    assert all(other[0][service] != first[0][service] for service in SERVICES)
    pair.two.stop()
    pair.two.start()
    assert ids(1)[1] == first[0]
