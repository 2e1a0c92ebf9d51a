"""What others may try on the pages, each tried."""

import re
import urllib.parse
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from harness.chromium import follow
from harness.gateway import Gateway, Token
from harness.rawhttp import exchange, request_bytes
from harness.signing import SIGNERS

from .attacks import HOSTILE, evil_site
from .browser import Browser
from .site import Added, add_token, file_publisher, somebody

POSTS = [
    "/tokens/new", "/account/sessions/end", "/account/logout-everywhere", "/logout", "{token}/settings",
    "{token}/rotate", "{token}/disable", "{token}/enable", "{token}/delete", "{token}/test", "{token}/owners/add",
    "{token}/owners/remove",
]
FORM = {"name": "victim", "service": "github", "kind": "person", "grace": "0", "session": "x"}


@pytest.fixture(scope="module")
def site(make_gateway, scratch: Path) -> Gateway:
    return file_publisher(make_gateway, "security", scratch)


def person(site: Gateway, account: str, **fields: str) -> Browser:
    browser = Browser(site)
    assert browser.post("/login/development", {"account": account, **fields}).status_code == 303
    return browser


def make(browser: Browser, **form: str) -> str:
    """A token's page."""
    answer = browser.post("/tokens/new", {"csrf": browser.csrf, "service": "github", "name": "victim", **form})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removesuffix("/secret")


# Forged forms


def test_a_form_needs_its_token(site: Gateway) -> None:
    alice, other = person(site, "alice"), person(site, "alice")
    token = make(alice)
    before = alice.get(token).text
    for path in POSTS:
        path = path.replace("{token}", token)
        for csrf in (None, "", "x", other.csrf, alice.csrf.swapcase(), alice.csrf[:-1]):
            answer = alice.post(path, FORM | ({} if csrf is None else {"csrf": csrf}))
            assert answer.status_code == 403, path
            assert "text/html" in answer.headers["Content-Type"]
        assert Browser(site).post(path, FORM).status_code in (403, 303)
    after = alice.get(token).text
    assert _without_times(before) == _without_times(after), "nothing was changed"


def _without_times(page: str) -> str:
    """The example of a message has the time of now, and each page a key of its own for what its forms do once."""
    return re.sub(r'<time.*?</time>|\d{4}-\d\d-\d\dT[\d:]{8}\+00:00|name="once" value="\w+"', "", page)


def test_two_tokens_are_none(site: Gateway) -> None:
    alice = person(site, "alice")
    token = make(alice)
    body = f"csrf={alice.csrf}&csrf={alice.csrf}"
    answer = alice.post(f"{token}/disable", body, headers={"Content-Type": "application/x-www-form-urlencoded"})  # type: ignore[arg-type]
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/json"])
def test_a_form_is_a_form(site: Gateway, kind: str) -> None:
    alice = person(site, "alice")
    answer = alice.post(f"{make(alice)}/disable", {"csrf": alice.csrf}, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403, 415)


def test_forms_of_another_site(chrome: Chromium, site: Gateway) -> None:
    """The same host, another port: cookies are sent along, and nothing comes of it."""
    with somebody(chrome, site, "alice") as page:
        added = add_token(page, site, "github", "victim")
        html = f"""<form method="post" action="{site.url}{added.page_path}/disable">
            <input name="csrf" value="guess"></form><script>document.forms[0].submit()</script>"""
        with evil_site(html) as evil:
            page.goto(evil)
            page.wait_for_url(f"{site.url}{added.page_path}/disable")
            assert page.get_by_role("heading", name="Your session changed").is_visible()
        page.goto(site.url + added.page_path)
        assert page.get_by_role("button", name="Disable").is_visible()
        # Nor can it read what a page says.
        with evil_site("<title>evil</title>") as evil:
            page.goto(evil)
            problem = page.evaluate(
                "url => fetch(url, {credentials: 'include'}).then(() => 'read', error => 'refused')", f"{site.url}/tokens"
            )
            assert problem == "refused"


