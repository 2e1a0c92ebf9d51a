"""Another provider, in a real browser: it enforces PKCE, sends `aud` as a list, and names people by `sub` alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from harness.canaille import PASSWORD, Canaille
from harness.chromium import person
from harness.gateway import Gateway


@pytest.fixture(scope="module")
def provider(scratch: Path) -> Iterator[Canaille]:
    server = Canaille(scratch)
    server.add_person("alice", ["packager"])
    yield server
    server.stop()


@pytest.fixture(scope="module")
def gateway(provider: Canaille, make_gateway) -> Gateway:
    gateway = make_gateway(
        "canaille",
        {
            "oidc": {
                "issuer": provider.issuer, "client_id": "w2fm", "client_secret": provider.secret,
                "scopes": ["openid", "profile", "email", "groups"], "account_claims": ["sub"],
            }
        },
    )
    provider.add_client("w2fm", f"{gateway.url}/login/callback", f"{gateway.url}/")
    provider.start()
    gateway.start()
    return gateway


def pass_provider(page: Page, gateway: Gateway) -> None:
    """Name, password, consent: whatever it asks for."""
    for _ in range(6):
        if page.url.startswith(gateway.url):
            return
        with page.expect_navigation():
            if page.locator("input[name=login]").count():
                page.fill("input[name=login]", "alice")
                page.locator("input[name=login]").press("Enter")
            elif page.locator("input[name=password]").count():
                page.fill("input[name=password]", PASSWORD)
                page.locator("input[name=password]").press("Enter")
            else:
                page.locator("button[name=answer][value=accept]").click()


def test_a_login(gateway: Gateway, chrome: Chromium) -> None:
    with person(chrome) as page:
        page.goto(f"{gateway.url}/login?next=/healthz")
        pass_provider(page, gateway)
        assert page.url == f"{gateway.url}/healthz"
        assert any(cookie["name"] == "w2f" for cookie in page.context.cookies())
    assert '"account":"alice"' in gateway.log.decode().replace(" ", "")
