"""The consumer's callback: run by `fedora-messaging consume --callback-file record_message.py:record`.

Appends each message, after the library validated it, to the file that W2F_RECORD names, as one JSON line.
"""

import json
import os

_output = open(os.environ["W2F_RECORD"], "a", encoding="utf-8")  # noqa: SIM115


def _attempt(function):
    """What the message class's own code says, or how it fails: that is between it and the payload."""
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


_members = ("summary", "url", "app_name", "app_icon", "agent_name", "agent_avatar", "usernames", "groups", "packages")


def _failing(message):
    """What of the class's own code does not answer for this payload."""
    failing = []
    try:
        if any(not isinstance(name, str) or not name for name in [*message.usernames, *message.groups, *message.packages]):
            failing.append(f"names: {message.usernames!r}")
    except Exception:
        pass
    for name, ask in [("str", str), *((name, lambda message, name=name: getattr(message, name)) for name in _members)]:
        try:
            ask(message)
        except Exception as error:
            failing.append(f"{name}: {type(error).__name__}: {error}")
    return failing


def record(message):
    line = {
        "id": message.id,
        "class": type(message).__name__,
        "topic": message.topic,
        "severity": message.severity,
        "agent": _attempt(lambda: message.agent_name),
        "usernames": _attempt(lambda: message.usernames),
        "summary": _attempt(lambda: message.summary),
        "text": _attempt(lambda: str(message)),
        "failing": _failing(message),
        "headers": message._headers,
        "body": message.body,
    }
    _output.write(json.dumps(line) + "\n")
    _output.flush()
