"""What people do on the pages, in a real browser, and what they send to their tokens."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from harness.chromium import follow, person, screenshot
from harness.corpus import fixtures
from harness.development import development
from harness.gateway import Gateway, Token
from harness.services import MADE_THERE, SETTINGS
from harness.signing import SIGNERS

Settings = dict[str, dict[str, object]]
# Services whose webhooks only their address proves.
WITHOUT_SECRET = ("quay", "dockerhub")
SERVICES = [name for name in SIGNERS]


def file_publisher(make_gateway: Callable[..., Gateway], name: str, scratch: object) -> Gateway:
    return development(make_gateway, name, {"broker": {"amqp_url": f"file:{scratch}/{name}.jsonl"}})


def log_in(page: Page, gateway: Gateway, account: str, groups: str = "", next_page: str = "/tokens") -> None:
    """By the development login's form."""
    page.goto(f"{gateway.url}{next_page}")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Groups").fill(groups)
    follow(page.get_by_role("button", name="Log in"))
    page.wait_for_url(f"{gateway.url}{next_page}")


@contextmanager
def somebody(
    browser: Chromium, gateway: Gateway, account: str, groups: str = "", next_page: str = "/tokens", **options: bool
) -> Iterator[Page]:
    """Logged in, in a browser of their own."""
    with person(browser, **options) as page:
        log_in(page, gateway, account, groups, next_page)
        yield page


def status(page: Page, path: str, gateway: Gateway) -> int:
    answer = page.goto(gateway.url + path)
    assert answer is not None
    return answer.status


@dataclass
class Added:
    """A token that was made on the page, which still shows its secret."""

    token: Token
    page_path: str


def add_token(page: Page, gateway: Gateway, service: str, name: str, scope: str = "") -> Added:
    """From the list, by way of the services, to the page with the secret."""
    page.goto(f"{gateway.url}/tokens")
    follow(page.get_by_role("link", name=re.compile("New token|Create token")).first)
    follow(page.locator(f'.choices a[href="/tokens/new?service={service}"]'))
    page.get_by_label("Name").fill(name)
    if scope:
        page.get_by_label("Repository or owner").fill(scope)
    for key, value in SETTINGS.get(service, {}).items():
        page.locator(f"#setting-{key}").fill(value)
    own = "0123456789abcdef" * 3
    if service in MADE_THERE:
        page.locator("#own-secret").fill(own)
    page.locator("#private").check()
    follow(page.get_by_role("button", name="Create token"))
    page.wait_for_url(re.compile(r"/tokens/[^/]+/secret$"))
    url = page.locator("#url").input_value()
    path = url.removeprefix(gateway.url)
    secret = own if service in MADE_THERE else "" if service in WITHOUT_SECRET else page.locator("#secret").input_value()
    identifier = path.rsplit("/", 1)[1]
    assert url == f"{gateway.url}/{service}/{identifier}"
    return Added(Token(identifier, service, secret, path), f"/tokens/{identifier}")


def deliver(gateway: Gateway, token: Token, secret: str | None = None, sample: int = 0) -> requests.Response:
    """One of the project's own payloads, signed by the token's secret or by another."""
    found = fixtures(token.service)
    one = found[sample % len(found)]
    webhook = SIGNERS[token.service](token.secret if secret is None else secret, one.payload, one.event)
    return gateway.post(token, webhook)


def section(page: Page, name: str) -> Locator:
    """A part of a page by its heading."""
    return page.get_by_role("region", name=name, exact=True)


def expect_delivery(page: Page, outcome: str) -> Locator:
    """The newest delivery, reloading until it is there: they are written in batches."""
    row = section(page, "Deliveries").locator("tbody tr").first
    for _ in range(20):
        if row.count() and outcome in row.inner_text():
            return row
        page.wait_for_timeout(250)
        page.reload()
    expect(row).to_contain_text(outcome)
    return row


def portraits(page: Page, name: str) -> None:
    """What the page looks like: light and dark, desktop and phone."""
    wide = page.viewport_size
    for phone in (False, True):
        page.set_viewport_size({"width": 390, "height": 844} if phone else {"width": 1280, "height": 900})
        for dark in (False, True):
            page.emulate_media(color_scheme="dark" if dark else "light")
            screenshot(page, f"{name}-{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}")
    page.emulate_media(color_scheme="light")
    if wide:
        page.set_viewport_size(wide)