def test_a_get_changes_nothing(site: Gateway) -> None:
    alice = person(site, "alice")
    token = make(alice)
    for path in POSTS:
        query = urllib.parse.urlencode(FORM | {"csrf": alice.csrf})
        assert alice.get(f"{path.replace('{token}', token)}?{query}").status_code in (200, 303, 404, 405)
    assert alice.get(token).status_code == 200
    assert ">Disable<" in alice.get(token).text


# Sessions


def test_fixation(site: Gateway) -> None:
    """An id that was there before the login, whoever it was from, is nobody's after it."""
    for planted in ("x", "A" * 54, person(site, "mallory").cookie):
        victim = Browser(site)
        victim.session.cookies.set("w2f", planted, domain="127.0.0.1", path="/")
        assert victim.post("/login/development", {"account": "alice"}).status_code == 303
        assert victim.cookie != planted
        attacker = Browser(site)
        attacker.session.cookies.set("w2f", planted, domain="127.0.0.1", path="/")
        answer = attacker.get("/account")
        assert answer.status_code == 303 or "alice" not in answer.text


def test_the_cookie_is_closed_to_script(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "alice") as page:
        assert page.evaluate("document.cookie") == ""
        for cookie in page.context.cookies():
            assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"


def test_logged_out_is_logged_out(site: Gateway) -> None:
    alice = person(site, "alice")
    token, stolen = make(alice), alice.session.cookies.copy()
    assert alice.post("/logout", {"csrf": alice.csrf}).status_code == 200
    thief = Browser(site)
    thief.session.cookies = stolen
    assert thief.get(token).status_code == 303
    # And what the browser kept shows nothing when somebody goes back.
    assert alice.get("/").headers["Cache-Control"] == "no-store"


def test_a_secret_is_for_one_browser_and_one_look(site: Gateway) -> None:
    alice = person(site, "alice")
    answer = alice.post("/tokens/new", {"csrf": alice.csrf, "service": "github", "name": "x"})
    page = answer.headers["Location"]
    sealed = {cookie.name: cookie.value for cookie in alice.session.cookies}["w2f_secret"]
    first = alice.get(page)
    secret = re.search(r'id="secret"[^>]*value="([^"]+)"', first.text)
    assert secret and secret[1] not in sealed
    assert secret[1] not in alice.get(page).text
    mallory = person(site, "mallory")
    mallory.session.cookies.set("w2f_secret", sealed, domain="127.0.0.1", path="/")
    assert mallory.get(page).status_code == 404
    other = make(mallory)
    mallory.session.cookies.set("w2f_secret", sealed, domain="127.0.0.1", path="/")
    assert secret[1] not in mallory.get(f"{other}/secret").text
    assert secret[1].encode() not in site.log


# Addresses


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/", "//evil.example.org/", "///evil.example.org", "/\\evil.example.org", "\\\\evil",
        "/%2f/evil.example.org", "/\t/evil.example.org", "\t//evil.example.org", "javascript:alert(1)", "data:text/html,x",
        "http:evil.example.org", "/tokens\r\nSet-Cookie: a=b", "/..//evil.example.org", "@evil.example.org", ".evil",
    ],
)
def test_open_redirect(site: Gateway, target: str) -> None:
    for path in ("/login", "/login?fresh=1"):
        browser = person(site, "alice")
        mark = "&" if "?" in path else "?"
        answer = browser.get(f"{path}{mark}{urllib.parse.urlencode({'next': target})}")
        location = answer.headers.get("Location", "/")
        assert re.fullmatch(r"/|/(?![/\\])[!-~]*", location), location
        assert "a" not in answer.cookies
        assert "evil" not in urllib.parse.urlsplit(urllib.parse.urljoin(site.url, location)).netloc
    answer = Browser(site).post("/login/development", {"account": "alice", "next": target})
    location = answer.headers["Location"]
    assert urllib.parse.urlsplit(urllib.parse.urljoin(site.url, location)).netloc == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize("path", ["//evil.example.org/tokens", "/tokens/%0d%0aSet-Cookie:%20a=b", "/\\evil.example.org"])
