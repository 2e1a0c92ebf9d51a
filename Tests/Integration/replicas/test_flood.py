"""Made-up ids cost the database nothing."""

import random
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
    made_up = {_made_up() for _ in range(2000)}
    assert len(made_up) == 2000
    with requests.Session() as session:
        for identifier in made_up:
            assert session.post(f"{pair.one.url}/github/{identifier}", data=b"{}", timeout=10).status_code == 404
    after = _transactions(pair)
    # Ours, the look at what is pending every now and then, and autovacuum's.
    assert after - before < 100, f"{after - before} transactions for 2,000 requests"
    assert status(pair.one, token) == 202


def _made_up() -> str:
    """As ids are written, Crockford's base 32 of 128 bits, all but for the keyed tag inside."""
    return random.choice("01234567") + "".join(random.choices("0123456789abcdefghjkmnpqrstvwxyz", k=25))
