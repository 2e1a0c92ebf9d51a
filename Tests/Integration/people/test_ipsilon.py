"""Fedora's own identity provider, with a real browser."""

import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from harness.chromium import follow, person, screenshot
from harness.gateway import Gateway
from harness.ipsilon import PASSWORD, Ipsilon

PEOPLE: dict[str, dict[str, object]] = {
    "alice": {
        "fullname": "Alice Example", "email": "alice@fedoraproject.org", "_groups": ["packager", "fedora-contributor"],
        "agreements": ["Fedora Project Contributor Agreement"],
    },
    "bob": {"fullname": "Bob <b>Example</b>", "email": "bob@fedoraproject.org", "_groups": []},
}

METHODS = ["client_secret_post", "client_secret_basic", "none"]


@pytest.fixture(scope="module")
def ipsilon(scratch: Path) -> Iterator[Ipsilon]:
    server = Ipsilon(scratch, PEOPLE)
    server.start()
    yield server
    server.stop()


def settings(ipsilon: Ipsilon, client: str, method: str) -> dict[str, dict[str, object]]:
    oidc: dict[str, object] = {"issuer": ipsilon.issuer, "client_id": client, "client_authentication": method}
    if method != "none":
        oidc["client_secret"] = ipsilon.secret
    return {"oidc": oidc}


@pytest.fixture(scope="module")
def gateways(ipsilon: Ipsilon, make_gateway) -> dict[str, Gateway]:
    made: dict[str, Gateway] = {}
    for method in METHODS:
        gateway = make_gateway(method.replace("_", "-"), settings(ipsilon, f"w2fm-{method}", method))
        ipsilon.add_client(f"w2fm-{method}", f"{gateway.url}/login/callback", method)
        gateway.start()
        made[method] = gateway
    return made


@pytest.fixture
def browser(chrome: Chromium) -> Chromium:
    """In place of the one that is made of requests."""
    return chrome


def log_in(page: Page, gateway: Gateway, account: str, next_page: str = "/healthz") -> None:
    page.goto(f"{gateway.url}/login?next={urllib.parse.quote(next_page, safe='')}")
    if "/login/testauth" in page.url:
        screenshot(page, "ipsilon-login")
        page.fill("#login_name", account)
        page.fill("#login_password", PASSWORD)
        follow(page.locator("button[type=submit]"))
    page.wait_for_url(f"{gateway.url}{next_page}")


def cookie(page: Page) -> str | None:
    return next((cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "w2f"), None)


@pytest.mark.parametrize("method", METHODS)
def test_the_first_login(browser: Chromium, gateways: dict[str, Gateway], method: str) -> None:
    gateway = gateways[method]
    with person(browser) as page:
        log_in(page, gateway, "alice")
        assert cookie(page)
        # Who is logged in is not sent to the provider again.
        page.goto(f"{gateway.url}/login?next=/readyz")
        assert page.url == f"{gateway.url}/readyz"
    assert '"account":"alice"' in gateway.log.decode().replace(" ", "")


def test_a_browser_without_script(browser: Chromium, gateways: dict[str, Gateway]) -> None:
    with person(browser, script=False) as page:
        log_in(page, gateways["none"], "bob")
        assert cookie(page)


def test_a_second_login_needs_no_password(browser: Chromium, gateways: dict[str, Gateway]) -> None:
    """Unless it has to be fresh: then Ipsilon asks again, though it knows who is there."""
    gateway = gateways["client_secret_post"]
    with person(browser) as page:
        log_in(page, gateway, "alice")
        first = cookie(page)
        page.context.clear_cookies(name="w2f")
        page.goto(f"{gateway.url}/login?next=/healthz")
        page.wait_for_url(f"{gateway.url}/healthz")
        second = cookie(page)
        assert second not in (None, first)
        page.goto(f"{gateway.url}/login?fresh=1&next=/healthz")
        page.fill("#login_name", "alice")
        page.fill("#login_password", PASSWORD)
        follow(page.locator("button[type=submit]"))
        page.wait_for_url(f"{gateway.url}/healthz")
        assert cookie(page) not in (None, first, second)


def test_the_back_button_after_a_login(browser: Chromium, gateways: dict[str, Gateway]) -> None:
    gateway = gateways["client_secret_post"]
    with person(browser) as page:
        seen: list[str] = []
        page.on("request", lambda request: seen.append(request.url) if "/login/callback" in request.url else None)
        log_in(page, gateway, "alice")
        page.goto(seen[0])
        assert page.url == f"{gateway.url}/", "no error for somebody who is logged in"
        page.goto(f"{gateway.url}/login?next=/readyz")
        assert page.url.endswith("/readyz"), "still logged in"


def test_a_wrong_secret(browser: Chromium, ipsilon: Ipsilon, make_gateway) -> None:
    wrong = settings(ipsilon, "w2fm-wrong", "client_secret_post")
    wrong["oidc"]["client_secret"] = "not-the-secret"
    gateway = make_gateway("wrong", wrong)
    ipsilon.add_client("w2fm-wrong", f"{gateway.url}/login/callback")
    gateway.start()
    with person(browser) as page:
        page.goto(f"{gateway.url}/login")
        page.fill("#login_name", "alice")
        page.fill("#login_password", PASSWORD)
        follow(page.locator("button[type=submit]"))
        page.wait_for_url(f"{gateway.url}/login/callback**")
        screenshot(page, "login-failed")
        assert page.locator("h1").inner_text()
        assert cookie(page) is None
    assert b"invalid_client" in gateway.log
    gateway.stop()


def test_consent_that_is_refused(browser: Chromium, ipsilon: Ipsilon, make_gateway) -> None:
    gateway = make_gateway("consent", settings(ipsilon, "w2fm-consent", "client_secret_post"))
    ipsilon.add_client("w2fm-consent", f"{gateway.url}/login/callback", trusted=False)
    gateway.start()
    with person(browser) as page:
        page.goto(f"{gateway.url}/login?next=/healthz")
        page.fill("#login_name", "alice")
        page.fill("#login_password", PASSWORD)
        follow(page.locator("button[type=submit]"))
        follow(page.locator("button[name=decided_deny]"))
        page.wait_for_url(f"{gateway.url}/login/callback**")
        assert cookie(page) is None
        follow(page.get_by_role("link", name="Try again"))
        follow(page.locator("button[name=decided_allow]"))
        page.wait_for_url(f"{gateway.url}/healthz")
        assert cookie(page)
    gateway.stop()
