"""Addresses that lead nowhere, and tokens that were switched off."""

import pytest
from hostile.conftest import Target

from harness.gateway import Token
from harness.signing import SIGNERS


def at(path: str, token: Token) -> Token:
    return Token(token.id, token.service, token.secret, path)


@pytest.mark.parametrize("service", SIGNERS)
def test_a_disabled_token(target: Target, service: str) -> None:
    token = target.gateway.create_token(service, "to be disabled")
    webhook = SIGNERS[service](token.secret, target.webhook(service).payload, "post.post_created" if service == "discourse" else "push")
    target.secrets |= webhook.secrets
    target.gateway.command("token", "disable", token.id)
    target.refused(target.post(webhook, token=token), 403)


@pytest.mark.parametrize(
    "path",
    [
        "/github/{id}x", "/github/{short}", "/github/{turned}", "/github/00000000000000000000000000000000",
        "/gitlab/{id}", "/gitea/{id}", "/nonsense/{id}", "/github/{id}/extra", "/github/{id}//", "//github/{id}",
        "/%67ithub/{id}", "/github%2f{id}",
        "/github/../github/{id}", "/github/%2e%2e/{id}", "/github/{id}%00", "/github/{id}%0d%0aX-Evil:%20yes",
        "/github/" + "a" * 4000, "/github/%", "/github/%zz", "/github/' OR 1=1 --".replace(" ", "%20"),
    ],
)
def test_an_address_that_leads_nowhere(target: Target, path: str) -> None:
    token = target.tokens["github"]
    turned = token.id[:-1] + ("a" if token.id[-1] != "a" else "b")
    shown = path.format(id=token.id, short=token.id[:-1], turned=turned)
    response = target.post(target.webhook("github"), token=at(shown, token))
    target.refused(response, 404, *([400] if "%" in path else []))


def test_a_slash_at_the_end_of_an_address(target: Target) -> None:
    token = target.tokens["github"]
    target.published(target.post(target.webhook("github"), token=at(f"{token.path}/", token)))


def test_a_query_is_ignored_or_refused_but_never_published(target: Target) -> None:
    token = target.tokens["github"]
    response = target.post(target.webhook("github"), token=at(f"{token.path}?secret=never-on-the-bus", token))
    assert response.status in (202, 400, 404)
    for delivery in target.wiretap.drain():
        assert b"never-on-the-bus" not in delivery.everything


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_learns_nothing_of_a_token(target: Target, method: str) -> None:
    """The same page for an id that there is and one that there is not."""
    known = target.tokens["github"].path
    turned = known[:-1] + ("a" if known[-1] != "a" else "b")
    pages = []
    for path in (known, turned):
        answer = target.raw(f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert answer.data.startswith(b"HTTP/1.1 200 ")
        pages.append(answer.data.partition(b"\r\n\r\n")[2].replace(path.encode(), b"PATH"))
    assert pages[0] == pages[1]
    assert target.tokens["github"].secret.encode() not in pages[0]
    target.nothing_published()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_at_a_webhooks_address(target: Target, method: str) -> None:
    head = f"{method} {target.tokens['github'].path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    answer = target.raw(head)
    (response,) = answer.responses
    assert "POST" in response.headers["allow"]
    target.refused(response, 405)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_other_methods_at_the_health_pages(target: Target, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    (response,) = target.raw(head).responses
    assert "GET" in response.headers["allow"]
    target.refused(response, 405)
