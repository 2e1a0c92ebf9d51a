"""What the pages say of tokens that publish nothing, and what they do where something is wrong, in a real browser."""

import json
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from harness.chromium import follow
from harness.gateway import Gateway
from harness.services import MADE_THERE
from harness.signing import SIGNERS

from .site import WITHOUT_SECRET, Added, add_token, deliver, file_publisher, portraits, section, somebody


@pytest.fixture(scope="module")
def site(make_gateway, scratch: Path) -> Gateway:
    return file_publisher(make_gateway, "states", scratch)


def push(gateway: Gateway, added: Added, repository: str = "fedora-infra/bodhi", secret: str = "") -> requests.Response:
    """A push to a public repository."""
    body = json.dumps({"ref": "refs/heads/x", "repository": {"full_name": repository, "private": False},
                       "commits": [], "sender": {"login": "zoe"}}).encode()
    return gateway.post(added.token, SIGNERS["github"](secret or added.token.secret, body, "push"))


def new_token(page: Page, gateway: Gateway, name: str, **fields: str) -> Added:
    """A token of GitHub that publishes public content only."""
    added = add_token(page, gateway, "github", name)
    page.goto(gateway.url + added.page_path)
    form = section(page, "Settings")
    form.locator("#private").uncheck()
    for field, value in fields.items():
        form.locator(f"#{field}").fill(value)
    follow(form.get_by_role("button", name="Save"))
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    return added


def test_the_card_goes_on_waiting(chrome: Chromium, site: Gateway) -> None:
    """Refused, not published, published: the card tells them apart, and counts and list change without a new page."""
    with somebody(chrome, site, "uma") as page:
        added = new_token(page, site, "watched", scope="fedora-infra/bodhi")
        facts = page.locator("#facts")
        card = page.locator("[data-watch]")
        rows = page.locator("#deliveries tbody tr:not(.why)")
        expect(card.get_by_role("heading")).to_have_text("Waiting for the first delivery")
        for number, (send, heading, outcome, counts) in enumerate([
            (lambda: deliver(site, added.token, secret="f" * 64), "Last delivery refused", "Refused", "0 0 1"),
            (lambda: push(site, added, "other/name"), "Last delivery not published", "Not published", "0 1 1"),
            (lambda: push(site, added), "First delivery received", "Published", "1 1 1"),
            (lambda: deliver(site, added.token, secret="f" * 64), "Last delivery refused", "Refused", "1 1 2"),
        ]):
            send()
            expect(card.get_by_role("heading")).to_have_text(heading, timeout=15_000)
            expect(rows).to_have_count(number + 1)
            expect(rows.first).to_contain_text(outcome)
            words = facts.inner_text().split()
            assert f"{words[0]} {words[2]} {words[5]}" == counts, words
        portraits(page, "watched")


def test_counts_agree(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "vera") as page:
        added = new_token(page, site, "withheld", scope="fedora-infra/bodhi")
        push(site, added)
        push(site, added, "other/name")
        follow(page.get_by_role("button", name="Send test event"))
        push(site, added, "other/name")
        row = page.locator("tbody tr")
        for _ in range(40):
            # A test event that was published between them changes nothing: the token stands so after the first.
            page.goto(f"{site.url}/tokens?state=withheld")
            if row.count() == 1 and row.locator('[data-label="Not published"]').inner_text() == "2":
                break
            page.wait_for_timeout(250)
        expect(row).to_have_count(1)
        cells = {cell: row.locator(f'[data-label="{cell}"]').inner_text()
                 for cell in ("Published", "Not published", "Refused")}
        assert cells == {"Published": "2", "Not published": "2", "Refused": "0"}
        portraits(page, "list-withheld")
        page.goto(site.url + added.page_path)
        assert page.locator("#facts").inner_text().split() == "2 published 2 not published 0 refused".split()
        follow(section(page, "Deliveries").get_by_role("link", name="Not published"))
        expect(page.locator("#deliveries tbody tr:not(.why)")).to_have_count(2)
        page.goto(f"{site.url}/")
        expect(page.get_by_text("The last delivery wasn’t published for 1 token.")).to_be_visible()
        expect(page.get_by_text("No problems")).to_have_count(0)
        portraits(page, "home-withheld")
        for state, number in (("withheld", 1), ("refused", 0), ("unused", 0), ("disabled", 0)):
            page.goto(f"{site.url}/")
            link = page.locator(f'.figures a[href="/tokens?state={state}"]')
            assert link.locator("b").inner_text() == str(number)
            follow(link)
            expect(page.locator("tbody tr")).to_have_count(number)


