"""5,000 tokens: lists and searches show what is there. What pages cost then is for Tests/run --timing."""

from pathlib import Path

import pytest

from .browser import Browser, with_thousands_of_tokens


@pytest.fixture(scope="module")
def many(make_gateway, scratch: Path) -> Browser:
    return with_thousands_of_tokens(make_gateway, scratch)


def test_a_list_of_thousands_can_be_used(many: Browser) -> None:
    first = many.get("/tokens").text
    assert "5,000 tokens" in first and "1–25 of 5,000" in first
    last = many.get("/tokens?page=200&sort=name").text
    assert "4,976–5,000 of 5,000" in last and "token 4999" in last
    assert many.get("/tokens?page=201").status_code == 200
    found = many.get("/tokens?q=token+4321").text
    assert "1 token" in found and "token 4321" in found
    assert "1,250 tokens" in many.get("/tokens?service=gitlab").text
    assert "499 tokens" in many.get("/tokens?state=disabled").text
    assert many.get("/tokens?sort=delivery").status_code == 200
    assert len(first) < 100_000
