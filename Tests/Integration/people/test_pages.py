"""The whole way of a maintainer through the pages, in a real browser: with the development login and without script,
and with Fedora's own identity provider and script."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from harness.chromium import follow, person
from harness.development import ADMINS
from harness.gateway import Gateway, Token
from harness.ipsilon import PASSWORD, Ipsilon
from harness.process import wait_until
from harness.services import MADE_THERE

from .site import (
    SERVICES, WITHOUT_SECRET, Added, add_token, deliver, expect_delivery, file_publisher, log_in, section,
    somebody, status,
)

PEOPLE: dict[str, dict[str, object]] = {
    "alice": {"fullname": "Alice Example", "email": "alice@fedoraproject.org", "_groups": ["fedora-contributor"]},
    "bob": {"fullname": "Bob <b>Example</b>", "email": "bob@fedoraproject.org", "_groups": []},
    "carol": {"fullname": "Carol", "email": "carol@fedoraproject.org", "_groups": ["packager"]},
    "smooge": {"fullname": "Smooge", "email": "smooge@fedoraproject.org", "_groups": ["sysadmin-main"]},
}
GROUPS = {name: ", ".join(attributes["_groups"]) for name, attributes in PEOPLE.items()}  # type: ignore[arg-type]

LogIn = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def site(make_gateway, scratch: Path) -> Gateway:
    return file_publisher(make_gateway, "site", scratch)


@pytest.fixture(scope="module")
def with_ipsilon(make_gateway, scratch: Path) -> Iterator[Gateway]:
    ipsilon = Ipsilon(scratch, PEOPLE)
    oidc = {"issuer": ipsilon.issuer, "client_id": "w2fm-pages", "client_secret": ipsilon.secret}
    messages = {"amqp_url": f"file:{scratch}/with-ipsilon.jsonl"}
    gateway = make_gateway("with-ipsilon", ADMINS | {"oidc": oidc, "broker": messages})
    ipsilon.add_client("w2fm-pages", f"{gateway.url}/login/callback")
    ipsilon.start()
    gateway.start()
    yield gateway
    ipsilon.stop()


def by_ipsilon(gateway: Gateway) -> LogIn:
    def log_in_there(page: Page, account: str) -> None:
        page.goto(f"{gateway.url}/")
        follow(page.get_by_role("link", name="Log in with your Fedora account"))
        page.fill("#login_name", account)
        page.fill("#login_password", PASSWORD)
        follow(page.locator("button[type=submit]"))
        page.wait_for_url(f"{gateway.url}/tokens")

    return log_in_there


def by_form(gateway: Gateway) -> LogIn:
    return lambda page, account: log_in(page, gateway, account, GROUPS[account])


def the_story(chrome: Chromium, gateway: Gateway, log_in_as: LogIn, script: bool) -> None:
    with person(chrome, script=script) as page:
        log_in_as(page, "alice")
        expect(page.get_by_role("heading", name="Your tokens")).to_be_visible()
        tokens = {service: every_service(page, gateway, service, script) for service in SERVICES}
        page.goto(f"{gateway.url}/tokens")
        expect(page.locator("tbody tr")).to_have_count(len(SERVICES))
        token = tokens["github"]
        refused(page, gateway, token)
        rotate(page, gateway, token, script)
        settings(page, gateway, token)
        disable_and_enable(page, gateway, token)
        others(chrome, gateway, log_in_as, page, token, script)
        delete(page, gateway, token)
        follow(page.get_by_role("button", name="Log out"))
        expect(page.get_by_role("heading", name="You’re logged out")).to_be_visible()
        assert "w2f" not in {cookie["name"] for cookie in page.context.cookies(gateway.url)}
        answer = page.request.get(f"{gateway.url}/tokens", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (303, "/login?next=%2Ftokens")
    assert token.token.secret not in gateway.log.decode()


def every_service(page: Page, gateway: Gateway, service: str, script: bool) -> Added:
    added = add_token(page, gateway, service, f"project at {service}")
    assert page.locator("#secret").count() == (0 if added.token.secret in ("", "0123456789abcdef" * 3) else 1)
    for name in ("A repository", "Events:"):
        if name == "Events:":
            expect(page.locator(".guide")).to_contain_text(name)
    expect(page.get_by_role("heading", name="Waiting for the first delivery")).to_be_visible()
    answer = deliver(gateway, added.token)
    assert answer.status_code == 202, f"{service}: {answer.text}"
    if script and service in ("github", "gitlab"):
        expect(page.get_by_role("heading", name="First delivery received")).to_be_visible(timeout=15_000)
    follow(page.get_by_role("link", name="Go to token"))
    row = expect_delivery(page, "Published")
    assert answer.json()["message_id"] in row.inner_text()
    # The secret was shown once.
    page.goto(f"{gateway.url}{added.page_path}/secret")
    if service in WITHOUT_SECRET:
        knows_no_secret(page, gateway, added)
    else:
        expect(page.get_by_text("Secrets are shown only once.")).to_be_visible()
    assert not added.token.secret or added.token.secret not in page.content()
    return added


def knows_no_secret(page: Page, gateway: Gateway, added: Added) -> None:
    """Nothing on the page speaks of one, and none is made by a form that no page has."""
    assert page.url == gateway.url + added.page_path
    expect(page.locator(".flash")).to_have_count(0)
    assert "secret" not in page.locator("main").inner_text().lower()
    csrf = page.locator('form[action="/logout"] input[name="csrf"]').input_value()
    answer = page.request.post(
        f"{gateway.url}{added.page_path}/rotate", form={"csrf": csrf, "grace": "24h"}, headers={"Origin": gateway.url},
        max_redirects=0)
    assert answer.status == 422 and "use a secret" in answer.text()
    page.goto(gateway.url + added.page_path)
    expect(section(page, "History").get_by_text("created a new secret")).to_have_count(0)
    assert deliver(gateway, added.token).status_code == 202


def refused(page: Page, gateway: Gateway, added: Added) -> None:
    assert deliver(gateway, added.token, secret="f" * 64).status_code == 401
    page.goto(gateway.url + added.page_path)
    expect_delivery(page, "Refused")
    expect(page.get_by_text("The signature doesn’t match.")).to_be_visible()
    follow(section(page, "Deliveries").get_by_role("link", name="Published", exact=True))
    expect(section(page, "Deliveries").get_by_text("Refused", exact=True)).to_have_count(1)
    page.goto(f"{gateway.url}/")
    expect(section(page, "Needs attention")).to_contain_text("project at github")


def rotate(page: Page, gateway: Gateway, added: Added, script: bool) -> None:
    page.goto(gateway.url + added.page_path)
    secrets = [added.token.secret]
    for grace in ("1 hour", "Revoke now"):
        page.get_by_label("Keep the current secret valid for").select_option(label=grace)
        follow(page.get_by_role("button", name="Create new secret"))
        expect(page.get_by_role("heading", name="has a new secret")).to_be_visible()
        secrets.append(page.locator("#secret").input_value())
        assert len(set(secrets)) == len(secrets)
        expect(page.get_by_text("works until")).to_have_count(1 if grace == "1 hour" else 0)
        follow(page.get_by_role("link", name="Go to token"))
        expect(section(page, "Secret").get_by_text("works until")).to_have_count(1 if grace == "1 hour" else 0)
        works = [deliver(gateway, added.token, secret=secret).status_code for secret in secrets]
        assert works == ([202, 202] if grace == "1 hour" else [401, 401, 202])
    added.token = type(added.token)(added.token.id, added.token.service, secrets[-1], added.token.path)


def settings(page: Page, gateway: Gateway, added: Added) -> None:
    page.goto(gateway.url + added.page_path)
    form = section(page, "Settings")
    form.get_by_label("Name").fill("another name")
    form.get_by_label("Repository or owner").fill("not a scope")
    follow(form.get_by_role("button", name="Save"))
    expect(page.locator("#scope-error")).to_be_visible()
    assert form.get_by_label("Name").input_value() == "another name", "what was typed stays"
    form.get_by_label("Repository or owner").fill("")
    form.get_by_label("Events to publish").fill("issues, relaese")
    follow(form.get_by_role("button", name="Save"))
    expect(page.locator("#events-error")).to_contain_text("Did you mean “release”?")
    form.get_by_label("Events to publish").fill("public")
    follow(form.get_by_role("button", name="Save"))
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="another name")).to_be_visible()
    answer = deliver(gateway, added.token, sample=1)
    assert (answer.status_code, answer.json().get("published")) == (202, False)
    expect_delivery(page, "Not published")
    form.get_by_label("Events to publish").fill("")
    follow(form.get_by_role("button", name="Save"))
    expect(section(page, "History")).to_contain_text("alice")


def disable_and_enable(page: Page, gateway: Gateway, added: Added) -> None:
    follow(page.get_by_role("button", name="Disable"))
    expect(page.get_by_text("This token is disabled")).to_be_visible()
    assert deliver(gateway, added.token).status_code == 403
    follow(page.get_by_role("button", name="Enable"))
    expect(page.get_by_text("Token enabled.")).to_be_visible()
    assert deliver(gateway, added.token).status_code == 202
    follow(page.get_by_role("button", name="Send test event"))
    expect(page.locator(".flash")).to_contain_text("Test event published")


def others(
    chrome: Chromium, gateway: Gateway, log_in_as: LogIn, page: Page, added: Added, script: bool
) -> None:
    def sees(other: Page, number: int) -> None:
        assert status(other, added.page_path, gateway) == (200 if number else 404)
        other.goto(f"{gateway.url}/tokens")
        expect(other.locator("tbody tr")).to_have_count(number)

    with person(chrome, script=script) as bob, person(chrome, script=script) as carol:
        for who, account in ((bob, "bob"), (carol, "carol")):
            log_in_as(who, account)
            expect(who.get_by_role("link", name="Create token")).to_be_visible()
            sees(who, 0)
        for kind, name, who in (("Person", "bob", bob), ("Group", "packager", carol)):
            page.goto(gateway.url + added.page_path)
            owners = section(page, "Owners")
            owners.get_by_label("Add", exact=True).select_option(label=kind)
            owners.get_by_label("Name").fill(name)
            follow(owners.get_by_role("button", name="Add"))
            expect(page.get_by_text("as an owner.")).to_be_visible()
            sees(who, 1)
        # A co-owner takes the first owner away, and the other way round; the last stays.
        bob.goto(gateway.url + added.page_path)
        follow(bob.get_by_role("button", name="Remove alice"))
        expect(bob.get_by_text("Removed alice.")).to_be_visible()
        assert status(page, added.page_path, gateway) == 404
        bob.get_by_label("Add", exact=True).select_option(label="Person")
        section(bob, "Owners").get_by_label("Name").fill("alice")
        follow(bob.get_by_role("button", name="Add", exact=True))
        expect(bob.get_by_text("Added alice as an owner.")).to_be_visible()
    with person(chrome, script=script) as admin:
        log_in_as(admin, "smooge")
        expect(admin.get_by_role("link", name="Create token")).to_be_visible()
        follow(admin.get_by_role("link", name="Admin"))
        expect(admin.get_by_role("heading", name="Administration")).to_be_visible()
        follow(admin.get_by_role("link", name="Tokens").last)
        expect(admin.locator("tbody tr")).to_have_count(len(SERVICES))
        follow(admin.get_by_role("link", name="another name"))
        expect(admin.get_by_text("You’re viewing this token as an administrator.")).to_be_visible()
        follow(admin.get_by_role("button", name="Disable"))
        expect(section(admin, "History")).to_contain_text("smooge (administrator)")
        follow(admin.get_by_role("button", name="Enable"))
        assert status(admin, "/admin/people", gateway) == 200
        expect(admin.locator("tbody")).to_contain_text("carol")
    for path in ("/admin", "/admin/tokens", "/admin/people"):
        assert status(page, path, gateway) == 403


def delete(page: Page, gateway: Gateway, added: Added) -> None:
    page.goto(gateway.url + added.page_path)
    page.get_by_label("Enter token name to delete").fill("another name")
    follow(page.get_by_role("button", name="Delete token"))
    page.wait_for_url(f"{gateway.url}/tokens")
    expect(page.get_by_text("Token “another name” deleted.")).to_be_visible()
    assert deliver(gateway, added.token).status_code == 404
    assert status(page, added.page_path, gateway) == 404


def test_the_story_without_script(chrome: Chromium, site: Gateway) -> None:
    the_story(chrome, site, by_form(site), script=False)


def test_the_story_with_ipsilon(chrome: Chromium, with_ipsilon: Gateway) -> None:
    the_story(chrome, with_ipsilon, by_ipsilon(with_ipsilon), script=True)


def test_the_grace_period_ends(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "dora") as page:
        added = add_token(page, site, "gitlab", "short grace")
        page.goto(site.url + added.page_path)
        page.locator("#grace option").first.evaluate("option => { option.value = '10s' }")
        page.get_by_label("Keep the current secret valid for").select_option(index=0)
        start = time.monotonic()
        follow(page.get_by_role("button", name="Create new secret"))
        new = page.locator("#secret").input_value()
        assert deliver(site, added.token).status_code == 202
        assert deliver(site, added.token, secret=new).status_code == 202
        wait_until(lambda: deliver(site, added.token).status_code == 401, 30, "the grace period to end", interval=0.2)
        assert time.monotonic() - start >= 10, "the old secret has to work until then"
        assert deliver(site, added.token, secret=new).status_code == 202


def test_the_curl_line_works(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "erin") as page:
        failed: dict[str, str] = {}
        for service in SERVICES:
            added = add_token(page, site, service, f"curl to {service}", scope="")
            if service in MADE_THERE:
                continue
            command = page.locator("#curl").inner_text()
            assert added.token.path in command
            done = subprocess.run(["bash", "-c", f"{command} --silent --show-error --write-out '\n%{{http_code}}'"],
                                  capture_output=True, text=True, timeout=30)
            if not done.stdout.endswith("202") or "message_id" not in done.stdout:
                failed[service] = f"{command}: {done.stdout}{done.stderr}"
    assert failed == {}


def test_script_helps(chrome: Chromium, site: Gateway) -> None:
    """Copying, hiding, relative times, and the button that waits for the name."""
    with somebody(chrome, site, "frank") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        added = add_token(page, site, "github", "for frank")
        field = page.locator("#secret")
        assert "masked" in (field.get_attribute("class") or "")
        page.get_by_role("button", name="Show secret").click()
        assert "masked" not in (field.get_attribute("class") or "")
        page.get_by_role("button", name="Copy Secret").click()
        # Copying takes a moment; this is said when it is done.
        expect(page.locator("body > [role=status]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == added.token.secret
        page.goto(site.url + added.page_path)
        button = page.get_by_role("button", name="Delete token")
        expect(button).to_be_disabled()
        page.get_by_label("Enter token name to delete").fill("for frank")
        expect(button).to_be_enabled()
        expect(section(page, "History").locator("time").first).to_have_text(re.compile("just now|minute"))


def test_searching_sorting_and_paging(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "grace", script=False) as page:
        for name in ("alpha", "beta"):
            add_token(page, site, "github", name)
        add_token(page, site, "gitlab", "gamma")
        page.goto(f"{site.url}/tokens")
        names = page.locator("tbody th a")
        assert names.all_inner_texts() == ["gamma", "beta", "alpha"]
        follow(page.get_by_role("link", name="Token", exact=True))
        assert names.all_inner_texts() == ["alpha", "beta", "gamma"]
        page.get_by_label("Service").select_option(label="GitHub")
        follow(page.get_by_role("button", name="Search"))
        assert names.all_inner_texts() == ["alpha", "beta"]
        page.get_by_label("Search").fill("bet")
        follow(page.get_by_role("button", name="Search"))
        assert names.all_inner_texts() == ["beta"]
        page.get_by_label("Search").fill("nothing of the kind")
        follow(page.get_by_role("button", name="Search"))
        expect(page.get_by_role("heading", name="No matching tokens")).to_be_visible()


def test_sessions_end(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "heidi", next_page="/account") as one, somebody(chrome, site, "heidi") as two:
        one.reload()
        expect(section(one, "Active sessions").locator("tbody tr")).to_have_count(2)
        follow(one.get_by_role("button", name=re.compile("Log out ")).first)
        expect(one.get_by_text("Session logged out.")).to_be_visible()
        expect(section(one, "Active sessions").locator("tbody tr")).to_have_count(1)
        two.goto(f"{site.url}/tokens")
        assert "/login" in two.url
        follow(one.get_by_role("button", name="Log out everywhere"))
        one.goto(f"{site.url}/tokens")
        assert "/login" in one.url


def click_twice(page: Page, button: str) -> None:
    """Then waits for the page with the secret: the second click may break off the answer to the first, which is no
    failure."""
    page.get_by_role("button", name=button).dblclick()
    expect(page).to_have_url(re.compile("/secret$"))
    page.wait_for_load_state()


def test_a_double_click_acts_once(chrome: Chromium, site: Gateway) -> None:
    """With script the button is off after the first click; without, the server shows the second what the first got."""
    for script in (True, False):
        with somebody(chrome, site, f"ivan-{script}".lower(), script=script) as page:
            page.goto(f"{site.url}/tokens/new?service=github")
            page.get_by_label("Name").fill("clicked twice")
            click_twice(page, "Create token")
            first = page.locator("#secret").input_value()
            page.goto(f"{site.url}/tokens")
            expect(page.locator("tbody tr")).to_have_count(1)
            follow(page.get_by_role("link", name="clicked twice"))
            path = page.url.removeprefix(site.url)
            token = Token(path.rpartition("/")[2], "github", first, page.locator("#url").input_value().partition(site.url)[2])
            click_twice(page, "Create new secret")
            second = page.locator("#secret").input_value()
            assert first != second
            assert [deliver(site, token, secret=secret).status_code for secret in (first, second)] == [202, 202]
            page.goto(site.url + path)
            expect(section(page, "History").get_by_text("created a new secret")).to_have_count(1)
            # Once more, within the day: the live one works on. A third one would drop it, and says so.
            follow(page.get_by_role("button", name="Create new secret"))
            third = page.locator("#secret").input_value()
            secrets = (first, second, third)
            assert [deliver(site, token, secret=secret).status_code for secret in secrets] == [202] * 3
            page.goto(site.url + path)
            follow(page.get_by_role("button", name="Create new secret"))
            expect(page.locator("#problem")).to_contain_text("2 previous secrets still work, until")
            assert [deliver(site, token, secret=secret).status_code for secret in secrets] == [202] * 3
            page.get_by_role("button", name="Send test event").dblclick()
            expect(page.locator(".flash")).to_contain_text("Test event published")
            expect(section(page, "History").get_by_text("sent a test event")).to_have_count(1)