def test_a_test_event_is_listed_at_once(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "walt", script=False) as page:
        added = add_token(page, site, "github", "tested")
        page.goto(site.url + added.page_path)
        for number in (1, 2):
            follow(page.get_by_role("button", name="Send test event"))
            expect(page.locator(".flash")).to_contain_text("Test event published")
            expect(page.locator("#deliveries tbody tr")).to_have_count(number)


def test_a_form_that_was_stopped_can_be_sent_again(chrome: Chromium, site: Gateway) -> None:
    """Somebody presses Escape while the answer is on its way: the button comes back."""
    with somebody(chrome, site, "yves") as page:
        added = add_token(page, site, "github", "stopped")
        page.goto(site.url + added.page_path)
        held = []
        page.route("**/disable", lambda route: held.append(route))
        button = page.get_by_role("button", name="Disable")
        # From the page itself: a locator waits for the navigation that is under way.
        button.evaluate("""button => setTimeout(() => {
            window.wasOff = button.disabled;
            window.stop();
        }, 1000)""")
        button.click(no_wait_after=True)
        # Not by `wait_for_function`: the page's policy lets no text be run as a script.
        for _ in range(60):
            if page.evaluate("window.wasOff") is not None:
                break
            page.wait_for_timeout(250)
        assert page.evaluate("window.wasOff") is True
        expect(button).to_be_enabled(timeout=60_000)
        assert held and page.url == site.url + added.page_path
        page.unroute("**/disable")
        follow(button)
        expect(page.get_by_text("This token is disabled")).to_be_visible()


def test_a_renamed_repository(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "xena", script=False) as page:
        added = new_token(page, site, "renamed", scope="fedora-infra/bodhi")
        assert push(site, added, "fedora-infra/bodhi-server").json()["published"] is False
        for _ in range(40):
            page.goto(site.url + added.page_path)
            if page.get_by_role("heading", name="Was the repository renamed?").count():
                break
            page.wait_for_timeout(250)
        portraits(page, "renamed")
        follow(page.get_by_role("button", name="Change to fedora-infra/bodhi-server"))
        expect(page.locator("#scope")).to_have_value("fedora-infra/bodhi-server")
        assert "message_id" in push(site, added, "fedora-infra/bodhi-server").json()


def test_a_new_secret_of_a_service_that_makes_it(chrome: Chromium, site: Gateway) -> None:
    """The field is there, after the words on where to get what goes into it; on the form of a new token likewise."""
    for service in MADE_THERE:
        for script in (True, False):
            with somebody(chrome, site, f"yves-{script}".lower(), script=script) as page:
                page.goto(f"{site.url}/tokens/new?service={service}")
                guide, form = page.locator(".guide"), page.locator("form.card")
                assert guide.bounding_box()["y"] < form.bounding_box()["y"]  # type: ignore[index]
                portraits(page, f"new-{service}")
                added = add_token(page, site, service, f"made at {service}")
                page.goto(site.url + added.page_path)
                secret = section(page, "Secret")
                assert secret.locator(".steps").bounding_box()["y"] < secret.locator("form").bounding_box()["y"]  # type: ignore[index]
                new = "fedcba9876543210" * 3
                secret.locator("#own-secret").fill(new)
                follow(secret.get_by_role("button", name="Create new secret"))
                expect(page.get_by_role("heading", name="has a new secret")).to_be_visible()
                assert deliver(site, added.token, secret=new).status_code == 202
                # One that is too short is said where it was typed, with the focus there.
                page.goto(site.url + added.page_path)
                page.locator("#own-secret").fill("short")
                follow(page.get_by_role("button", name="Create new secret"))
                expect(page.locator("#own-secret-error")).to_be_visible()
                expect(page.locator("#own-secret")).to_be_focused()
                portraits(page, f"secret-{service}")


def test_errors_are_where_the_field_is(chrome: Chromium, site: Gateway) -> None:
    for script in (True, False):
        with somebody(chrome, site, f"zack-{script}".lower(), script=script) as page:
            added = add_token(page, site, "github", "wrong")
            page.goto(site.url + added.page_path)
            page.get_by_text("Use my own secret").click()
            page.locator("#own-secret").fill("short")
            follow(page.get_by_role("button", name="Create new secret"))
            expect(page.locator("#own-secret-error")).to_be_visible()
            expect(page.locator("#own-secret")).to_be_focused()
            for field, value in (("scope", "a/b/c/d"), ("events", "push*")):
                page.goto(site.url + added.page_path)
                page.locator(f"#{field}").fill(value)
                follow(section(page, "Settings").get_by_role("button", name="Save"))
                expect(page.locator(f"#{field}-error")).to_be_visible()
                expect(page.locator(f"#{field}")).to_be_focused()
                assert page.locator(f"#{field}").input_value() == value
            page.goto(f"{site.url}/tokens/new?service=github")
            page.get_by_label("Name").fill("x")
            page.get_by_text("Use my own secret").click()
            page.locator("#own-secret").fill("short")
            follow(page.get_by_role("button", name="Create token"))
            expect(page.locator("#own-secret")).to_be_focused()
            page.goto(site.url + added.page_path)
            page.locator("#scope").fill("https://github.com/fedora-infra/bodhi.git?tab=readme")
            follow(section(page, "Settings").get_by_role("button", name="Save"))
            expect(page.locator("#scope")).to_have_value("fedora-infra/bodhi")