def test_the_way_back_from_the_login(site: Gateway, path: str) -> None:
    request = request_bytes("GET", path, [("Host", f"127.0.0.1:{site.port}"), ("Connection", "close")])
    answer = exchange(site.port, request).responses[0]
    location = answer.headers.get("location", "")
    assert not location or location.startswith("/login?next=%2F") or location.startswith("/login")
    target = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query).get("next", ["/"])[0]
    assert not target.startswith(("//", "/\\"))


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: pwned=1", "a\nLocation: https://evil.example.org", "a\x00b", "a\u2028b"])
def test_header_injection(site: Gateway, text: str) -> None:
    alice = person(site, "alice")
    token = make(alice)
    forms = {
        "/tokens/new": {"service": "github", "name": text}, f"{token}/settings": {"name": text},
        f"{token}/owners/add": {"kind": "person", "name": text}, f"{token}/owners/remove": {"kind": "group", "name": text},
        f"{token}/rotate": {"grace": text}, f"{token}/delete": {"name": text},
        "/account/sessions/end": {"session": text},
    }
    for path, form in forms.items():
        answer = alice.post(path, form | {"csrf": alice.csrf})
        assert answer.status_code in (303, 422, 404, 409), f"{path}: {answer.status_code}"
        assert "pwned" not in answer.cookies
        assert answer.headers.get("Location", "/").startswith("/")
    for query in ("q", "page", "sort", "owner", "state", "service", "show", "before"):
        value = urllib.parse.quote(text)
        for path in ("/tokens", token, "/tokens/new"):
            answer = alice.get(f"{path}?{query}={value}")
            assert answer.status_code == 200 and "pwned" not in answer.cookies
    answer = Browser(site).get("/tokens?q=" + urllib.parse.quote(text))
    assert "pwned" not in answer.cookies and answer.headers["Location"].startswith("/login?next=%2Ftokens")


# What people write


