"""Logins that cost something, that say too little, and that end."""

import re
import sqlite3
import threading
import urllib.parse
from collections.abc import Iterator

import pytest
from requests.adapters import HTTPAdapter

from harness.gateway import Gateway
from harness.process import wait_until

from .browser import COOKIE, Browser
from .conftest import settings
from .provider import Answer, ScriptedProvider


def rows(gateway: Gateway, table: str) -> int:
    connection = sqlite3.connect(gateway.directory / "tokens.sqlite", timeout=10)
    try:
        count: int = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
        return count
    finally:
        connection.close()


def from_address(gateway: Gateway, address: str) -> Browser:
    """A browser on another of this machine's addresses."""

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: object, **options: object) -> None:
            super().init_poolmanager(*arguments, source_address=(address, 0), **options)  # type: ignore[arg-type]

    browser = Browser(gateway)
    browser.session.mount("http://", Adapter())
    return browser


# What a callback costs


def test_only_a_code_that_is_redeemed_is_written_down(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    before = rows(gateway, "used_login")
    for number in range(40):
        state = provider.query(browser.begin())["state"]
        for query in (
            {"error": "access_denied", "state": state},
            {"code": "x", "state": state[:-1] + ("A" if state[-1] != "A" else "B")},
            {"state": state}, {"code": "", "state": state}, {"code": "x", "state": f"{number}"},
            {"code": "x", "error": "y", "state": state},
        ):
            assert browser.get(f"/login/callback?{urllib.parse.urlencode(query)}").status_code in (400, 403)
    # Without its cookie, a state is nobody's.
    state = provider.query(browser.begin())["state"]
    assert Browser(gateway).get(f"/login/callback?code=x&state={state}").status_code == 400
    assert rows(gateway, "used_login") == before
    assert provider.count("Token") == 0, "the provider is not asked either"
    browser.log_in(provider)
    assert rows(gateway, "used_login") == before + 1


def test_made_up_codes_leave_others_in_peace(make_gateway, provider: ScriptedProvider) -> None:
    """Ninety of them at once from one address, while the provider answers none."""
    gateway = make_gateway("crowd", settings(provider, oidc={"request_timeout": "15s"}))
    gateway.start()
    Browser(gateway).log_in(provider)
    redeemed = threading.Event()
    over = threading.Event()
    answer = provider.answer

    def slow(endpoint: str, form: dict[str, object], headers: dict[str, object]) -> Answer:
        if endpoint == "Token" and form.get("code") == "made-up":
            redeemed.set()
            over.wait(14)
        return answer(endpoint, form, headers)

    provider.answer = slow  # type: ignore[method-assign, assignment]
    statuses: list[int] = []

    def attack() -> None:
        crook = Browser(gateway)
        state = provider.query(crook.begin())["state"]
        statuses.append(crook.get(f"/login/callback?code=made-up&state={state}").status_code)

    crooks = [threading.Thread(target=attack) for _ in range(90)]
    try:
        for crook in crooks:
            crook.start()
        assert redeemed.wait(20)
        honest = from_address(gateway, "127.0.0.2")
        assert honest.log_in(provider).status_code == 303
        assert honest.is_logged_in()
    finally:
        over.set()
        for crook in crooks:
            crook.join()
        del provider.answer
    assert 429 in statuses
    assert set(statuses) <= {400, 429, 503}
    gateway.stop()


def test_a_provider_that_is_away_costs_no_rows(make_gateway, provider: ScriptedProvider) -> None:
    """Its document is known, and then it answers nobody, or with what is no answer."""
    gateway = make_gateway("away", settings(provider))
    gateway.start()
    browser = Browser(gateway)
    browser.log_in(provider)
    before = rows(gateway, "used_login")
    for number in range(300):
        provider.answers["Token"] = Answer(503, b"away") if number % 2 else Answer(200, b"<html>")
        crook = Browser(gateway)
        state = provider.query(crook.begin())["state"]
        assert crook.get(f"/login/callback?code=x&state={state}").status_code in (400, 429, 502, 503)
    assert rows(gateway, "used_login") == before
    # Nobody has to wait for that when it is back.
    del provider.answers["Token"]
    honest = Browser(gateway)
    assert honest.log_in(provider).status_code == 303 and honest.is_logged_in()
    gateway.stop()


def test_a_callback_makes_one_session(make_gateway, provider: ScriptedProvider) -> None:
    """However often it is loaded at once, and by a provider that takes a code twice."""
    gateway = make_gateway("twice", settings(provider))
    gateway.start()
    browser = Browser(gateway)
    url = browser.callback(provider)
    answer = provider.answer

    def forgetful(endpoint: str, form: dict[str, object], headers: dict[str, object]) -> Answer:
        for code in provider.codes.values():
            code.used = False
        return answer(endpoint, form, headers)

    provider.answer = forgetful  # type: ignore[method-assign, assignment]
    cookies = browser.session.cookies.get_dict()
    statuses: list[int] = []

    def load() -> None:
        copy = Browser(gateway)
        copy.session.cookies.update(cookies)
        statuses.append(copy.get(url).status_code)

    loads = [threading.Thread(target=load) for _ in range(8)]
    try:
        for thread in loads:
            thread.start()
    finally:
        for thread in loads:
            thread.join()
        load()
        del provider.answer
    assert sorted(statuses) == [303] + [400] * 8
    assert rows(gateway, "session") == 1
    assert provider.count("Token") == 1, "a code is not shown twice"
    gateway.stop()


# A provider that says too little


def test_no_login_time_is_no_fresh_login(make_gateway, provider: ScriptedProvider) -> None:
    gateway = make_gateway("undated", settings(provider, sessions={"admin_groups": ["sysadmin"]}))
    gateway.start()
    owner = Browser(gateway)
    owner.log_in(provider, "zoe")
    made = owner.post("/tokens/new", {"csrf": owner.csrf, "service": "github", "name": "bodhi"})
    assert made.status_code == 303
    path = made.headers["Location"].removesuffix("/secret")
    provider.groups = ["sysadmin"]
    provider.change_claims = lambda claims: claims.pop("auth_time")
    admin = Browser(gateway)
    admin.log_in(provider, "root")
    assert admin.get("/admin").status_code == 200
    refused = admin.post(f"{path}/disable", {"csrf": admin.csrf})
    assert refused.status_code == 403 and "Log in" in refused.text
    # The fresh login is asked for, and does not help; the page says why, and the old login lives.
    location = admin.begin(path, fresh=True)
    assert provider.query(location)["prompt"] == "login" and provider.query(location)["max_age"] == "3600"
    answer = admin.get(provider.authorize(location, "root"))
    assert answer.status_code == 403 and "auth_time" in answer.text
    assert admin.get("/admin").status_code == 200
    assert admin.post(f"{path}/disable", {"csrf": admin.csrf}).status_code == 403
    # A provider that says it.
    provider.change_claims = lambda claims: None
    assert admin.get(provider.authorize(admin.begin(path, fresh=True), "root")).headers["Location"] == path
    assert admin.post(f"{path}/disable", {"csrf": admin.csrf}).status_code == 303
    gateway.stop()


@pytest.mark.parametrize("groups", ["packager", "/packager", ["/packager"], "docs, packager"])
def test_groups_in_other_shapes(browser: Browser, provider: ScriptedProvider, groups: object) -> None:
    provider.change_userinfo = lambda info: info.update(groups=groups)
    browser.log_in(provider)
    assert re.search(r">\s*packager\s*<", browser.get("/account").text)


def test_signed_userinfo(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    provider.signs_userinfo = True
    browser.log_in(provider)
    assert browser.is_logged_in()
    provider.change_userinfo = lambda info: info.update(sub="somebody")
    assert Browser(gateway).get(Browser(gateway).callback(provider)).status_code == 400
    other = Browser(gateway)
    assert other.get(other.callback(provider)).status_code == 502


def test_the_log_names_a_refused_account(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    provider.change_userinfo = lambda info: info.update(preferred_username="Alice Example\n\x1b[31m")
    answer = browser.get(browser.callback(provider))
    assert answer.status_code == 403
    wait_until(lambda: "Alice Example" in gateway.process.log_tail(200), 10, "the name in the log")
    assert "\x1b" not in gateway.process.log_tail(200)


# Several logins at once


def test_only_the_oldest_login_is_given_up(browser: Browser, provider: ScriptedProvider) -> None:
    begun = [browser.begin(f"/tokens?page={number}") for number in range(6)]
    kept = [name for name in browser.session.cookies.keys() if name.startswith("w2f-login-")]
    assert len(kept) == 5
    for number, location in list(enumerate(begun))[1:]:
        answer = browser.get(provider.authorize(location))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/tokens?page={number}")


def test_going_back_to_the_callback(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    callback = browser.callback(provider, next_page="/tokens")
    assert browser.get(callback).status_code == 303
    for address in (callback, "/login/callback", "/login/callback?code=x&state=y", "/login/callback?state=y"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/"), address
    assert browser.is_logged_in()
    # Of somebody who is not logged in, it is an error still.
    assert Browser(gateway).get(callback).status_code == 400


# The end


@pytest.fixture
def revoking(make_gateway, provider: ScriptedProvider, request: pytest.FixtureRequest) -> Iterator[Gateway]:
    provider.change_metadata = lambda metadata: metadata.update(revocation_endpoint=f"{provider.issuer}Revoke")
    gateway = make_gateway(f"revoking-{request.node.name[:24]}", settings(provider))
    gateway.start()
    yield gateway
    gateway.stop()


def test_a_logout_gives_the_grant_back(revoking: Gateway, provider: ScriptedProvider) -> None:
    browser = Browser(revoking)
    browser.log_in(provider)
    browser.begin(fresh=True)
    token = next(iter(provider.refresh))
    answer = browser.post("/logout", {"csrf": browser.csrf})
    assert answer.status_code == 200
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert token not in provider.refresh
    form = next(form for name, form in provider.requests if name == "Revoke")
    assert (form["token"], form["token_type_hint"]) == (token, "refresh_token")
    ended = {line.split("=")[0] for line in answer.raw.headers.getlist("Set-Cookie") if "Max-Age=0" in line}
    assert {COOKIE, "w2f_secret", "w2f_flash"} <= ended
    assert any(name.startswith("w2f-login-") for name in ended)
    assert not browser.session.cookies


def test_a_slow_provider_keeps_nobody_logged_in(revoking: Gateway, provider: ScriptedProvider) -> None:
    browser = Browser(revoking)
    browser.log_in(provider)
    provider.answers["Revoke"] = Answer(delay=8)
    cookie = browser.cookie
    answer = browser.post("/logout", {"csrf": browser.csrf})
    assert answer.status_code == 200 and answer.elapsed.total_seconds() < 7
    browser.session.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    assert not browser.is_logged_in()


def test_logging_out_everywhere_gives_all_back(revoking: Gateway, provider: ScriptedProvider) -> None:
    first, second, other = Browser(revoking), Browser(revoking), Browser(revoking)
    for browser, account in ((first, "alice"), (second, "alice"), (other, "bob")):
        browser.log_in(provider, account)
    answer = first.post("/account/logout-everywhere", {"csrf": first.csrf})
    assert answer.status_code == 303 and "Clear-Site-Data" in answer.headers
    wait_until(lambda: list(provider.refresh.values()) == ["bob"], 10, "alice's grants given back")
    assert not second.is_logged_in() and other.is_logged_in()
    assert first.cookie is None


def test_without_a_refresh_token_a_login_lasts_a_day(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    grant = provider._grant
    provider._grant = lambda account: {  # type: ignore[method-assign]
        name: value for name, value in grant(account).items() if name != "refresh_token"
    }
    try:
        browser.log_in(provider, "daily")
    finally:
        del provider._grant
    connection = sqlite3.connect(gateway.directory / "tokens.sqlite", timeout=10)
    lifetime = connection.execute(
        "SELECT expires_at - created_at FROM session WHERE account = 'daily'"
    ).fetchone()[0]
    connection.close()
    assert lifetime == 86_400_000
