"""Every message that can go out, held against the code of its consumers: as it is, and with each member that its class
reads removed, null, of another type or empty; with an agent and without.

Two servers take each payload: one has the published classes alone (`messages.own_classes = "never"`), one has ours where
they are needed. They write their messages to files, as the broker would get them.
"""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import GatewayMaker
from fedora_messaging.message import Message, get_class

from harness.classes import encoded, failures, mutations, pruned, reads, with_agent
from harness.corpus import corpora, payloads
from harness.expectation import CLASSES
from harness.filegateway import FileGateway
from harness.gateway import Gateway
from harness.signing import SIGNERS
from wire.failing import FAILING, FAILING_ON_REAL

PUBLISHED = ("github", "gitlab", "forgejo", "discourse", "pretix")
# Of a forum's types with an agent, an event that has one.
ACTS = {"post": "post_created", "topic": "topic_created", "like": "post_liked", "solved": "accepted_solution"}
PREFIX = "org.fedoraproject.classes"
# Some ten thousand webhooks come before the first test, on a machine that may have more to do.
pytestmark = pytest.mark.timeout(1200)


@dataclass
class Case:
    """A payload, and what came of it at both servers: a message, or the reason why there is none."""

    service: str
    event: str
    payload: bytes
    is_real: bool
    never: dict[str, Any] = field(default_factory=dict)
    needed: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        return f"{self.service} {self.event}: {self.payload[:400].decode(errors='replace')}"


def _real() -> Iterator[Case]:
    for sample in payloads():
        yield Case(sample.service, sample.event, sample.payload, True)


def _documented(gateway: Gateway) -> Iterator[Case]:
    """Every event that the program knows of, bare, and with the members that summaries are made of."""
    for table in json.loads(gateway.program("services", "--events", "--json").stdout):
        service = table["service"]
        for line in table["lines"] if service in PUBLISHED else []:
            name, _, action = line["event"].partition(".")
            event = name
            if service == "discourse":
                event = f"{name}.{action or ACTS.get(name, 'made')}"
            if service == "gitlab":
                event = " ".join(word.capitalize() for word in name.split("_")) + " Hook"
            repository = {"full_name": "herd/pasture", "name": "pasture"}
            bare: dict[str, Any] = {"action": action} if action else {}
            contents: dict[str, Any] = {"username": "bob", "user": {"username": "alice"}, "post": {"username": "bob"}}
            payloads = [bare, {**bare, "repository": repository}, {**bare, "run": {"repository": repository}}]
            if service == "discourse":
                payloads = [{}, {name: contents}, {name: {**contents, "created_by": {"username": "alice"}}}]
            if service == "pretix":
                payloads = [{"action": f"pretix.{line['event']}", "organizer": "herd", "event": "fair", **more}
                            for more in ({}, {"notification_id": 1}, {"notification_id": 1, "type": "entry", "code": "X"})]
            for payload in payloads:
                yield Case(service, event, encoded(payload), False)


def _body(case: Case) -> tuple[dict[str, Any], str]:
    """The envelope that the published class is to read, and the payload's key in it."""
    message = case.never if "body" in case.never else case.needed
    return message["body"], "webhook_body" if case.service == "discourse" else "body"


def _mutated(cases: list[Case]) -> Iterator[Case]:
    """Each member that the class reads, of each payload; a payload is cut down to those, so that equal ones are sent once."""
    known = set()
    for case in cases:
        if case.service not in PUBLISHED or not ("body" in case.never or "body" in case.needed):
            continue
        body, key = _body(case)
        found = reads(CLASSES[case.service], with_agent(body, "alice"), key, "x")
        payload = json.loads(case.payload)
        small = pruned(payload, [*found, ("action",), ("object_kind",)])
        for path in sorted(found, key=str):
            for mutated in mutations(small, path):
                sent = encoded(mutated)
                if (case.service, case.event, sent) not in known:
                    known.add((case.service, case.event, sent))
                    yield Case(case.service, case.event, sent, False)


def _send(servers: dict[str, FileGateway], cases: list[Case]) -> None:
    for name, server in servers.items():
        answers = server.send_all((case.service, case.event, case.payload) for case in cases)
        messages = server.messages()
        for case, answer in zip(cases, answers, strict=True):
            setattr(case, name, messages[answer["message_id"]] if "message_id" in answer else answer)


@pytest.fixture(scope="module")
def servers(make_gateway: GatewayMaker) -> dict[str, FileGateway]:
    return {
        own_classes: FileGateway(make_gateway(own_classes, {"messages": {"own_classes": own_classes}}), PREFIX)
        for own_classes in ("never", "needed")
    }


@pytest.fixture(scope="module")
def cases(servers: dict[str, FileGateway]) -> list[Case]:
    whole = [*_real(), *_documented(servers["never"].gateway)]
    _send(servers, whole)
    mutated = list(_mutated(whole))
    _send(servers, mutated)
    return whole + mutated


def _class(message: dict[str, Any]) -> type[Message]:
    return get_class(message["headers"]["fedora_messaging_schema"])


