"""Event names become topics, and topics are what consumers bind to."""

import json
import re

import pytest
from hostile.conftest import TOPIC_PREFIX, Target

NAMES = [
    b"two words", b"a.b.c", b"push.#", b"*", b"#", b"..", b"x" * 300, b"a/b\\c", b"push,issues", b"\"quoted\"",
    "żółw".encode(), "snow\u2603man".encode(), b"\xff\xfe", b"tab\there", b"push;drop", b"{{event}}", b"%0d%0a",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[2:30])
def test_odd_event_names(target: Target, name: bytes) -> None:
    webhook = target.webhook("github", event=name.decode("latin-1"))
    response = target.post(webhook)
    if response.status == 400 and not name.isascii():
        target.refused(response, 400)
        return
    delivery = target.published(response)
    event = delivery.routing_key.removeprefix(f"{TOPIC_PREFIX}.github.")
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", event)
    assert delivery.routing_key == f"{TOPIC_PREFIX}.{webhook.topic}"
    assert len(delivery.routing_key.encode()) <= 255
    assert isinstance(json.loads(delivery.body)["headers"]["x-github-event"], str)


@pytest.mark.parametrize("name, topic", [("Push Hook", "push"), ("Tag Push Hook", "tag_push"), ("Feature Flag Hook", "feature_flag"), ("Hook Hook", "hook")])
def test_gitlab_event_names(target: Target, name: str, topic: str) -> None:
    delivery = target.published(target.post(target.webhook("gitlab", event=name)))
    assert delivery.routing_key == f"{TOPIC_PREFIX}.gitlab.{topic}"


def test_both_parts_of_a_discourse_event_are_kept_in_bounds(target: Target) -> None:
    delivery = target.published(target.post(target.webhook("discourse", event="#" * 200 + "." + "*" * 200)))
    assert delivery.routing_key == f"{TOPIC_PREFIX}.discourse.{'_' * 64}.{'_' * 64}"


@pytest.mark.parametrize("name", [b"", b" "])
def test_empty_event_names(target: Target, name: bytes) -> None:
    target.refused(target.post(target.webhook("github", event=name.decode())), 400)
