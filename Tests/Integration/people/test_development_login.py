"""The development login: anybody is anyone, on this machine and nowhere else."""

import subprocess

import pytest

from harness.gateway import Gateway, binary
from harness.process import ManagedProcess
from harness.rawhttp import exchange, request_bytes

from .browser import Browser


@pytest.fixture(scope="module")
def gateway(make_gateway) -> Gateway:
    gateway = make_gateway("development", {"sessions": {"admin_groups": ["sysadmin"]}})
    gateway.process = ManagedProcess(
        "serve", [binary(), "serve", "--dev-login", "--config", str(gateway.configuration)], gateway.directory
    )
    gateway.start()
    return gateway


def log_in(browser: Browser, account: str, **fields: str) -> int:
    return browser.post("/login/development", {"account": account, **fields}).status_code


def test_a_login(gateway: Gateway) -> None:
    browser = Browser(gateway)
    page = browser.get("/login?next=/tokens")
    assert page.status_code == 200
    assert "Development login" in page.text
    answer = browser.post("/login/development", {"account": "alice", "groups": "packager, sysadmin", "next": "/tokens"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tokens")
    assert browser.is_logged_in()
    assert browser.post("/logout", {"csrf": browser.csrf}).status_code == 200


def test_names_that_no_account_has(gateway: Gateway) -> None:
    for name in ("", "Alice", "a b", "<script>", "x" * 65):
        answer = Browser(gateway).post("/login/development", {"account": name})
        assert answer.status_code == 422
        assert "<script>" not in answer.text


def test_next_is_local(gateway: Gateway) -> None:
    answer = Browser(gateway).post("/login/development", {"account": "alice", "next": "//evil.example.org"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "hooks.example.org"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"},
        {"X-Forwarded-Host": "localhost"}, {"X-Real-IP": "::1"}, {"Via": "1.1 proxy"},
        {"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_nobody_from_elsewhere(gateway: Gateway, headers: dict[str, str]) -> None:
    browser = Browser(gateway)
    answer = browser.post("/login/development", {"account": "alice"}, headers=headers)
    assert answer.status_code == 403
    assert browser.cookie is None


def test_a_session_counts_only_where_it_could_be_begun(gateway: Gateway) -> None:
    browser = Browser(gateway)
    assert log_in(browser, "alice") == 303
    request = request_bytes(
        "POST", "/logout",
        [("Host", "hooks.example.org"), ("Cookie", f"w2f={browser.cookie}"), ("Content-Length", "0"),
         ("Connection", "close")],
    )
    answer = exchange(gateway.port, request).responses[0]
    # As for somebody who is not logged in.
    assert answer.status == 303
    assert browser.is_logged_in()


def refusal(gateway: Gateway) -> str:
    result = subprocess.run(
        [binary(), "serve", "--dev-login", "--config", str(gateway.configuration)],
        capture_output=True, text=True, timeout=30,
    )
    assert result.returncode != 0
    return result.stderr


@pytest.mark.parametrize(
    ("name", "settings", "reason"),
    [
        ("provider", {"oidc": {"issuer": "https://id.example.org/", "client_secret": "x"},
                      "server": {"public_url": "https://hooks.example.org"}}, "together"),
        ("listen", {"server": {"listen": ["0.0.0.0:0"], "public_url": "http://localhost:8080"}}, "others can reach"),
        ("public", {"server": {"public_url": "https://hooks.example.org"}}, "public_url"),
    ],
)
def test_where_it_cannot_be(make_gateway, name: str, settings: dict[str, dict[str, object]], reason: str) -> None:
    if name == "listen":
        settings = {**settings, "keys": {}}
    assert reason in refusal(make_gateway(name, settings))


def test_without_it_and_without_a_provider(make_gateway) -> None:
    gateway = make_gateway("neither", {})
    gateway.start()
    browser = Browser(gateway)
    assert browser.get("/login").status_code == 503
    assert browser.post("/login/development", {"account": "alice"}).status_code in (404, 405)
    gateway.stop()
