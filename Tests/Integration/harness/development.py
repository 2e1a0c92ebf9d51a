"""Servers with the development login, and thousands of tokens in the database of one."""

import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

from .gateway import Gateway, binary
from .process import ManagedProcess

ADMINS = {"sessions": {"admin_groups": ["sysadmin-main"]}}
TOKENS = 5_000


def add_copies(path: Path) -> None:
    """Copies of the one token that is there: rows as the server makes them, but quicker. Their secrets cannot be
    opened; nobody asks for them here."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        token = dict(database.execute("SELECT * FROM token").fetchone())
        owner = dict(database.execute("SELECT * FROM token_owner").fetchone())
        for number in range(1, TOKENS):
            identifier, digits = str(uuid.uuid4()), ""
            for shift in range(125, -1, -5):
                digits += alphabet[uuid.UUID(identifier).int >> shift & 31]
            copy = token | {
                "uuid": identifier, "public_id": digits, "name": f"token {number:04}",
                "service": ("github", "gitlab", "forgejo", "discourse")[number % 4],
                "state": "disabled" if number % 10 == 0 else "enabled", "created_at": token["created_at"] + number,
            }
            rows = {"token": copy, "token_owner": owner | {"token_uuid": identifier}}
            if number % 5:
                rows["token_activity"] = _activity(identifier, number)
            for table, row in rows.items():
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def _activity(token: str, number: int) -> dict[str, object]:
    at = 1_795_000_000_000 + number * 7919 % 5_000 * 1_000
    return {
        "token_uuid": token, "published": number, "withheld": 0, "refused": 1, "accepted_noted": 0, "refused_noted": 0,
        "last_accepted_at": at, "last_refused_at": at + (1 if number % 50 == 0 else -1), "last_at": at + 1,
    }


def development(
    make_gateway: Callable[..., Gateway], name: str, settings: dict[str, dict[str, object]] | None = None
) -> Gateway:
    """A started gateway with the development login and messages in a file."""
    gateway = make_gateway(name, ADMINS | (settings or {}))
    gateway.process = ManagedProcess(
        "serve", [binary(), "serve", "--dev-login", "--config", str(gateway.configuration)], gateway.directory
    )
    gateway.start()
    return gateway
