"""Fedora's archive (datanommer) and a consumer with the published package alone take everything, and neither stops.

The tokens publish private content too: nothing of what can be published is kept from them.
"""

import json
import time
from typing import Any

import pytest
from wire.conftest import Wire

from harness.archive import Archive
from harness.consumer import Consumer
from harness.process import wait_until
from harness.signing import SIGNERS, discourse, github

# What is no name, as JSON; and what datanommer does with it as an account, where it does not store it.
NO_NAMES = {
    "NUL": r'"al\u0000ice"',
    "NUL alone": r'"\u0000"',
    "newline": r'"al\nice"',
    "escape": r'"al\u001bice"',
    "C1": r'"al\u0085ice"',
    "half a pair": r'"al\ud83dice"',
    "other half": r'"\ude00"',
    "9,000 letters": json.dumps("".join(chr(97 + number * number % 26) for number in range(9000))),
    "234 bytes": json.dumps("a" * 234),
    "empty": '""',
    "object": '{"username": "alice"}',
    "array": '["alice"]',
    "number": "5",
    "fraction": "1.5",
    "large": "18446744073709551615",
    "true": "true",
    "false": "false",
    "null": "null",
}
NAMES = {"plain": "alice", "longest": "a" * 233, "Latin": "José", "Arabic": "محمد", "emoji": "a👍b", "blank": "a b"}
# Where Discourse's class takes names from: type, event, payload, and whether it can do without.
PLACES: dict[str, tuple[str, str, bool]] = {
    "post": ("post.post_created", '{"post": {"id": 1, "username": %s, "topic_title": "t"}}', True),
    "edited": ("post.post_edited", '{"post": {"username": %s}}', True),
    "topic": ("topic.topic_created", '{"topic": {"created_by": {"username": %s}}}', True),
    "liker": ("like.post_liked", '{"like": {"user": {"username": %s}, "post": {"username": "bob"}}}', True),
    "liked": ("like.post_liked", '{"like": {"user": {"username": "bob"}, "post": {"username": %s}}}', False),
    "solved": ("solved.accepted_solution", '{"solved": {"username": %s}}', False),
    "creator": ("topic.topic_created", '{"topic": {"created_by": %s}}', True),
    "whole post": ("post.post_created", '{"post": %s}', True),
    "whole like": ("like.post_liked", '{"like": %s}', False),
}


def _archive(wire: Wire) -> Archive:
    assert wire.archive is not None
    return wire.archive


def _plain(wire: Wire) -> Consumer:
    assert wire.plain is not None
    return wire.plain


def _both_take(wire: Wire, identifiers: set[str]) -> None:
    """Waits until both have them; fails if one of them ends, which a message that it cannot take makes it do."""
    _plain(wire).wait_for(identifiers, timeout=120)

    def archived() -> bool:
        assert _archive(wire).process.running, f"datanommer died:\n{_archive(wire).process.log_tail()}"
        return identifiers <= set(_archive(wire).identifiers())

    wait_until(archived, 120, "datanommer to store all messages", interval=0.2)


def test_every_payload_reaches_both(wire: Wire) -> None:
    _both_take(wire, {one.answer["message_id"] for one in wire.sent.values() if "message_id" in one.answer})
    stored = _archive(wire).identifiers()
    assert len(stored) == len(set(stored))
    assert _plain(wire).rejected() == _archive(wire).rejected() == 0


def test_the_other_consumer_has_no_package_of_ours(wire: Wire) -> None:
    """To it those messages are of the base class, which says nothing and fails at nothing."""
    classes = {message["class"] for message in _plain(wire).messages()}
    assert classes == {
        "Message", "GitHubMessageV1", "GitLabMessageV1", "ForgejoMessageV1", "DiscourseMessageV1", "PretixMessageV1"
    }


