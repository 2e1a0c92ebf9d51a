"""The pages as a browser sees them, over TLS and through each proxy: cookies, redirects, forms, HEAD, compression."""

import re

import pytest
import requests
from people.browser import Browser
from proxies.conftest import Site

from harness.http2 import HTTP2Connection
from harness.proxies import Proxy


class ProxyBrowser(Browser):
    """By the address that the certificate and `server.public_url` have."""

    def __init__(self, site: Site, proxy: Proxy) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(site.authority.certificate)
        self.url = proxy.url
        self.gateway = self  # type: ignore[assignment]

    @property
    def cookie(self) -> str | None:
        return self.session.cookies.get("__Host-w2f")

    def submit(self, path: str, form: dict[str, str], **headers: str) -> requests.Response:
        fields = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.post(path, {"csrf": self.csrf, **form}, headers=fields)


@pytest.fixture
def browser(site: Site, proxy: Proxy) -> ProxyBrowser:
    assert proxy.url == f"https://localhost:{site.port}"
    site.provider.reset()
    return ProxyBrowser(site, proxy)


@pytest.fixture
def alice(browser: ProxyBrowser, site: Site) -> ProxyBrowser:
    browser.log_in(site.provider, "alice")
    return browser


def test_a_login(browser: ProxyBrowser, site: Site) -> None:
    sent_on = browser.get("/tokens")
    assert sent_on.status_code == 303 and sent_on.headers["Location"] == "/login?next=%2Ftokens"
    to_provider = browser.get(sent_on.headers["Location"])
    assert to_provider.status_code == 303
    assert f"redirect_uri=https%3A%2F%2Flocalhost%3A{site.port}%2Flogin%2Fcallback" in to_provider.headers["Location"]
    callback = site.provider.authorize(to_provider.headers["Location"], "alice")
    assert callback.startswith(f"{browser.url}/login/callback?")
    back = browser.get(callback)
    assert back.status_code == 303 and back.headers["Location"] == "/tokens"
    # Several cookies in one answer come as several fields.
    cookies = back.raw.headers.getlist("Set-Cookie")
    assert len(cookies) > 1
    (session,) = [text for text in cookies if text.startswith("__Host-w2f=")]
    for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        assert part in session.split("; "), session
    page = browser.get("/tokens")
    assert page.status_code == 200 and "alice" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Strict-Transport-Security"] and page.headers["Content-Security-Policy"]


def test_a_form(alice: ProxyBrowser) -> None:
    form = {"service": "github", "name": "by a proxy", "as": "alice"}
    page = alice.get("/tokens/new?service=github").text
    for name in re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"', page):
        form[name] = re.search(rf'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]
    form.pop("csrf", None)
    made = alice.submit("/tokens/new", form, Origin=alice.url, Sec_Fetch_Site="same-origin")
    assert made.status_code == 303, made.text
    shown = alice.get(made.headers["Location"])
    assert shown.status_code == 200 and "by a proxy" in shown.text
    assert f"{alice.url}/github/" in shown.text


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example.org"}, {"Origin": "http://localhost:{port}"}, {"Sec_Fetch_Site": "cross-site"},
    {"Origin": "https://evil.example.org", "X_Forwarded_Host": "evil.example.org", "Host": "evil.example.org"},
    {"Origin": "https://evil.example.org", "X_Forwarded_Proto": "https", "Forwarded": "host=evil.example.org;proto=https"},
])
def test_a_form_of_another_site(alice: ProxyBrowser, site: Site, headers: dict[str, str]) -> None:
    """With the right token even."""
    headers = {name: text.format(port=site.port) for name, text in headers.items()}
    answer = alice.submit("/account/logout-everywhere", {}, **headers)
    # 421: httpd serves no other host on a connection that named this one in TLS.
    assert answer.status_code in (403, 421)
    assert alice.get("/account").status_code == 200


@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_without_its_token(alice: ProxyBrowser, token: str) -> None:
    answer = alice.post("/account/logout-everywhere", {"csrf": token} if token else {}, headers={"Origin": alice.url})
    assert answer.status_code == 403
    assert alice.get("/account").status_code == 200


def test_a_logout(alice: ProxyBrowser) -> None:
    answer = alice.submit("/logout", {}, Origin=alice.url, Sec_Fetch_Site="same-origin")
    assert answer.status_code == 200 and answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert alice.cookie is None
    assert alice.get("/tokens").status_code == 303


@pytest.mark.parametrize("path", ["/", "/tokens", "/github", "/schemas", "/nowhere/at/all", "/healthz"])
def test_head_is_get_without_a_body(alice: ProxyBrowser, path: str) -> None:
    plain = {"Accept-Encoding": "identity", "Accept": "text/html"}
    get = alice.get(path, headers=plain)
    head = alice.session.head(alice.url + path, headers=plain, allow_redirects=False, timeout=30)
    assert head.status_code == get.status_code and head.content == b""
    varying = {"date", "x-request-id", "connection", "keep-alive"}
    # A proxy may leave the length of an answer to HEAD out.
    names = {name.lower() for name in get.headers} - varying - {"content-length"}
    assert names <= {name.lower() for name in head.headers}
    assert head.headers.get("Content-Length", str(len(get.content))) in (str(len(get.content)), "0")


def asset(browser: ProxyBrowser, suffix: str) -> str:
    found = re.search(rf'"(/assets/[^"]+\.{suffix})"', browser.get("/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("what", ["css", "js", "schema"])
def test_what_is_compressed(browser: ProxyBrowser, what: str) -> None:
    if what == "schema":
        path = next(schema["url"] for schema in browser.get("/schemas").json()["schemas"] if "url" in schema)
        path = path.removeprefix(browser.url)
    else:
        path = asset(browser, what)
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.status_code == packed.status_code == 200
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert "accept-encoding" in packed.headers["Vary"].lower()
    if what != "schema":
        return
    # Each by its own tag, as caches ask, in whatever way the proxy changed it.
    for answer in (plain, packed):
        again = browser.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert browser.get(path, headers={"If-Match": plain.headers["ETag"], "Accept-Encoding": "identity"}).status_code == 200
    assert browser.get(path, headers={"If-Match": '"other"'}).status_code == 412
    if packed.headers["ETag"] != plain.headers["ETag"]:
        assert browser.get(path, headers={"If-Match": packed.headers["ETag"]}).status_code == 412


def test_pages_are_not_compressed(alice: ProxyBrowser) -> None:
    """They have secrets beside what somebody else may have written."""
    for path in ("/", "/tokens", "/account", "/schemas"):
        assert "Content-Encoding" not in alice.get(path, headers={"Accept-Encoding": "gzip, br"}).headers


def test_a_page_by_http2(alice: ProxyBrowser, proxy: Proxy) -> None:
    with HTTP2Connection(proxy.port, proxy.tls_context("h2")) as connection:
        def ask(*extra: tuple[bytes, bytes]) -> tuple[int | None, bytes]:
            authority = f"localhost:{proxy.port}".encode()
            answer = connection.request(
                [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", authority), (b":path", b"/tokens"), *extra]
            )
            return answer.status, answer.body

        assert ask()[0] == 303
        # Browsers may send a field for each cookie.
        status, body = ask((b"cookie", b"other=1"), (b"cookie", f"__Host-w2f={alice.cookie}".encode()), (b"cookie", b"more=2"))
        assert status == 200 and b"alice" in body
