"""The callback of a consumer that has no webhook2fedmsg-messages, and asks what Fedora's notifications ask, unguarded.

Run by `fedora-messaging consume --callback-file take_message.py:take`. What raises here stops the consumer. Appends the id
of each message to the file that W2F_RECORD names, as one JSON line.
"""

import json
import os

_output = open(os.environ["W2F_RECORD"], "a", encoding="utf-8")  # noqa: SIM115


def take(message):
    # Whom it may concern, of every message.
    for name in [message.agent_name, *message.usernames, *message.groups, *message.packages]:
        assert name is None or (name and name.encode() and "\0" not in name), repr(name)
    named = [name for name in [message.agent_name, *message.usernames] if name is not None]
    assert None not in message.usernames
    for ask in ("app_name", "app_icon", "url", "agent_avatar"):
        getattr(message, ask)
    # Of a message that concerns somebody, its words.
    if named:
        assert message.summary
    _output.write(json.dumps({"id": message.id, "class": type(message).__name__}) + "\n")
    _output.flush()
