"""Providers that lie, stumble or say nothing: nobody is logged in by them, and webhooks go on."""

import statistics
import threading
import time
from collections.abc import Callable

import pytest

from harness.gateway import Gateway
from harness.promise import kept_within

from .browser import Browser
from .conftest import settings
from .provider import Answer, Document, Key, ScriptedProvider

Change = Callable[[Document], None]


def setting(**values: object) -> Change:
    return lambda document: document.update(values)


def without(name: str) -> Change:
    def change(document: Document) -> None:
        document.pop(name, None)

    return change


def refused(browser: Browser, provider: ScriptedProvider, status: int) -> None:
    answer = browser.get(browser.callback(provider))
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    assert browser.cookie is None


CLAIMS = {
    "iss": setting(iss="https://evil.example.org/"),
    "iss without its slash": lambda claims: claims.update(iss=claims["iss"].rstrip("/")),
    "aud": setting(aud="other"),
    "aud list": setting(aud=["other"]),
    "aud list without azp": lambda claims: (claims.update(aud=["w2fm", "other"]), claims.pop("azp")),
    "azp": setting(azp="other"),
    "nonce": setting(nonce="other"),
    "no nonce": without("nonce"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 61),
    "no exp": without("exp"),
    "not yet valid": lambda claims: claims.update(nbf=claims["iat"] + 3600),
    "made in the future": lambda claims: claims.update(iat=claims["iat"] + 3600),
    "no iat": without("iat"),
    "no sub": without("sub"),
    "c_hash": setting(c_hash="x"),
    "at_hash": setting(at_hash="x"),
}


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS.keys())
def test_id_tokens_that_do_not_hold(browser: Browser, provider: ScriptedProvider, change: Change) -> None:
    provider.change_claims = change
    refused(browser, provider, 502)
    assert provider.count("UserInfo") == 0


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "RS512"}, {"kid": "x"}, {"crit": ["x"]}])
def test_id_token_headers(browser: Browser, provider: ScriptedProvider, header: Document) -> None:
    provider.change_header = lambda document: document.update(header)
    if header.get("alg") == "none":
        provider.change_signature = lambda signature: b""
    refused(browser, provider, 502)


def test_a_wrong_signature(browser: Browser, provider: ScriptedProvider) -> None:
    provider.change_signature = lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])
    refused(browser, provider, 502)


def test_another_subject_in_userinfo(browser: Browser, provider: ScriptedProvider) -> None:
    provider.change_userinfo = setting(sub="mallory", preferred_username="mallory")
    refused(browser, provider, 502)


@pytest.mark.parametrize("name", ["Alice", "", "a b", "alice\n", "a/../b", "x" * 65, "-a", 3])
def test_names_that_no_account_has(browser: Browser, provider: ScriptedProvider, name: object) -> None:
    provider.change_userinfo = lambda info: (info.update(preferred_username=name), info.pop("nickname"))
    answer = browser.get(browser.callback(provider))
    assert answer.status_code in (403, 502)
    assert browser.cookie is None


def test_the_provider_changes_its_key(browser: Browser, provider: ScriptedProvider) -> None:
    browser.log_in(provider)
    time.sleep(1.1)
    provider.key = Key("key-2")
    provider.keys = [provider.key]
    other = Browser(browser.gateway)
    other.log_in(provider)
    assert other.is_logged_in()
    time.sleep(1.1)


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "unsupported_grant_type"])
def test_errors_with_status_200(browser: Browser, provider: ScriptedProvider, error: str) -> None:
    provider.answers["Token"] = Answer.json({"error": error, "error_description": "<b>"})
    refused(browser, provider, 400 if error == "invalid_grant" else 502)


def test_html_labelled_json(browser: Browser, provider: ScriptedProvider) -> None:
    provider.answers["Token"] = Answer(500, b"<html>", {"Content-Type": "application/json"})
    refused(browser, provider, 502)


def test_redirects_are_not_followed(browser: Browser, provider: ScriptedProvider) -> None:
    provider.answers["Token"] = Answer(302, b"", {"Location": f"{provider.issuer}Elsewhere"})
    refused(browser, provider, 502)
    assert provider.count("Elsewhere") == 0


@pytest.fixture(scope="module")
def impatient(_provider: ScriptedProvider, make_gateway) -> Gateway:
    gateway = make_gateway("impatient", settings(_provider, oidc={"request_timeout": "1s"}))
    gateway.start()
    return gateway


