"""A browser made of requests: it keeps cookies and follows nothing by itself."""

import base64
import hmac
import urllib.parse
from pathlib import Path

import requests

from harness.development import add_copies, development
from harness.gateway import Gateway

from .provider import ScriptedProvider

COOKIE = "w2f"


class Browser:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options: object) -> requests.Response:
        url = path if path.startswith("http") else self.gateway.url + path
        return self.session.get(url, allow_redirects=False, timeout=30, **options)  # type: ignore[arg-type]

    def post(self, path: str, data: dict[str, str], **options: object) -> requests.Response:
        return self.session.post(
            self.gateway.url + path, data=data, allow_redirects=False, timeout=30, **options  # type: ignore[arg-type]
        )

    def begin(self, next_page: str | None = None, fresh: bool = False) -> str:
        """GET /login: where it sends the browser."""
        query = ({} if next_page is None else {"next": next_page}) | ({"fresh": "1"} if fresh else {})
        answer = self.get(f"/login?{urllib.parse.urlencode(query)}" if query else "/login")
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def callback(self, provider: ScriptedProvider, account: str = "alice", next_page: str | None = None) -> str:
        """Up to the provider's answer: the callback's URL."""
        return provider.authorize(self.begin(next_page), account)

    def log_in(
        self, provider: ScriptedProvider, account: str = "alice", next_page: str | None = None
    ) -> requests.Response:
        answer = self.get(self.callback(provider, account, next_page))
        assert answer.status_code == 303, answer.text
        return answer

    @property
    def cookie(self) -> str | None:
        return self.session.cookies.get(COOKIE)

    @property
    def csrf(self) -> str:
        """What this session's forms carry: made of the id, which only the browser and the server know."""
        assert self.cookie is not None
        text = self.cookie
        identifier = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:32]
        code = hmac.digest(identifier, b"webhook2fedmsg csrf v1", "sha256")
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()

    def is_logged_in(self) -> bool:
        """Someone who is is sent home by /login; everybody else is sent to the provider."""
        return self.begin() == "/"


def with_thousands_of_tokens(make_gateway, scratch: Path) -> Browser:
    """Somebody who has them all, with an administrator's rights."""
    gateway = development(make_gateway, "many", {"broker": {"amqp_url": f"file:{scratch}/many.jsonl"}})
    browser = Browser(gateway)
    browser.post("/login/development", {"account": "alice", "groups": "sysadmin-main, packager"})
    browser.post("/tokens/new", {"csrf": browser.csrf, "service": "github", "name": "token 0000"})
    gateway.stop()
    add_copies(gateway.directory / "tokens.sqlite")
    gateway.start()
    return browser
