"""Logging in at a provider that answers as it should, and everything that people may do to it."""

import re
import urllib.parse

import pytest

from harness.gateway import Gateway
from harness.rawhttp import exchange, request_bytes

from .browser import COOKIE, Browser
from .conftest import settings
from .provider import SECRET, ScriptedProvider


def test_a_login(browser: Browser, provider: ScriptedProvider) -> None:
    location = browser.begin("/tokens?page=2")
    query = provider.query(location)
    assert query["redirect_uri"] == f"{browser.gateway.url}/login/callback"
    assert query["scope"].split()[0] == "openid"
    answer = browser.get(provider.authorize(location))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tokens?page=2")
    assert browser.is_logged_in()
    form = next(form for name, form in provider.requests if name == "Token")
    assert form["redirect_uri"] == query["redirect_uri"]


def test_the_session_cookie_is_marked_well(browser: Browser, provider: ScriptedProvider) -> None:
    answer = browser.log_in(provider)
    cookies = answer.raw.headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith(f"{COOKIE}="))
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{54}}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax", session)
    # The login in progress is over.
    assert any(cookie.startswith("w2f-login-") and "Max-Age=0" in cookie for cookie in cookies)
    assert answer.headers["Cache-Control"] == "no-store"


def test_under_https_cookies_are_of_this_host_alone(provider: ScriptedProvider, make_gateway) -> None:
    gateway = make_gateway(
        "https", settings(provider, server={"public_url": "https://hooks.example.org"})
    )
    gateway.start()
    answer = Browser(gateway).get("/login")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-w2f-login-") and cookie.endswith("; Secure")
    assert "Domain" not in cookie
    query = provider.query(answer.headers["Location"])
    assert query["redirect_uri"] == "https://hooks.example.org/login/callback"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    gateway.stop()


def test_the_host_field_makes_no_addresses(gateway: Gateway, provider: ScriptedProvider) -> None:
    request = request_bytes("GET", "/login", [("Host", "evil.example.org"), ("Connection", "close")])
    location = exchange(gateway.port, request).responses[0].headers["location"]
    assert provider.query(location)["redirect_uri"] == f"{gateway.url}/login/callback"


def test_another_name_of_this_machine_leads_to_the_one_that_is_registered(gateway: Gateway) -> None:
    answer = Browser(gateway).get(f"http://localhost:{gateway.port}/login?next=/tokens")
    assert answer.headers["Location"] == f"{gateway.url}/login?next=%2Ftokens"
    assert "Set-Cookie" not in answer.headers


# Where to go afterwards


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
        "/\t/evil.example.org", "javascript:alert(1)", "/x\r\nSet-Cookie: w2f=x", "http:/evil.example.org",
        "%2F%2Fevil.example.org", "/login?next=/login", "/logout", " //evil.example.org",
    ],
)
def test_nobody_is_sent_elsewhere(browser: Browser, provider: ScriptedProvider, address: str) -> None:
    answer = browser.log_in(provider, next_page=address)
    assert answer.headers["Location"] == "/"
    assert len(answer.raw.headers.getlist("Set-Cookie")) == 2


def test_two_addresses_are_no_way_round_that(browser: Browser, provider: ScriptedProvider) -> None:
    location = browser.get("/login?next=/tokens&next=//evil.example.org").headers["Location"]
    assert browser.get(provider.authorize(location)).headers["Location"] == "/tokens"


# Callbacks


def test_a_callback_in_another_browser(gateway: Gateway, provider: ScriptedProvider) -> None:
    callback = Browser(gateway).callback(provider, "mallory")
    victim = Browser(gateway)
    answer = victim.get(callback)
    assert answer.status_code == 400
    assert "Log in again" in answer.text
    assert victim.cookie is None
    assert provider.count("Token") == 0


def test_a_callback_with_another_login_of_the_same_browser(browser: Browser, provider: ScriptedProvider) -> None:
    first, second = browser.begin(), browser.begin()
    # Two tabs: each of them works.
    assert browser.get(provider.authorize(second)).status_code == 303
    assert browser.get(provider.authorize(first)).status_code == 303