@pytest.mark.parametrize("endpoint", ["Token", "UserInfo"])
@pytest.mark.parametrize("answer", [Answer(delay=3), Answer(body=b" " * 3000, pause=0.01)], ids=["silent", "dripping"])
def test_slow_answers(impatient: Gateway, provider: ScriptedProvider, endpoint: str, answer: Answer) -> None:
    browser = Browser(impatient)
    callback = browser.callback(provider)
    provider.answers[endpoint] = answer
    with kept_within(2.5):
        response = browser.get(callback)
    assert response.status_code == 503
    assert browser.cookie is None


@pytest.mark.parametrize("endpoint", ["Token", "UserInfo"])
def test_answers_without_end(browser: Browser, provider: ScriptedProvider, endpoint: str) -> None:
    provider.answers[endpoint] = Answer(body=b'{"x": "' + b"y" * (1 << 20) + b'"}')
    refused(browser, provider, 503)


def test_webhooks_go_on_while_the_provider_hangs(impatient: Gateway, provider: ScriptedProvider) -> None:
    """More logins than may ask at once, all of them hanging: the loops serve on."""
    browsers = [Browser(impatient) for _ in range(12)]
    callbacks = [browser.callback(provider) for browser in browsers]
    provider.answers["Token"] = Answer(delay=3)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda pair=pair: statuses.append(pair[0].get(pair[1]).status_code))
        for pair in zip(browsers, callbacks, strict=True)
    ]
    for thread in threads:
        thread.start()
    times = []
    while any(thread.is_alive() for thread in threads):
        start = time.monotonic()
        assert impatient.alive()
        times.append(time.monotonic() - start)
    assert statuses == [503] * 12
    # A loop that waits for the provider answers nobody for a second.
    assert len(times) >= 20 and statistics.median(times) < 0.2, times


DISCOVERY = {
    "another issuer": setting(issuer="https://evil.example.org/openidc/"),
    "no issuer": without("issuer"),
    "no token endpoint": without("token_endpoint"),
    "a strange endpoint": setting(authorization_endpoint="javascript:alert(1)"),
}


@pytest.mark.parametrize("change", DISCOVERY.values(), ids=DISCOVERY.keys())
def test_discovery_documents(provider: ScriptedProvider, make_gateway, request, change: Change) -> None:
    provider.change_metadata = change
    gateway = make_gateway(request.node.callspec.id.replace(" ", "-"), settings(provider))
    gateway.start()
    answer = Browser(gateway).get("/login")
    assert answer.status_code == 502
    assert "Location" not in answer.headers
    # Mended, it works by itself.
    provider.reset()
    assert Browser(gateway).log_in(provider).status_code == 303
    gateway.stop()


def test_nobody_answers(make_gateway, provider: ScriptedProvider) -> None:
    gateway = make_gateway("away", settings(provider, oidc={"issuer": "http://127.0.0.1:1/openidc"}))
    gateway.start()
    answer = Browser(gateway).get("/login?next=/tokens")
    assert answer.status_code == 503
    assert "/login?next=%2Ftokens" in answer.text
    assert gateway.alive()
    gateway.stop()


# Groups and grants, asked for again


def test_sessions_are_refreshed_and_end_with_their_grant(make_gateway, provider: ScriptedProvider) -> None:
    gateway = make_gateway("rights", settings(provider, sessions={"rights_max_age": "4s", "cache_ttl": "0ms"}))
    gateway.start()
    browser = Browser(gateway)
    browser.log_in(provider)
    assert browser.is_logged_in()
    assert provider.count("UserInfo") == 1
    time.sleep(4.1)
    assert browser.is_logged_in()
    assert provider.count("UserInfo") == 2
    # The access token ends early: the refresh token helps, and is changed.
    provider.access.clear()
    time.sleep(4.1)
    assert browser.is_logged_in()
    assert provider.count("Token") == 2
    # The provider is away: the login holds.
    provider.answers["UserInfo"] = Answer(status=500)
    time.sleep(4.1)
    assert browser.is_logged_in()
    # The grant is withdrawn.
    provider.answers.clear()
    provider.access.clear()
    provider.refresh.clear()
    gateway.stop()
    gateway = make_gateway("rights-2", settings(provider, sessions={"rights_max_age": "1s"}))
    gateway.start()
    browser = Browser(gateway)
    browser.log_in(provider)
    provider.access.clear()
    provider.refresh.clear()
    time.sleep(1.1)
    assert not browser.is_logged_in()
    gateway.stop()
