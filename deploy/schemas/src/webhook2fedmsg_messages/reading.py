"""Reads what a service sent, whatever it is: every function answers for every JSON value, and none raises."""

import re
from typing import Any, Optional
from urllib.parse import urlsplit

_LONGEST_TEXT = 200
_LONGEST_URL = 2000


# What is no account: control characters and line separators, half a surrogate pair, what stands for no text; addresses.
_UNUSABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufffd@]")
# With its prefix it has to fit an AMQP header's name.
_LONGEST_ACCOUNT = 233


def account(value: Any) -> Optional[str]:
    """A name that consumers can index; None for anything else."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_ACCOUNT or _UNUSABLE.search(value):
        return None
    return value if len(value.encode("utf-8")) <= _LONGEST_ACCOUNT else None


def at(value: Any, *path: str) -> Any:
    """What stands at a path of keys; None where something on the way is missing or no object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def one_line(value: Any) -> Optional[str]:
    """A string or number as one line that is fit for a message's subject; None for anything else, and for nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    # The server lets no integer beyond 64 bits through, but a message may come from a file.
    if isinstance(value, int):
        return str(value) if -(2**64) < value < 2**64 else None
    text = value[: _LONGEST_TEXT * 4].encode("utf-8", "replace").decode("utf-8")
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    if len(line) > _LONGEST_TEXT:
        line = line[: _LONGEST_TEXT - 1].rstrip() + "…"
    return line or None


def text(value: Any, *path: str) -> Optional[str]:
    """The string or number at a path, as one line."""
    return one_line(at(value, *path))


def first(*candidates: Optional[str]) -> Optional[str]:
    """The first that is something."""
    return next((candidate for candidate in candidates if candidate), None)


def items(value: Any, *path: str) -> list[Any]:
    """The array at a path; an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def web_address(value: Any, *path: str) -> Optional[str]:
    """The http or https URL at a path; nothing else is a link that somebody should be given to click."""
    found = at(value, *path)
    if not isinstance(found, str) or len(found) > _LONGEST_URL or not found.isascii() or not found.isprintable():
        return None
    try:
        parts = urlsplit(found)
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and parts.netloc and " " not in found else None


def counted(number: int, thing: str) -> str:
    """"1 commit", "2 commits"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def branch(reference: Optional[str]) -> Optional[str]:
    """A branch's or tag's name without refs/heads/ or refs/tags/."""
    for prefix in ("refs/heads/", "refs/tags/"):
        if reference and reference.startswith(prefix):
            return reference[len(prefix) :] or None
    return reference


def spelled(event: Optional[str]) -> Optional[str]:
    """An event's name in words: "pull_request_review" is "pull request review"."""
    return event.translate(str.maketrans("_-.:", "    ")).strip() or None if event else None
