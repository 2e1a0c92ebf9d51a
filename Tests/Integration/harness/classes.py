"""Asks a message's class all that its consumers ask, and knows what it reads of a payload."""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
from fedora_messaging import message as library
from fedora_messaging.message import Message

Path = tuple[str | int, ...]

#: All that consumers ask of a message, besides its text.
MEMBERS = ("agent_name", "usernames", "summary", "url", "groups", "packages", "app_name", "app_icon")


class _CheckedOnce:
    """`jsonschema.validate`, which holds each schema against its own schema at every call: here once."""

    exceptions = jsonschema.exceptions

    def __init__(self) -> None:
        self._validators: dict[int, Any] = {}

    def validate(self, instance: Any, schema: Any) -> None:
        validator = self._validators.get(id(schema))
        if validator is None:
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            validator = self._validators[id(schema)] = kind(schema)
        error = jsonschema.exceptions.best_match(validator.iter_errors(instance))
        if error is not None:
            raise error


library.jsonschema = _CheckedOnce()  # type: ignore[attr-defined]


def _is_name(value: object) -> bool:
    """What datanommer can store and index, and no control character."""
    if not isinstance(value, str) or not value or "\ufffd" in value or "@" in value:
        return False
    try:
        return len(value.encode()) <= 233 and all(ord(one) >= 32 and not 127 <= ord(one) < 160 for one in value)
    except UnicodeEncodeError:
        return False


def _ask(message: Message, member: str) -> None:
    if member == "validate":
        message.validate()
        return
    value = str(message) if member == "str" else getattr(message, member)
    if member in ("usernames", "groups", "packages"):
        assert isinstance(value, list) and all(_is_name(name) for name in value), f"{value!r}"
    elif member == "agent_name":
        assert value is None or _is_name(value), f"{value!r}"
    elif member in ("summary", "app_name", "app_icon", "str"):
        assert isinstance(value, str) and value, f"{value!r}"
    else:
        assert value is None or isinstance(value, str), f"{value!r}"


def failures(cls: type[Message], body: dict[str, Any], topic: str) -> dict[str, str]:
    """What of the class does not answer, or not as it should, and how."""
    message = cls(body=body, topic=topic)
    failing = {}
    for member in ("validate", "str", *MEMBERS):
        try:
            _ask(message, member)
        except Exception as error:
            failing[member] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return failing


def with_agent(body: dict[str, Any], agent: str | None) -> dict[str, Any]:
    """The same message by another agent; a forum's have theirs in the payload."""
    return {**body, "agent": agent} if "agent" in body else body


class _Traced:
    """A value and where it stands; notes what is looked at."""

    def __init__(self, path: Path, reads: set[Path]) -> None:
        self.path, self.reads = path, reads


class _TracedDict(dict):
    trace: _Traced

    def _note(self, key: Any) -> None:
        if isinstance(key, str):
            self.trace.reads.add((*self.trace.path, key))

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __contains__(self, key: Any) -> bool:
        self._note(key)
        return super().__contains__(key)


class _TracedList(list):
    trace: _Traced

    def __iter__(self) -> Iterator[Any]:
        # The first stands for all.
        if len(self):
            self.trace.reads.add((*self.trace.path, 0))
        return super().__iter__()


def _traced(value: Any, path: Path, reads: set[Path]) -> Any:
    if isinstance(value, dict):
        made: Any = _TracedDict((key, _traced(child, (*path, key), reads)) for key, child in value.items())
    elif isinstance(value, list):
        made = _TracedList(_traced(child, (*path, index), reads) for index, child in enumerate(value))
    else:
        return value
    made.trace = _Traced(path, reads)
    return made


def reads(cls: type[Message], body: dict[str, Any], key: str, topic: str) -> set[Path]:
    """The members of the payload, `body[key]`, that the class looks at."""
    found: set[Path] = set()
    failures(cls, {**body, key: _traced(body[key], (), found)}, topic)
    return found


def _holder(value: Any, path: Path) -> Any:
    for key in path[:-1]:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def pruned(payload: dict[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """The payload with what stands at these paths alone, and one element of each array on the way."""
    wanted: dict[Any, Any] = {}
    for path in paths:
        node = wanted
        for key in path:
            node = node.setdefault(key, {})

    def keep(value: Any, node: dict[Any, Any]) -> Any:
        if isinstance(value, dict):
            return {key: keep(value[key], inner) for key, inner in node.items() if key in value} if node else value
        if isinstance(value, list):
            return [keep(value[0], node[0])] if value and 0 in node else value[:1]
        return value

    return keep(payload, wanted)


#: What a member is replaced by: null, each other type, empty, and what is no name.
OTHERS: tuple[Any, ...] = (None, True, 7, 1.5, "", "text", "a\0b", "a@example.org", "a" * 300, [], ["repository"], {}, {"x": 1})


def mutations(payload: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
    """Copies of the payload with the member at the path removed, and replaced by other things."""
    for other in (..., *OTHERS):
        copied = copy.deepcopy(payload)
        holder = _holder(copied, path)
        key: Any = path[-1]
        there = (isinstance(holder, dict) and key in holder) or (isinstance(holder, list) and bool(holder))
        if other is ...:
            if there:
                del holder[key]
                yield copied
        elif isinstance(holder, dict) or there:
            holder[key] = other
            yield copied


def encoded(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode()
