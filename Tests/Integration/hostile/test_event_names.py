"""Event names become topics, and topics are what consumers bind to."""

import json
import re
from dataclasses import dataclass

import pytest
from hostile.conftest import Target

from harness.corpus import fixtures
from harness.hmacs import clean
from harness.services import fresh
from harness.signing import SIGNERS, spoken_by_gitlab
from harness.webhook import Webhook

NAMES = [
    b"two words", b"a.b.c", b"push.#", b"*", b"#", b"..", b"x" * 300, b"a/b\\c", b"push,issues", b"\"quoted\"",
    "żółw".encode(), "snow\u2603man".encode(), b"\xff\xfe", b"tab\there", b"push;drop", b"{{event}}", b"%0d%0a",
    b"a:b", b"ends with a Hook",
]


@dataclass(frozen=True)
class Place:
    """Where a service names its events: in a header, or at a key of the payload; `topic` has the name in it."""

    service: str
    topic: str
    header: str = ""
    key: str = ""

    def webhook(self, target: Target, name: str) -> Webhook:
        """A good one of that name, a character for each byte. No service signs the header."""
        if self.header:
            return target.webhook(self.service).with_headers(**{self.header.replace("-", "_"): name})
        sample = fixtures(self.service)[0]
        document = json.loads(fresh(self.service, sample.payload))
        document[self.key] = name.encode("latin-1").decode("utf-8", "replace")
        return target.webhook(self.service, json.dumps(document).encode())

    def part(self, name: str) -> str:
        """The part of the topic."""
        if self.key:
            name = name.encode("latin-1").decode("utf-8", "replace").encode().decode("latin-1")
        if self.service == "gitlab":
            name = spoken_by_gitlab(name)
        return clean(name.replace(":", ".") if self.service == "bitbucket" else name)


PLACES = {
    f"{place.service} {place.header or place.key}": place
    for place in (
        Place("github", "github.{}", "X-GitHub-Event"),
        Place("gitlab", "gitlab.{}", "X-Gitlab-Event"),
        Place("forgejo", "forgejo.{}", "X-Forgejo-Event"),
        Place("discourse", "discourse.{}.post_liked", "X-Discourse-Event-Type"),
        Place("discourse", "discourse.like.{}", "X-Discourse-Event"),
        Place("gitea", "webhook.gitea.{}", "X-Gitea-Event"),
        Place("bitbucket", "webhook.bitbucket.{}", "X-Event-Key"),
        Place("pagure", "webhook.pagure.{}", "X-Pagure-Topic"),
        Place("sentry", "webhook.sentry.{}.created", "Sentry-Hook-Resource"),
        Place("sentry", "webhook.sentry.issue.{}", key="action"),
        Place("pretix", "pretix.{}", key="action"),
        Place("weblate", "webhook.weblate.{}", key="action"),
        Place("standard", "webhook.standard.{}", key="type"),
        Place("example", "webhook.example.{}", key="type"),
    )
}
# All that they send is a push.
NAMELESS = ("quay", "dockerhub")
places = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


def test_every_service_is_told_of() -> None:
    assert {*(place.service for place in PLACES.values()), *NAMELESS} == set(SIGNERS)


@places
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[2:30])
def test_odd_event_names(target: Target, place: Place, name: bytes) -> None:
    text = name.decode("latin-1")
    response = target.post(place.webhook(target, text))
    if response.status == 400 and place.header and not name.isascii():
        target.refused(response, 400)
        return
    delivery = target.published(response)
    part = place.part(text)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", part)
    assert delivery.routing_key == f"{target.topic_prefix}.{place.topic.format(part)}"
    assert len(delivery.routing_key.encode()) <= 255
    document = json.loads(delivery.body)
    headers = document["webhook_headers" if place.service == "discourse" else "headers"]
    assert all(isinstance(value, str) for value in headers.values())


@pytest.mark.parametrize("name, topic", [("Push Hook", "push"), ("Tag Push Hook", "tag_push"), ("Feature Flag Hook", "feature_flag"), ("Hook Hook", "hook")])
def test_gitlab_event_names(target: Target, name: str, topic: str) -> None:
    delivery = target.published(target.post(target.webhook("gitlab", event=name)))
    assert delivery.routing_key == f"{target.topic_prefix}.gitlab.{topic}"


def test_both_parts_of_a_discourse_event_are_kept_in_bounds(target: Target) -> None:
    delivery = target.published(target.post(target.webhook("discourse", event="#" * 200 + "." + "*" * 200)))
    assert delivery.routing_key == f"{target.topic_prefix}.discourse.{'_' * 64}.{'_' * 64}"


@places
@pytest.mark.parametrize("name", ["", " "])
def test_empty_event_names(target: Target, place: Place, name: str) -> None:
    """A header must be there; what is in the payload is the sender's own affair."""
    webhook = place.webhook(target, name)
    if place.service in ("forgejo", "gitea"):
        # They send the event of a commit's status empty, and name it in a second header.
        kind = f"{place.header}-Type"
        event = webhook.headers[kind]
        assert target.published(target.post(webhook)).routing_key == f"{target.topic_prefix}.{place.topic.format(clean(event))}"
        webhook = webhook.with_headers(**{kind.replace("-", "_"): name})
    response = target.post(webhook)
    if place.header:
        target.refused(response, 400)
        return
    expected = "received" if place.service == "example" and not name else "_"
    assert target.published(response).routing_key == f"{target.topic_prefix}.{place.topic.format(expected)}"
