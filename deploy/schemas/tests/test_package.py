"""What is in the package: classes, schemas, entry points; and the published package beside it."""

import json
from importlib.metadata import distribution, entry_points
from importlib.resources import files

import jsonschema
import pytest
import webhook2fedmsg_messages
from fedora_messaging import message
from webhook2fedmsg_messages import WebhookMessage

PUBLISHED = [
    "discourse.event.v1",
    "webhook_to_fedora_messaging.forgejo.message_v1",
    "webhook_to_fedora_messaging.github.message_v1",
    "webhook_to_fedora_messaging.gitlab.message_v1",
    "webhook_to_fedora_messaging.pretix.message_v1",
]
CLASSES = [
    getattr(webhook2fedmsg_messages, name) for name in webhook2fedmsg_messages.__all__ if name != "WebhookMessage"
]


def _documents() -> dict[str, dict]:
    folder = files(webhook2fedmsg_messages) / "schemas"
    return {path.name.removesuffix(".json"): json.loads(path.read_text("utf-8")) for path in folder.iterdir()}


def test_every_class_has_an_entry_point_and_every_entry_point_a_document() -> None:
    names = {message.get_name(cls) for cls in CLASSES}
    ours = {point.name for point in distribution("webhook2fedmsg-messages").entry_points}
    assert names == ours == set(_documents())
    assert len(names) == 14


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_schemas_come_with_it(name: str) -> None:
    assert name in {point.name for point in entry_points(group="fedora.messages")}
    assert message.get_class(name) is not message.Message


@pytest.mark.parametrize("name", sorted(_documents()))
def test_the_document_is_a_schema_and_the_class_has_it(name: str) -> None:
    document = _documents()[name]
    jsonschema.validators.validator_for(document).check_schema(document)
    assert document["$id"] == f"urn:fedora-messaging:{name}"
    assert message.get_class(name).body_schema == document


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_it_refuses_what_is_no_envelope(cls: type[WebhookMessage]) -> None:
    body, headers = cls.payload_key, cls.headers_key
    required = cls.body_schema["properties"][headers].get("required", [])
    good = {body: {}, headers: {name: "x" for name in required}}
    if "agent" in cls.body_schema["properties"]:
        good["agent"] = None
    cls(body=good).validate()
    broken = [
        {**good, body: []},
        {**good, body: "text"},
        {**good, headers: None},
        {**good, headers: {**good[headers], "x-more": 5}},
        *([{**good, "agent": 5}] if "agent" in good else []),
        *({key: value for key, value in good.items() if key != missing} for missing in good),
        *({**good, headers: {key: "x" for key in required if key != missing}} for missing in required),
    ]
    for envelope in broken:
        with pytest.raises(jsonschema.ValidationError):
            cls(body=envelope).validate()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_schema_asks_for_a_signature(cls: type[WebhookMessage]) -> None:
    required = cls.body_schema["properties"][cls.headers_key].get("required", [])
    assert not [name for name in required if "signature" in name or "token" in name]


def test_published_messages_still_read() -> None:
    cls = message.get_class("webhook_to_fedora_messaging.github.message_v1")
    headers = cls.body_schema["properties"]["headers"]["required"]
    cls(body={"body": {}, "headers": {name: "x" for name in headers}, "agent": None}).validate()
