"""What people typed comes back: after a login that ended, a database that was away, and in a tab that was open for long."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from harness.chromium import follow
from harness.gateway import Gateway

from .site import Added, add_token, file_publisher, portraits, somebody


@pytest.fixture(scope="module")
def site(make_gateway, scratch: Path) -> Iterator[Gateway]:
    gateway = file_publisher(make_gateway, "returned", scratch)
    yield gateway
    gateway.stop()


def end_sessions(chrome: Chromium, site: Gateway, account: str) -> None:
    """From another browser."""
    with somebody(chrome, site, account) as other:
        other.goto(f"{site.url}/account")
        follow(other.get_by_role("button", name="Log out everywhere"))


def log_in_there(page: Page, account: str) -> None:
    """By the form that the page shows."""
    page.get_by_label("Account").fill(account)
    follow(page.get_by_role("button", name="Log in"))


def test_a_new_token_comes_back_after_the_login(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "alice", next_page="/tokens/new?service=github") as page:
        page.locator("#name").fill("bodhi 🦀 <b>für</b> alle")
        page.locator("#scope").fill("fedora-infra/bodhi")
        page.locator("#events").fill("push, pull_request.*")
        page.locator('input[name="private"]').check()
        page.locator("details.more summary").click()
        page.locator("#own-secret").fill("a secret of her own, and long enough")
        end_sessions(chrome, site, "alice")
        follow(page.get_by_role("button", name="Create token"))
        expect(page.get_by_role("heading", name="You’re logged out")).to_be_visible()
        portraits(page, "logged-out-form")
        follow(page.locator("main").get_by_role("link", name="Log in", exact=True))
        log_in_there(page, "alice")
        page.wait_for_url(f"{site.url}/tokens/new?service=github")
        expect(page.locator("#name")).to_have_value("bodhi 🦀 <b>für</b> alle")
        expect(page.locator("#scope")).to_have_value("fedora-infra/bodhi")
        expect(page.locator("#events")).to_have_value("push, pull_request.*")
        expect(page.locator('input[name="private"]')).to_be_checked()
        assert "a secret of her own" not in page.content()
        portraits(page, "restored-form")
        follow(page.get_by_role("button", name="Create token"))
        expect(page.locator("#secret")).to_be_visible()
        # Once: the next form is empty.
        page.goto(f"{site.url}/tokens/new?service=github")
        expect(page.locator("#scope")).to_have_value("")


def test_nobody_else_sees_it(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "carol", next_page="/tokens/new?service=github") as page:
        page.locator("#name").fill("carols secret project")
        end_sessions(chrome, site, "carol")
        follow(page.get_by_role("button", name="Create token"))
        follow(page.locator("main").get_by_role("link", name="Log in", exact=True))
        log_in_there(page, "mallory")
        page.wait_for_url(f"{site.url}/tokens/new?service=github")
        assert "carols secret project" not in page.content()


@pytest.fixture
def mine(chrome: Chromium, site: Gateway) -> Iterator[tuple[Page, Added]]:
    with somebody(chrome, site, "alice") as page:
        added = add_token(page, site, "github", "project")
        yield page, added


def test_settings_come_back_after_the_login(chrome: Chromium, site: Gateway, mine: tuple[Page, Added]) -> None:
    page, added = mine
    page.goto(site.url + added.page_path)
    page.locator("#events").fill("release")
    end_sessions(chrome, site, "alice")
    follow(page.get_by_role("button", name="Save"))
    follow(page.locator("main").get_by_role("link", name="Log in", exact=True))
    log_in_there(page, "alice")
    page.wait_for_url(site.url + added.page_path)
    expect(page.locator("#events")).to_have_value("release")
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    page.goto(site.url + added.page_path)
    expect(page.locator("#events")).to_have_value("release")


def test_a_stale_tab_shows_both_values(site: Gateway, mine: tuple[Page, Added]) -> None:
    page, added = mine
    page.goto(site.url + added.page_path)
    stale = page.context.new_page()
    stale.goto(site.url + added.page_path)
    page.locator("#events").fill("release")
    follow(page.get_by_role("button", name="Save"))
    stale.locator("#name").fill("another name")
    follow(stale.get_by_role("button", name="Save"))
    expect(stale.get_by_role("alert")).to_contain_text("Changes not saved.")
    expect(stale.locator("#events-error")).to_have_text("Currently saved: “release”.")
    expect(stale.locator("#name")).to_have_value("another name")
    portraits(stale, "stale-settings")
    page.goto(site.url + added.page_path)
    expect(page.locator("#events")).to_have_value("release")
    expect(page.locator("#name")).to_have_value("project")
    # Whoever read both takes the new one over, and saves the rest.
    stale.locator("#events").fill("release")
    follow(stale.get_by_role("button", name="Save"))
    expect(stale.get_by_text("Changes saved.")).to_be_visible()
    expect(stale.locator("#events")).to_have_value("release")
    expect(stale.locator("#name")).to_have_value("another name")


def test_a_database_that_is_away(site: Gateway, mine: tuple[Page, Added]) -> None:
    """Locked by another process for as long as a statement waits."""
    page, added = mine
    page.goto(site.url + added.page_path)
    page.locator("#events").fill("release, push")
    lock = sqlite3.connect(site.directory / "tokens.sqlite", timeout=10, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        follow(page.get_by_role("button", name="Save"))
        expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=30_000)
        portraits(page, "database-away-form")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    follow(page.get_by_role("button", name="Try again"))
    page.goto(site.url + added.page_path)
    expect(page.locator("#events")).to_have_value("release, push")


# Owners


def test_a_name_that_nobody_knows_is_typed_twice(chrome: Chromium, site: Gateway, mine: tuple[Page, Added]) -> None:
    page, added = mine
    page.goto(site.url + added.page_path)
    page.locator("#owner-name").fill("nobody-yet")
    follow(page.get_by_role("button", name="Add", exact=True))
    expect(page.locator("#owner-again")).to_be_visible()
    expect(page.locator("#owner-name")).to_have_value("nobody-yet")
    portraits(page, "owner-again")
    page.locator("#owner-again").fill("nobody-yte")
    follow(page.get_by_role("button", name="Add", exact=True))
    expect(page.locator("#owner-again-error")).to_be_visible()
    page.locator("#owner-again").fill("nobody-yet")
    follow(page.get_by_role("button", name="Add", exact=True))
    expect(page.locator("#owners b", has_text="nobody-yet")).to_be_visible()
    with somebody(chrome, site, "dave"):
        page.locator("#owner-name").fill("dave")
        follow(page.get_by_role("button", name="Add", exact=True))
        expect(page.locator("#owners b", has_text="dave")).to_be_visible()


def test_leaving_asks_first(chrome: Chromium, site: Gateway, mine: tuple[Page, Added]) -> None:
    page, added = mine
    with somebody(chrome, site, "dave"):
        page.goto(site.url + added.page_path)
        page.locator("#owner-name").fill("dave")
        follow(page.get_by_role("button", name="Add", exact=True))
    follow(page.get_by_role("button", name="Remove alice"))
    expect(page.get_by_role("heading", name="Leave this token?")).to_be_visible()
    portraits(page, "leave-token")
    follow(page.get_by_role("link", name="Cancel"))
    expect(page.locator("#owners b", has_text="alice")).to_be_visible()
    follow(page.get_by_role("button", name="Remove alice"))
    follow(page.get_by_role("button", name="Leave token"))
    page.wait_for_url(f"{site.url}/tokens")
    assert page.goto(site.url + added.page_path).status == 404  # type: ignore[union-attr]