@pytest.fixture(scope="module")
def named(wire: Wire) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers for each name at each place."""
    answers = {}
    token = wire.tokens["discourse"]
    for place, (event, payload, _) in PLACES.items():
        for name, spelling in [*NO_NAMES.items(), *((key, json.dumps(text)) for key, text in NAMES.items())]:
            webhook = discourse(token.secret, (payload % spelling).encode(), event)
            response = wire.gateway.post(token, webhook)
            assert response.status_code == 202, (place, name, response.text)
            answers[place, name] = response.json()
    return answers


def test_what_is_no_name_stops_neither(wire: Wire, named: dict[tuple[str, str], dict[str, Any]]) -> None:
    _both_take(wire, {answer["message_id"] for answer in named.values() if "message_id" in answer})
    assert _archive(wire).users() >= {"bob", *NAMES.values()}
    for name in _archive(wire).users():
        assert name.isprintable() and len(name.encode()) <= 233


@pytest.mark.parametrize("name", [name for name in NO_NAMES if name != "null"])
@pytest.mark.parametrize("place", [place for place in PLACES if "whole" not in place and place != "creator"])
def test_it_goes_out_without_the_name_or_not_at_all(
    wire: Wire, named: dict[tuple[str, str], dict[str, Any]], place: str, name: str
) -> None:
    answer = named[place, name]
    if PLACES[place][2]:
        _both_take(wire, {answer["message_id"]})
        assert [agent for _, agent in _archive(wire).rows(answer["message_id"])] == [None]
    else:
        assert answer == {"published": False, "reason": "incomplete"}


@pytest.mark.parametrize("place", ["liked", "solved"])
def test_a_name_that_the_class_cannot_do_without(
    named: dict[tuple[str, str], dict[str, Any]], place: str
) -> None:
    """It would name a user None."""
    assert named[place, "null"] == {"published": False, "reason": "unsafe_for_consumers"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_agent(wire: Wire, named: dict[tuple[str, str], dict[str, Any]], name: str) -> None:
    for place in ("post", "edited", "topic", "liker"):
        answer = named[place, name]
        _both_take(wire, {answer["message_id"]})
        assert [agent for _, agent in _archive(wire).rows(answer["message_id"])] == [NAMES[name]]


@pytest.mark.parametrize("service", ["github", "gitlab", "forgejo", "gitea", "pagure", "bitbucket", "discourse"])
def test_what_stands_anywhere_else_is_carried_and_stored(wire: Wire, service: str) -> None:
    """datanommer keeps the body as text: a NUL in it is an escape, and no character."""
    sent = set()
    token = wire.tokens[service]
    event = {"gitlab": "Push Hook", "bitbucket": "repo:push", "discourse": "user_badge.granted"}.get(service, "push")
    for spelling in (*NO_NAMES.values(), "1e308", "-9223372036854775808", json.dumps("\u202e" + "x" * 100_000)):
        for payload in ('{"repository": {"full_name": "a/b", "name": "b"}, "x": %s}', '{"sender": {"login": %s}}'):
            response = wire.gateway.post(token, SIGNERS[service](token.secret, (payload % spelling).encode(), event))
            assert response.status_code == 202, response.text
            if "message_id" in response.json():
                sent.add(response.json()["message_id"])
    assert len(sent) > 20
    _both_take(wire, sent)


def test_a_redelivery_whose_first_time_is_forgotten_is_a_second_row(wire: Wire) -> None:
    """The same id with another sent-at, as the README says: the archive tells messages apart by both."""
    token = wire.tokens["github"]
    webhook = github(token.secret, b'{"repository": {"full_name": "a/b"}}', "push")
    first = wire.gateway.post(token, webhook).json()["message_id"]
    _both_take(wire, {first})
    # The window's memory ends with the process.
    assert wire.gateway.stop() == 0
    time.sleep(1.1)
    wire.gateway.start()
    wait_until(wire.gateway.ready, 60, "the gateway's connection to the broker")
    assert wire.gateway.post(token, webhook).json()["message_id"] == first
    wait_until(lambda: len(_archive(wire).rows(first)) == 2, 60, "the second row")
    times = [sent for sent, _ in _archive(wire).rows(first)]
    assert times[0] < times[1]
    # Within the window, and with that with the first time, it is no message at all.
    assert wire.gateway.post(token, webhook).json()["message_id"] == first
    marker = github(token.secret, b'{"repository": {"full_name": "a/b"}, "last": true}', "push")
    _both_take(wire, {wire.gateway.post(token, marker).json()["message_id"]})
    assert len(_archive(wire).rows(first)) == 2


def test_neither_stopped(wire: Wire) -> None:
    assert _plain(wire).process.running and _archive(wire).process.running
    assert _plain(wire).waiting() == _archive(wire).waiting() == 0
