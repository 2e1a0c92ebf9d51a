"""Whatever stands in a payload, a message's properties answer: none raises, and each has its type."""

import copy
import json
import re
from typing import Any, Optional

import pytest
from examples import EXAMPLES
from fedora_messaging import message
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_package import CLASSES
from webhook2fedmsg_messages import WebhookMessage

# Keys that the classes look for, so that what is made up meets their code and not only their first look.
_KEYS = sorted(
    {
        key
        for sample in EXAMPLES
        for text in [json.dumps([sample.body, sample.headers])]
        for key in re.findall(r'"([A-Za-z_-]+)":', text)
    }
    | {"comment", "links", "html", "href", "self", "ref_type", "is_pull", "pullRequest", "toRef", "commit_status", "repo"}
    | {"metric_alert", "event", "error", "permalink", "user", "organization", "release", "forkee", "parent", "topic"}
)
# With halves of surrogate pairs, which JSON can spell and UTF-8 cannot.
_any_text = st.text(alphabet=st.characters())
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**64 - 1),
    st.floats(),
    _any_text,
    st.sampled_from(["push", "refs/heads/", "http://", "https://[", "https://x y", "\ud800", "a\u202eb", "x" * 5000]),
)
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=5)), inner, max_size=6),
    ),
    max_leaves=25,
)
_objects = st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=5)), _values, max_size=8)
_events = st.sampled_from([value for sample in EXAMPLES for value in sample.headers.values()] + ["issue_comment", "", "."])
_headers = st.dictionaries(st.sampled_from(_KEYS), st.one_of(_events, st.text(max_size=20), _values), max_size=6)


def _ask(made: message.Message) -> None:
    """All that a consumer may ask of a message."""
    assert isinstance(made.summary, str) and made.summary
    assert "\n" not in made.summary and len(made.summary) < 2500
    assert isinstance(str(made), str)
    str(made).encode("utf-8")
    for value in (made.url, made.agent_name, made.agent_avatar):
        assert value is None or (isinstance(value, str) and value)
    assert made.url is None or made.url.startswith(("http://", "https://"))
    for value in (made.app_name, made.app_icon):
        assert isinstance(value, str) and value
    for names in (made.usernames, made.groups, made.packages, made.containers, made.modules, made.flatpaks):
        assert isinstance(names, list) and all(isinstance(name, str) and name.encode() for name in names)
    # Whatever else the class tells of itself.
    for name in dir(type(made)):
        if isinstance(getattr(type(made), name), property):
            getattr(made, name)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(body=_objects, headers=_headers, agent=st.one_of(st.none(), _any_text), topic=st.text(max_size=40))
@example(body={}, headers={}, agent=None, topic="")
@example(body={}, headers={}, agent="al\ud800ce", topic="")
@example(body={}, headers={}, agent="al\nice", topic=".webhook.barn.x")
def test_any_object(cls: type[WebhookMessage], body: Any, headers: Any, agent: Optional[str], topic: str) -> None:
    _ask(cls(body={cls.payload_key: body, cls.headers_key: headers, "agent": agent}, topic=topic))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(envelope=_values)
def test_even_no_envelope(cls: type[WebhookMessage], envelope: Any) -> None:
    _ask(cls(body=envelope))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in inner for found in _paths(child, (*path, key)))]


@pytest.mark.parametrize("sample", EXAMPLES, ids=lambda sample: sample.name)
def test_every_part_of_an_example_replaced_by_every_kind_of_value(sample: Any) -> None:
    cls = message.get_class(sample.schema)
    for path in _paths(sample.body)[1:]:
        for other in (None, True, 0, 1.5, "", "text", [], [None], [{}], {}, {"x": 1}, float("nan"), 10**30):
            body = copy.deepcopy(sample.body)
            holder = body
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = other
            _ask(cls(body={**sample.envelope, cls.payload_key: body}, topic=sample.topic))
