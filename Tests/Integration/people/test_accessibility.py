"""Whether everybody can use the pages: axe on every page, light and dark, and what axe does not look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from harness.chromium import chromium, follow, person
from harness.gateway import Gateway

from .site import add_token, deliver, expect_delivery, file_publisher, log_in, portraits

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(make_gateway, scratch: Path) -> Gateway:
    return file_publisher(make_gateway, "access", scratch)


def check(page: Page, name: str, is_fresh: bool = True) -> None:
    """As it is to everybody; then its portraits."""
    axe = Axe()
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        results = axe.run(page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert page.locator("h1").count() == 1, name
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => Number(heading.localName[1]))")
    assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:])), f"{name}: {levels}"
    labelled = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]),select')].every(f => f.labels.length || f.ariaLabel)")
    assert labelled, name
    # 320 pixels are a desktop at 400 % (WCAG 2.2, 1.4.10).
    page.set_viewport_size({"width": 320, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, f"{name}: {width} pixels wide"
    # What reaches out of a card that cuts it off makes no page wider, and is out of reach.
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main select, main label')]
            .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest('pre, thead'))
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert hidden == [], name
    page.set_viewport_size({"width": 1280, "height": 900})
    keyboard(page, name, is_fresh)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    portraits(page, name)


def keyboard(page: Page, name: str, is_fresh: bool) -> None:
    """The first tab is the way to the content; all that can be focused shows that it is."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    if is_fresh and page.locator("[autofocus]").count() == 0 and page.locator("[role=alert]").count() == 0:
        assert first == "skip", f"{name}: {first}"
    for _ in range(12):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                const ring = (x) => x.outlineStyle !== 'none' && parseFloat(x.outlineWidth) > 0 || x.boxShadow !== 'none';
                return e === document.body || ring(s) || (e.nextElementSibling && ring(getComputedStyle(e.nextElementSibling)))
                    || [...e.closest('label,div,li')?.querySelectorAll('*') ?? []].some(x => ring(getComputedStyle(x)))
                    || (getComputedStyle(e, '::after').outlineStyle !== 'none')
                    ? '' : e.outerHTML.slice(0, 200) }"""
        )
        assert shown == "", f"{name}: no focus to be seen on {shown}"


def test_logged_out(chrome: Chromium, site: Gateway) -> None:
    with person(chrome) as page:
        for name, path in (("landing", "/"), ("development-login", "/login"), ("not-found", "/nothing/here")):
            page.goto(site.url + path)
            check(page, name)
        page.goto(f"{site.url}/login")
        page.get_by_label("Account").fill("No Account")
        follow(page.get_by_role("button", name="Log in"))
        check(page, "development-login-wrong")


def test_the_pages_of_somebody(chrome: Chromium, site: Gateway) -> None:
    with person(chrome) as page:
        log_in(page, site, "alice", "packager, sysadmin-main")
        for name, path in (("tokens-empty", "/tokens"), ("home-empty", "/"), ("new", "/tokens/new")):
            page.goto(site.url + path)
            check(page, name)
        page.goto(f"{site.url}/tokens/new?service=pretix")
        check(page, "new-pretix")
        page.goto(f"{site.url}/tokens/new?service=github")
        page.get_by_label("Name").fill("bodhi")
        page.get_by_label("Repository or owner").fill("not a scope")
        follow(page.get_by_role("button", name="Create token"))
        check(page, "new-github-wrong")
        added = add_token(page, site, "github", "bodhi")
        check(page, "created")
        deliver(site, added.token)
        page.get_by_role("heading", name="First delivery received").wait_for()
        check(page, "created-arrived", is_fresh=False)
        deliver(site, added.token, secret="f" * 64)
        deliver(site, added.token, sample=1)
        page.goto(site.url + added.page_path)
        page.get_by_label("Keep the current secret valid for").select_option(label="1 day")
        follow(page.get_by_role("button", name="Create new secret"))
        check(page, "rotated")
        page.goto(site.url + added.page_path)
        follow(page.get_by_role("button", name="Disable"))
        check(page, "token-disabled")
        follow(page.get_by_role("button", name="Enable"))
        for kind, name in (("Person", "bob"), ("Group", "infra-sig")):
            page.get_by_label("Add", exact=True).select_option(label=kind)
            page.locator("#owner-name").fill(name)
            follow(page.get_by_role("button", name="Add", exact=True))
            # Nobody called so has logged in here.
            check(page, f"owner-again-{kind.lower()}")
            page.locator("#owner-again").fill(name)
            follow(page.get_by_role("button", name="Add", exact=True))
        expect_delivery(page, "Published")
        check(page, "token")
        page.goto(f"{site.url}{added.page_path}/setup")
        check(page, "setup")
        for service in ("gitlab", "forgejo", "discourse"):
            other = add_token(page, site, service, f"project at {service}", "" if service == "discourse" else "fedora-infra")
            if service != "gitlab":
                deliver(site, other.token)
        page.goto(site.url + other.page_path)
        expect_delivery(page, "Published")
        for name, path in (
            ("home", "/"), ("tokens", "/tokens"), ("tokens-no-match", "/tokens?q=nothing"), ("account", "/account"),
            ("admin", "/admin"), ("admin-tokens", "/admin/tokens"), ("admin-people", "/admin/people"),
        ):
            page.goto(site.url + path)
            check(page, name)
        follow(page.get_by_role("button", name="Log out"))
        check(page, "logged-out")


def test_refusals(chrome: Chromium, site: Gateway) -> None:
    with person(chrome) as page:
        log_in(page, site, "bob")
        page.goto(f"{site.url}/admin")
        check(page, "not-an-administrator")
        page.goto(f"{site.url}/tokens/none")
        check(page, "token-not-found")
        page.goto(f"{site.url}/account")
        page.locator('form[action="/account/logout-everywhere"] input[name=csrf]').evaluate("field => { field.value = 'x' }")
        follow(page.get_by_role("button", name="Log out everywhere"))
        check(page, "forged")
