"""Every payload: answered 202, and there exactly once for the consumer that Fedora's applications use."""

import json
import re
import uuid

import pytest
from fedora_messaging.message import Message
from wire.conftest import TOPIC_PREFIX, Wire, cases
from wire.failing import FAILING_ON_REAL

from harness.certificates import tls_wanted
from harness.corpus import corpora
from harness.cuts import carries, same_but_for_cuts
from harness.expectation import (
    CLASSES,
    CUT_OUT,
    OWN_HEADERS,
    expected_body,
    expected_id,
    reference_message,
    without_texts,
)

SENT_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

every_payload = pytest.mark.parametrize("name", cases())


@pytest.mark.skipif(tls_wanted(), reason="over TLS only the project's own payloads are sent")
def test_the_corpora_are_complete() -> None:
    if corpora() is None:
        pytest.skip("no corpora beside the checkout: only the project's own payloads were sent")
    services = [sample.service for sample, _ in cases().values()]
    assert min(services.count(service) for service in ("github", "gitlab", "forgejo", "gitea", "bitbucket")) >= 10


def test_the_permission_that_check_config_prints_covers_every_topic(wire: Wire) -> None:
    """And no more than this gateway's: RabbitMQ looks for the pattern anywhere in the topic."""
    shown = re.search(r"topic permission\s+(\S+)", wire.gateway.command("check-config").stdout)
    assert shown
    topics = {one.answer["topic"] for one in wire.sent.values()}
    assert len(topics) > (50 if corpora() and not tls_wanted() else 30)
    assert [topic for topic in topics if not re.search(shown[1], topic)] == []
    for other in ("org.fedoraproject.prod.github.push", f"{TOPIC_PREFIX}.bodhi.update", f"x.{TOPIC_PREFIX}.github.push"):
        assert not re.search(shown[1], other)


@every_payload
def test_answered_with_the_id_of_a_message_that_arrived_once(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    assert one.status == 202, one.answer
    assert UUID.fullmatch(one.answer["message_id"])
    assert one.answer["topic"] == f"{TOPIC_PREFIX}.{one.webhook.topic}"
    assert len(one.messages) == 1
    assert len(one.deliveries) == 1


@every_payload
def test_the_id_is_made_of_token_delivery_id_and_payload(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    token = wire.tokens["gitlab signed" if name.endswith(" as signed") else one.webhook.service]
    if expected := expected_id(one.webhook, wire.uuid_of(token)):
        assert one.answer["message_id"] == expected
    else:
        assert uuid.UUID(one.answer["message_id"]).version == 4


@every_payload
def test_validated_as_the_class_of_its_service(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    message = one.messages[0]
    assert message["class"] == CLASSES[one.webhook.service].__name__
    assert message["topic"] == f"{TOPIC_PREFIX}.{one.webhook.topic}"
    assert message["severity"] == 20
    assert same_but_for_cuts(message["body"], expected_body(one.webhook))


@every_payload
def test_reads_like_the_message_that_the_python_classes_make(wire: Wire, name: str) -> None:
    """What fails there is on a list, with its reason (failing.py)."""
    one = wire.sent[name]
    message = one.messages[0]
    reference = reference_message(one.webhook)
    for failed in message["failing"]:
        member, _, how = failed.partition(": ")
        assert how in FAILING_ON_REAL.get((message["class"], member), ()), failed

    def attempt(member: str) -> object:
        try:
            return str(reference) if member == "text" else getattr(reference, member)
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    assert message["agent"] == attempt("agent_name")
    assert message["usernames"] == attempt("usernames")
    assert message["summary"] == attempt("summary")
    # A class without a text of its own shows the message's id and time.
    if type(reference).__str__ is not Message.__str__:
        assert message["text"] == attempt("text")


@every_payload
def test_our_own_classes_answer_for_every_payload(wire: Wire, name: str) -> None:
    """Those of the published package do not (the test above); those of deploy/schemas must."""
    message = wire.sent[name].messages[0]
    if message["headers"]["fedora_messaging_schema_package"] == "webhook2fedmsg_messages":
        assert message["failing"] == []


@every_payload
def test_properties_and_headers_are_those_of_the_python_library(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    delivery = one.deliveries[0]
    assert delivery.exchange == "amq.topic"
    assert delivery.routing_key == f"{TOPIC_PREFIX}.{one.webhook.topic}"
    properties = delivery.properties
    assert (properties.content_type, properties.content_encoding) == ("application/json", "utf-8")
    assert properties.delivery_mode == 2
    assert properties.message_id == one.answer["message_id"]
    assert delivery.property_flags == 0xF080, "exactly: type, encoding, headers, delivery mode, message id"

    reference = reference_message(one.webhook)._headers
    fields = delivery.headers
    assert not [field.name for field in fields if field.name.startswith("fedora_messaging_group_")]
    library = [name for name, value in reference.items() if not name.endswith("_None")]
    assert [field.name for field in fields] == [*library, *OWN_HEADERS[:1]], "the others only with messages.provenance"
    kinds = {str: "S", int: "I", bool: "t"}
    for field in fields[: len(library)]:
        assert field.type == kinds[type(reference[field.name])], field.name
        if field.name == "sent-at":
            assert SENT_AT.fullmatch(str(field.value))
        else:
            assert field.value == reference[field.name], field.name


@every_payload
def test_payload_bytes_are_carried_through(wire: Wire, name: str) -> None:
    """Not only equal as JSON: nothing decoded them and encoded them again (Discourse's texts are cut out)."""
    one = wire.sent[name]
    body = one.deliveries[0].body
    document = json.loads(one.webhook.payload)
    if one.webhook.service == "discourse" and without_texts(document) != document:
        untouched = b'"raw"' not in body and b'"cooked"' not in body
    elif one.webhook.service == "pretix":
        # What the schema requires goes in at the front.
        untouched = one.webhook.payload.strip()[1:] in body
    elif (cut := CUT_OUT.get(one.webhook.service)) in document:
        untouched = f'"{cut}"'.encode() not in body
    else:
        untouched = carries(body, one.webhook.payload, "webhook_body" if one.webhook.service == "discourse" else "body")
    assert untouched, "the payload's bytes changed on the way"


@every_payload
def test_no_secret_and_no_signature_in_the_message(wire: Wire, name: str) -> None:
    one = wire.sent[name]
    for delivery in one.deliveries:
        leaked = [secret for secret in one.webhook.secrets if secret.encode() in delivery.everything]
        assert not leaked


def test_validation_refused_nothing(wire: Wire) -> None:
    assert wire.consumer.rejected() == 0
    assert wire.consumer.waiting() == 0
