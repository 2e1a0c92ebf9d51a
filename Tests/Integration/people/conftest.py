"""A gateway with the scripted provider; tests that bend the provider get it straight again."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harness.gateway import Gateway

from .browser import Browser
from .provider import CLIENT, SECRET, ScriptedProvider

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

Settings = dict[str, dict[str, object]]


def settings(provider: ScriptedProvider, **more: dict[str, object]) -> Settings:
    """A client of the scripted provider, which looks for new keys soon."""
    oidc: dict[str, object] = {
        # As Fedora's settings: without the slash that the document has.
        "issuer": provider.issuer.rstrip("/"),
        "client_id": CLIENT,
        "client_secret": SECRET,
        "refetch_interval": "1s",
    }
    return {"oidc": oidc | more.pop("oidc", {}), **more}


@pytest.fixture(scope="session")
def chrome() -> "Iterator[Chromium]":
    """One for all: each test has a profile of its own in it."""
    # Other suites take the provider from here, and have no driver for browsers.
    from harness.chromium import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def _provider() -> Iterator[ScriptedProvider]:
    provider = ScriptedProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(_provider: ScriptedProvider) -> ScriptedProvider:
    _provider.reset()
    return _provider


@pytest.fixture(scope="module")
def gateway(_provider: ScriptedProvider, make_gateway) -> Gateway:
    gateway = make_gateway("gateway", settings(_provider))
    gateway.start()
    return gateway


@pytest.fixture
def browser(gateway: Gateway) -> Browser:
    return Browser(gateway)
