"""Holds what was published against what was sent, but for what is never published: an empty string stands in its place.

What has to be cut is for the tests of redaction; here nothing else may be missing or changed.
"""

import json
import re
from typing import Any

# Keys above or at values that are blanked whatever the token allows, besides addresses and credentials in URLs.
_BLANKED = frozenset({
    "config", "temp_clone_token", "inputs", "client_payload", "variables", "payload", "parent", "parent_issue_url",
    "issue_url", "source_pipeline", "email",
})
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.\w]+|\s+|.', re.DOTALL)


def _is_part(part: str, whole: str) -> bool:
    """Whether what is missing of a text is all that differs."""
    letters = iter(whole)
    return all(letter in letters for letter in part)


def same_but_for_cuts(value: Any, sent: Any, path: tuple[Any, ...] = ()) -> bool:
    if isinstance(sent, dict):
        return (
            isinstance(value, dict)
            and value.keys() == sent.keys()
            and all(same_but_for_cuts(value[key], sent[key], (*path, key)) for key in sent)
        )
    if isinstance(sent, list):
        return (
            isinstance(value, list)
            and len(value) == len(sent)
            and all(same_but_for_cuts(one, other, path) for one, other in zip(value, sent, strict=True))
        )
    if type(value) is type(sent) and value == sent:
        return True
    if value == "" and not _BLANKED.isdisjoint(path):
        return True
    if not isinstance(sent, str) or not isinstance(value, str) or "@" not in sent:
        return False
    if sent[:1] in ("{", "[") and sent[:1] == value[:1]:
        # A string that holds JSON is cut inside.
        return same_but_for_cuts(json.loads(value), json.loads(sent), path)
    return _is_part(value, sent)


def carries(body: bytes, payload: bytes, key: str = "body") -> bool:
    """Whether the payload stands in a message's body in the bytes that came, but for single values that were cut."""
    text = body.decode()
    start = len(json.dumps({key: 0})) - 2
    end = json.JSONDecoder().raw_decode(text, start)[1]
    told, sent = (_TOKEN.findall(one) for one in (text[start:end].encode(), payload.strip()))
    return len(told) == len(sent) and all(
        one == other or one == b'""' or (one[:1] == other[:1] == b'"' and b"@" in other)
        for one, other in zip(told, sent, strict=True)
    )
