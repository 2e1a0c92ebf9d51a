"""Made-up ids cost the database nothing."""

import base64
import os
import time

import requests

from .conftest import Pair, status


def _transactions(pair: Pair) -> int:
    # What a connection did is counted at the latest a second after; those that asked before are among it.
    time.sleep(1.5)
    return pair.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    )[0][0]


def test_made_up_ids_ask_the_database_nothing(pair: Pair) -> None:
    token = pair.one.create_token("github")
    assert status(pair.one, token) == 202
    before = _transactions(pair)
    with requests.Session() as session:
        for number in range(2000):
            made_up = _like(token.id, number)
            answer = session.post(f"{pair.one.url}/github/{made_up}", data=b"{}", timeout=10)
            assert answer.status_code == 404, made_up
    after = _transactions(pair)
    # Ours, the look at what is pending every now and then, and autovacuum's.
    assert after - before < 100, f"{after - before} transactions for 2,000 requests"
    assert status(pair.one, token) == 202


def _like(identifier: str, number: int) -> str:
    """Random ids, and the real one with one character changed."""
    if number % 2:
        return base64.b32encode(os.urandom(32)).decode().lower()[: len(identifier)]
    place = number // 2 % len(identifier)
    other = "b" if identifier[place] != "b" else "c"
    return identifier[:place] + other + identifier[place + 1 :]
