"""Two gateways on one PostgreSQL: a login may begin at one and end at the other."""

import os
from pathlib import Path

import pytest

from harness.gateway import Gateway
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.promise import kept_within

from .browser import Browser
from .conftest import settings
from .provider import ScriptedProvider


@pytest.fixture(scope="module")
def pair(make_gateway, postgresql: PostgreSQL, _provider: ScriptedProvider, scratch: Path) -> tuple[Gateway, Gateway]:
    url = postgresql.create_database("people")
    key = scratch / "people-root.key"
    gateways: list[Gateway] = []
    for name in ("one", "two"):
        common = settings(_provider, database={"url": url}, keys={"root_key_file": str(key)})
        if gateways:
            common["server"] = {"public_url": gateways[0].url}
        else:
            key.touch(mode=0o600)
            key.write_text(os.urandom(32).hex() + "\n")
        gateways.append(make_gateway(name, common))
    for gateway in gateways:
        gateway.start()
    for gateway in gateways:
        wait_until(lambda: gateway.log.count(b"listening for changes") >= 2, 30, "the gateway to listen")
    return gateways[0], gateways[1]


def other(browser: Browser, gateway: Gateway) -> Browser:
    """The same browser behind a proxy that sends it to another replica this time."""
    elsewhere = Browser(gateway)
    elsewhere.session.cookies = browser.session.cookies
    elsewhere.session.headers["Host"] = f"127.0.0.1:{browser.gateway.port}"
    return elsewhere


def test_a_login_across_replicas(pair: tuple[Gateway, Gateway], provider: ScriptedProvider) -> None:
    one = Browser(pair[0])
    two = other(one, pair[1])
    callback = provider.authorize(two.begin("/tokens"))
    assert callback.startswith(pair[0].url)
    assert one.get(callback).status_code == 303
    assert one.is_logged_in()
    assert two.is_logged_in()
    # Logged out at one, it is over at the other.
    assert two.post("/logout", {"csrf": two.csrf}).status_code == 200
    assert not two.is_logged_in()


def test_what_one_ended_the_other_ends(pair: tuple[Gateway, Gateway], provider: ScriptedProvider) -> None:
    one = Browser(pair[0])
    one.log_in(provider)
    cookies = one.session.cookies.copy()
    two = other(one, pair[1])
    assert two.is_logged_in()
    assert one.post("/logout", {"csrf": one.csrf}).status_code == 200
    two.session.cookies = cookies
    with kept_within(1):
        wait_until(lambda: not two.is_logged_in(), 10, "the session to be over at the other replica", interval=0.02)


def test_a_callback_is_used_once_in_all(pair: tuple[Gateway, Gateway], provider: ScriptedProvider) -> None:
    one = Browser(pair[0])
    callback = one.callback(provider)
    thief = other(Browser(pair[0]), pair[1])
    thief.session.cookies = one.session.cookies.copy()
    assert one.get(callback).status_code == 303
    path = callback.removeprefix(pair[0].url)
    assert thief.get(path).status_code == 400
