"""What all signers share."""

import hmac
import re


def hex_hmac(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def clean(part: str) -> str:
    """Event parts of a topic: A-Z a-z 0-9 _ - stay, and dots between words; other bytes become `_`; at most 64 bytes."""
    cut = part.encode("latin-1", "replace")[:64].decode("latin-1")
    kept = re.sub(r"[^A-Za-z0-9_.-]", "_", cut)
    # A dot at the start, at the end or after another would make an empty word.
    return re.sub(r"(?<=\.)\.|^\.|\.$", "_", kept) or "_"