def test_a_code_of_another_login(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(Browser(gateway).callback(provider, "mallory")).query)["code"][0]
    state = provider.query(browser.begin())["state"]
    answer = browser.get(f"/login/callback?{urllib.parse.urlencode({'code': code, 'state': state})}")
    assert answer.status_code == 400
    assert browser.cookie is None


def test_a_callback_used_twice(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    callback = browser.callback(provider)
    stolen = Browser(gateway)
    stolen.session.cookies.update(browser.session.cookies)
    assert browser.get(callback).status_code == 303
    tokens = provider.count("Token")
    answer = stolen.get(callback)
    assert answer.status_code == 400
    assert stolen.cookie is None
    assert provider.count("Token") == tokens, "the provider takes a code used twice for theft, and ends the login"


def test_a_callback_loaded_twice_by_the_person(browser: Browser, provider: ScriptedProvider) -> None:
    location = browser.begin("/tokens")
    callback = provider.authorize(location)
    cookies = browser.session.cookies.copy()
    assert browser.get(callback).status_code == 303
    browser.session.cookies.update({name: value for name, value in cookies.items() if name.startswith("w2f-login-")})
    answer = browser.get(callback)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tokens")
    assert browser.is_logged_in()


def test_a_state_that_was_changed(browser: Browser, provider: ScriptedProvider) -> None:
    callback = browser.callback(provider)
    # The beginning names the cookie; the rest must be right as well.
    assert browser.get(callback[:-1] + ("A" if callback[-1] != "A" else "B")).status_code == 400
    assert browser.cookie is None


def test_a_login_cookie_of_ones_own_making(browser: Browser, provider: ScriptedProvider) -> None:
    callback = browser.callback(provider)
    for name in list(browser.session.cookies.keys()):
        value = browser.session.cookies.get(name)
        browser.session.cookies.set(name, value[:-2] + ("AA" if not value.endswith("AA") else "BB"), domain="127.0.0.1")
    assert Browser(browser.gateway).get(callback, cookies=dict(browser.session.cookies)).status_code == 400


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=y", "error=access_denied", "code=a&code=b&state=c", "state=%00&code=a"]
)
def test_callbacks_that_are_none(browser: Browser, query: str) -> None:
    answer = browser.get(f"/login/callback?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_person_said_no(browser: Browser, provider: ScriptedProvider) -> None:
    state = provider.query(browser.begin("/tokens"))["state"]
    text = "<script>alert(1)</script>"
    answer = browser.get(
        "/login/callback?"
        + urllib.parse.urlencode({"error": "access_denied", "error_description": text, "state": state})
    )
    assert answer.status_code == 403
    assert "alert" not in answer.text
    assert "/login?next=%2Ftokens" in answer.text
    assert browser.cookie is None


def test_an_error_in_strange_words(browser: Browser, provider: ScriptedProvider) -> None:
    state = provider.query(browser.begin())["state"]
    answer = browser.get("/login/callback?" + urllib.parse.urlencode({"error": "<u>\r\nX: y", "state": state}))
    assert answer.status_code == 502
    assert "<u>" not in answer.text


# Sessions


def test_a_login_gives_a_new_id(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    mallory = Browser(gateway)
    mallory.log_in(provider, "mallory")
    planted = mallory.cookie
    assert planted
    browser.session.cookies.set(COOKIE, planted, domain="127.0.0.1")
    # Someone else's session was planted: a fresh login leaves nothing of it.
    location = browser.begin(fresh=True)
    assert browser.get(provider.authorize(location, "alice")).status_code == 303
    assert browser.cookie != planted
    assert not mallory.is_logged_in()


@pytest.mark.parametrize("cookie", ["x", "A" * 54, "", "a b", '"quoted"'])
def test_made_up_ids_are_nobodys(gateway: Gateway, cookie: str) -> None:
    browser = Browser(gateway)
    answer = browser.get("/login", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert answer.headers["Location"].startswith("http://localhost:")


def test_a_fresh_login_is_asked_for_and_checked(browser: Browser, provider: ScriptedProvider) -> None:
    browser.log_in(provider)
    location = browser.begin("/admin", fresh=True)
    assert provider.query(location)["max_age"] == "3600"
    provider.change_claims = lambda claims: claims.update(auth_time=claims["iat"] - 4000)
    answer = browser.get(provider.authorize(location))
    assert answer.status_code == 403
    provider.reset()
    answer = browser.get(provider.authorize(browser.begin("/admin", fresh=True)))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")


def test_many_tabs_do_not_fill_the_browser(browser: Browser, provider: ScriptedProvider) -> None:
    for _ in range(40):
        browser.begin()
        kept = [name for name in browser.session.cookies.keys() if name.startswith("w2f-login-")]
        assert len(kept) <= 6
    assert browser.log_in(provider).status_code == 303


# Logging out


def test_logging_out(browser: Browser, provider: ScriptedProvider) -> None:
    browser.log_in(provider)
    cookie = browser.cookie
    answer = browser.post("/logout", {"csrf": browser.csrf})
    assert answer.status_code == 200
    assert "logged out" in answer.text
    assert "Refresh" not in answer.headers
    assert browser.cookie is None
    # The cookie is worth nothing any more.
    browser.session.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    assert not browser.is_logged_in()


def test_logging_out_at_the_provider_too(provider: ScriptedProvider, make_gateway) -> None:
    provider.change_metadata = lambda metadata: metadata.update(end_session_endpoint=f"{provider.issuer}Logout")
    gateway = make_gateway("logout", settings(provider))
    gateway.start()
    browser = Browser(gateway)
    browser.log_in(provider)
    refresh = browser.post("/logout", {"csrf": browser.csrf}).headers["Refresh"]
    url = urllib.parse.urlsplit(refresh.removeprefix("0; url="))
    query = dict(urllib.parse.parse_qsl(url.query))
    assert url.path == "/openidc/Logout"
    assert query["post_logout_redirect_uri"] == f"{gateway.url}/"
    assert query["id_token_hint"].count(".") == 2
    gateway.stop()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"}])
def test_other_sites_cannot_log_people_out(browser: Browser, provider: ScriptedProvider, headers: dict[str, str]) -> None:
    browser.log_in(provider)
    assert browser.post("/logout", {"csrf": browser.csrf}, headers=headers).status_code == 403
    assert browser.is_logged_in()


def test_forms_carry_their_sessions_token(browser: Browser, gateway: Gateway, provider: ScriptedProvider) -> None:
    browser.log_in(provider)
    other = Browser(gateway)
    other.log_in(provider, "mallory")
    for form in [{}, {"csrf": ""}, {"csrf": other.csrf}, {"csrf": browser.csrf[:-1]}, {"csrf ": browser.csrf}]:
        assert browser.post("/logout", form).status_code == 403, form
    twice = f"csrf={browser.csrf}&csrf={browser.csrf}"
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.session.post(f"{gateway.url}/logout", data=twice, headers=form_type).status_code == 403
    plain = {"Content-Type": "text/plain"}
    assert browser.session.post(f"{gateway.url}/logout", data=f"csrf={browser.csrf}", headers=plain).status_code == 403
    assert browser.is_logged_in()


def test_a_get_does_not_log_out(browser: Browser, provider: ScriptedProvider) -> None:
    """The address of a form leads to the page that has the form."""
    browser.log_in(provider)
    answer = browser.get("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert browser.is_logged_in()


def test_forms_are_bounded(browser: Browser, provider: ScriptedProvider) -> None:
    browser.log_in(provider)
    assert browser.post("/logout", {"csrf": browser.csrf, "x": "y" * 70_000}).status_code == 413
    assert browser.is_logged_in()


# What remains


def test_pages_are_guarded(browser: Browser) -> None:
    answer = browser.get("/login/callback")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_secret_is_in_the_log(browser: Browser, provider: ScriptedProvider) -> None:
    callback = browser.callback(provider)
    secrets = {SECRET, *browser.session.cookies.values()}
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
    secrets |= {query["code"], query["state"]}
    assert browser.get(callback).status_code == 303
    secrets |= {browser.cookie or "", browser.csrf, *provider.access, *provider.refresh}
    log = browser.gateway.log.decode()
    assert not [secret for secret in secrets if secret and secret in log]