def _is_ours(cls: type[Message]) -> bool:
    return cls.__module__.startswith("webhook2fedmsg_messages")


def _looks_away(case: Case) -> bool:
    """Forgejo's class looks for a word in an array, which no Forgejo sends: there the server does not look."""
    payload = json.loads(case.payload)
    return case.service == "forgejo" and isinstance(payload.get("run"), list)


def test_there_is_something_to_hold_against_them(cases: list[Case]) -> None:
    for service in PUBLISHED:
        assert sum(case.service == service for case in cases) > 50, service


def test_a_message_has_the_published_class_unless_that_cannot_digest_it(cases: list[Case]) -> None:
    """With an agent, as there will be one; str() alone changes nothing."""
    wrong = []
    for case in cases:
        if case.service not in PUBLISHED or "body" not in case.needed:
            continue
        failing = failures(CLASSES[case.service], with_agent(case.needed["body"], "alice"), case.needed["topic"])
        decisive = {member: how for member, how in failing.items() if member != "str"}
        if bool(decisive) != _is_ours(_class(case.needed)) and not _looks_away(case):
            wrong.append((case.told, decisive))
    assert not wrong, f"{len(wrong)} of {len(cases)}: {wrong[:10]}"


def test_our_classes_answer_for_everything(cases: list[Case]) -> None:
    wrong = []
    for case in cases:
        for message in (case.never, case.needed):
            if "body" not in message or not _is_ours(_class(message)):
                continue
            for agent in (None, "alice"):
                failing = failures(_class(message), with_agent(message["body"], agent), message["topic"])
                wrong += [(case.told, failing)] if failing else []
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"


def test_with_the_published_classes_alone_only_what_is_listed_fails(cases: list[Case]) -> None:
    """A message whose summary fails names nobody; and nothing that could be published is withheld."""
    seen: dict[tuple[str, str], set[str]] = {}
    wrong = []
    for case in cases:
        message = case.never
        if "body" not in message:
            ours = "body" in case.needed and _is_ours(_class(case.needed))
            if message["reason"] not in ("unsafe_for_consumers", "incomplete") or not ours:
                wrong.append((case.told, message))
            continue
        cls = _class(message)
        names = [name for name in message["headers"] if name.startswith("fedora_messaging_user_")]
        for agent in (None, "alice"):
            # The server gives no agent to what it would have given another class.
            if agent and "body" in case.needed and _is_ours(_class(case.needed)) and not _is_ours(cls):
                continue
            failing = failures(cls, with_agent(message["body"], agent), message["topic"])
            for member, how in failing.items():
                key = (cls.__name__, member)
                if key not in FAILING or (member == "summary" and (names or cls(body=message["body"]).usernames)):
                    wrong.append((case.told, failing))
                if case.is_real:
                    seen.setdefault(key, set()).add(how)
                else:
                    seen.setdefault(key, set())
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
    assert seen.keys() == FAILING.keys()
    real = {(*key, how) for key, told in seen.items() for how in told}
    listed = {(*key, how) for key, told in FAILING_ON_REAL.items() for how in told}
    # Without the corpora there is less to fail.
    assert real == listed if corpora() else real <= listed


def test_every_payload_as_it_came_is_published(cases: list[Case]) -> None:
    withheld = [(case.told, case.never) for case in cases if case.is_real and "body" not in case.never]
    assert not withheld, withheld[:10]


# What a header is replaced by: nothing, other events and kinds, and what neither a name nor a topic may be.
HEADERS: tuple[bytes | None, ...] = (
    None, b"", b"text", b"a.b", b"#", b"Push Hook", b"post", b"post_created", b"7", b"a" * 300, "p\u00e4d".encode(), b"\xff",
    b"issues,push",
)


@pytest.mark.parametrize("service", PUBLISHED)
def test_headers_of_all_kinds(servers: dict[str, FileGateway], service: str) -> None:
    """Each that comes with a webhook, removed and replaced: what is published then can be digested as well."""
    payload = next(sample for sample in payloads() if sample.service == service)
    for server in servers.values():
        token, ids = server.tokens[service], []
        sent = SIGNERS[service](token.secret, payload.payload, payload.event)
        for name in sent.headers:
            for value in HEADERS:
                headers: dict[str, str | bytes | None] = {**sent.headers, name: value}
                response = server.gateway.post(token, dataclasses.replace(sent, headers=headers))
                assert response.status_code == 202 or 400 <= response.status_code < 500, (name, value, response.content)
                ids += [(name, value, response.json()["message_id"])] if "message_id" in response.json() else []
        assert ids, "one of them only names the delivery, for instance"
        messages = server.messages()
        wrong = []
        for name, value, message_id in ids:
            message = messages[message_id]
            failing = failures(_class(message), message["body"], message["topic"])
            known = {member for member in failing if (_class(message).__name__, member) in FAILING}
            wrong += [(name, value, failing)] if failing.keys() - known else []
        assert not wrong, wrong