def test_names_of_other_scripts(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "anna", script=False) as page:
        for name in ("می\u200cخواهم", "क्\u200dष", "\U0001f468\u200d\U0001f469\u200d\U0001f467 family", "שלום (1)"):
            added = add_token(page, site, "github", name)
            page.goto(site.url + added.page_path)
            assert page.locator("h1 bdi").inner_text() == name
            page.locator("#delete-name").fill(name)
            if "1" in name:
                portraits(page, "right-to-left")
            follow(page.get_by_role("button", name="Delete token"))
            expect(page.locator(".flash")).to_contain_text("deleted")


def test_what_is_masked_is_masked_everywhere(chrome: Chromium, site: Gateway) -> None:
    """Nothing on the page shows a secret until one asks for it; and pages of services without one speak of none."""
    with somebody(chrome, site, "bert") as page:
        for service in ("github", "gitlab", "pretix"):
            added = add_token(page, site, service, f"masked {service}")
            seen = page.evaluate("""secret => {
                const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                const basic = btoa("webhook:" + secret);
                const shown = [];
                while (walker.nextNode()) {
                    const text = walker.currentNode.textContent;
                    const style = getComputedStyle(walker.currentNode.parentElement);
                    if ((text.includes(secret) || text.includes(basic)) && style.color !== "rgba(0, 0, 0, 0)")
                        shown.push(text);
                }
                for (const field of document.querySelectorAll("input"))
                    if (field.value.includes(secret) && getComputedStyle(field).webkitTextSecurity !== "disc")
                        shown.push(field.id);
                return shown;
            }""", added.token.secret)
            assert seen == [], service
            portraits(page, f"masked-{service}")
            parts = page.locator("[data-secret-part]")
            assert parts.count() == (0 if service == "github" else 1)
            if service != "github":
                page.get_by_role("button", name="Show secret").last.click()
                expect(parts.first).not_to_have_class("covered")
        for service in WITHOUT_SECRET:
            added = add_token(page, site, service, f"image at {service}")
            for path in ("/secret", "", "/setup"):
                if path != "/secret":
                    page.goto(site.url + added.page_path + path)
                assert "secret" not in page.locator("main").inner_text().lower(), path
            page.goto(f"{site.url}/{service}")
            assert "secret" not in page.locator("main").inner_text().lower()


def test_after_a_rotation_the_webhook_is_edited(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "cora", script=False) as page:
        for service in SIGNERS:
            if service in WITHOUT_SECRET or service in MADE_THERE:
                continue
            added = add_token(page, site, service, f"rotated {service}")
            page.goto(site.url + added.page_path)
            follow(page.get_by_role("button", name="Create new secret"))
            guide = page.locator(".guide").inner_text()
            assert "Don’t " in guide, service
            for words in ("Add webhook", "Add new webhook", "Create webhook", "Add endpoint", "Install add-on"):
                assert words not in guide, f"{service}: {words}"
            if service == "github":
                portraits(page, "rotated")
                new = page.locator("#secret").input_value()
                page.goto(site.url + added.page_path)
                expect(page.get_by_text("The new secret hasn’t been used yet.")).to_be_visible()
                portraits(page, "not-used-yet")
                assert deliver(site, added.token, secret=new).status_code == 202
                for _ in range(40):
                    page.goto(site.url + added.page_path)
                    if section(page, "Secret").get_by_text("First used").count():
                        break
                    page.wait_for_timeout(250)
                expect(page.get_by_text("The new secret hasn’t been used yet.")).to_have_count(0)


def test_wrong_methods_are_pages(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "dave") as page:
        added = add_token(page, site, "github", "methods")
        for path, place in (("/rotate", "#secret"), ("/test", ""), ("/owners/add", "#owners")):
            page.goto(site.url + added.page_path + path)
            assert page.url == site.url + added.page_path + place
        page.goto(f"{site.url}/tokens")
        page.evaluate("document.body.innerHTML = '<form method=post action=/tokens><button>Go</button></form>'")
        follow(page.get_by_role("button", name="Go"))
        expect(page.get_by_role("heading", name="Not allowed here")).to_be_visible()
        portraits(page, "405")