def is_harmless(page: Page) -> None:
    assert page.evaluate("window.pwned") is None, page.url
    strange = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(element =>
            (element.localName === 'script' && !element.src.includes('/assets/')) ||
            (element.localName === 'img' && !element.getAttribute('src').startsWith('/assets/')) ||
            element.getAttributeNames().some(name => name.startsWith('on') || name === 'style') ||
            (element.localName === 'a' && !/^(https?:|[/#?])/.test(element.getAttribute('href')))
        ).map(element => element.outerHTML)"""
    )
    assert strange == [], page.url


def fill_with(page: Page, site: Gateway, text: str) -> Added:
    """Every field gets it; where it is not taken, something that is takes its place."""
    added = add_token(page, site, "github", "".join(character if character.isprintable() else " " for character in text))
    is_harmless(page)
    page.goto(site.url + added.page_path)
    is_harmless(page)
    return added


@pytest.mark.parametrize("text", HOSTILE)
def test_stored_text_stays_text(chrome: Chromium, site: Gateway, text: str) -> None:
    with somebody(chrome, site, "alice", "sysadmin-main") as page:
        page.on("dialog", lambda dialog: pytest.fail("a dialog"))
        added = fill_with(page, site, text)
        send_hostile(site, added.token, text)
        for selector, button in (
            ("#name", "Save changes"), ("#scope", "Save changes"), ("#events", "Save changes"), ("#owner-name", "Add"),
            ("#own-secret", "Create new secret"),
        ):
            page.goto(site.url + added.page_path)
            page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
            field = page.locator(selector)
            field.evaluate("(field, text) => { field.removeAttribute('maxlength'); field.value = text }", text)
            follow(page.get_by_role("button", name=button, exact=True))
            is_harmless(page)
        page.wait_for_timeout(1_200)
        query = urllib.parse.quote(text)
        for path in (
            "/", "/tokens", f"/tokens?q={query}&service={query}&state={query}&owner={query}&sort={query}", added.page_path,
            f"{added.page_path}?show={query}&before={query}", f"{added.page_path}/setup", "/account", "/admin",
            f"/admin/tokens?q={query}", f"/admin/people?q={query}", f"/tokens/new?service=github&name={query}&scope={query}",
            f"/tokens/{query}", f"/{query}", f"/login?fresh=1&next={query}",
        ):
            page.goto(site.url + path)
            is_harmless(page)


def send_hostile(site: Gateway, token: Token, text: str) -> None:
    """In all that a webhook says of itself; refused or not, it is listed."""
    clean = "".join(character for character in text if 0x20 <= ord(character) < 0x7F)
    for secret in (token.secret, "f" * 64):
        webhook = SIGNERS["github"](secret, b'{"action":"x"}', "push", clean)
        assert site.post(token, webhook.with_headers(X_GitHub_Event=clean, User_Agent=clean)).status_code < 500


def test_what_browsers_call_themselves(chrome: Chromium, site: Gateway) -> None:
    for text in HOSTILE:
        clean = "".join(character for character in text if 0x20 <= ord(character) < 0x7F)
        browser = Browser(site)
        browser.session.headers["User-Agent"] = clean
        assert browser.post("/login/development", {"account": "ivan"}).status_code == 303
    with somebody(chrome, site, "ivan", next_page="/account") as page:
        is_harmless(page)


# Frames, and what a page may load


def test_clickjacking(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "alice") as page:
        for path in ("/", "/tokens", "/tokens/new", "/account", "/login?fresh=1"):
            with evil_site(f'<iframe src="{site.url}{path}"></iframe>') as evil:
                page.goto(evil)
                frame = page.frames[1]
                assert not frame.url.startswith(site.url), path
                assert frame.locator("form").count() == 0


def test_no_page_breaks_its_own_policy(chrome: Chromium, site: Gateway) -> None:
    with somebody(chrome, site, "alice", "sysadmin-main") as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        added = add_token(page, site, "github", "policy")
        for path in ("/", "/tokens", "/tokens/new", added.page_path, f"{added.page_path}/setup", "/account", "/admin",
                     "/admin/tokens", "/admin/people"):
            page.goto(site.url + path)
            page.wait_for_timeout(100)
        assert said == []


PAGES = ["/", "/tokens", "/tokens/new", "/account", "/admin", "/admin/tokens", "/admin/people", "/login",
         "/login?fresh=1", "/login/callback", "/nothing/here", "/tokens/none"]


@pytest.mark.parametrize("account", [None, "alice"])
def test_every_page_is_protected(site: Gateway, account: str | None) -> None:
    browser = Browser(site) if account is None else person(site, account)
    for path in PAGES:
        headers = browser.get(path, headers={"Accept": "text/html"}).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, path
        assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY"), path
        assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store"), path
        assert "Strict-Transport-Security" not in headers, "plain HTTP promises nothing"


def test_under_https_it_stays_https(make_gateway, scratch: Path) -> None:
    gateway = make_gateway("pages-https", {"server": {"public_url": "https://hooks.example.org"},
                                           "broker": {"amqp_url": f"file:{scratch}/pages-https.jsonl"}})
    gateway.start()
    for path in ("/", "/tokens", "/nothing/here"):
        headers = Browser(gateway).get(path, headers={"Accept": "text/html"}).headers
        assert int(re.findall(r"max-age=(\d+)", headers["Strict-Transport-Security"])[0]) >= 31_536_000
    gateway.stop()


def test_a_post_of_nobody_is_a_page(site: Gateway) -> None:
    for path in POSTS:
        if path == "/logout":
            continue
        answer = Browser(site).post(path.replace("{token}", "/tokens/none"), FORM)
        assert answer.status_code == 403 and "You’re logged out" in answer.text
