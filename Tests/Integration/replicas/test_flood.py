"""Made-up ids cost the database nothing."""

import random

import requests

from .conftest import Pair, reads, status


def test_made_up_ids_ask_the_database_nothing(pair: Pair) -> None:
    token = pair.one.create_token("github")
    assert status(pair.one, token) == 202
    made_up = {_made_up() for _ in range(2000)}
    assert len(made_up) == 2000
    with pair.database.statements(pair.name) as statements, requests.Session() as session:
        for identifier in made_up:
            assert session.post(f"{pair.one.url}/github/{identifier}", data=b"{}", timeout=10).status_code == 404
        asked = statements()
        assert reads(asked) == []
        # The look at what is pending every now and then, and the proofs that notices arrive.
        assert len(asked) < 100, f"{len(asked)} statements for 2,000 requests"
        # A token that is not known yet is asked for, once.
        assert [status(pair.two, token) for _ in range(3)] == [202] * 3
        assert len(reads(statements())) == 1
    assert status(pair.one, token) == 202


def _made_up() -> str:
    """As ids are written, Crockford's base 32 of 128 bits, all but for the keyed tag inside."""
    return random.choice("01234567") + "".join(random.choices("0123456789abcdefghjkmnpqrstvwxyz", k=25))
