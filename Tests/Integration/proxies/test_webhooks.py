"""The rest of the hostile suite through each proxy, its webhooks by HTTP/1.1 and by HTTP/2: what is forged, broken, too large
or not for everybody is refused or kept as it is without a proxy, and what is right gets through in the bytes that came. Before
and after each, a canary on another client's connection."""

# ruff: noqa: F403, F811
import time
from collections.abc import Callable, Iterator

import pytest
from hostile.test_bare_path import (  # noqa: F401
    test_a_flood_of_wrong_proofs_keeps_no_good_webhook_out,
    test_the_token_is_found_and_proved,
    test_without_a_name_in_the_payload_it_is_not_taken,
    test_without_a_proof_it_is_not_taken,
)
from hostile.test_event_names import *
from hostile.test_http import (  # noqa: F401
    test_a_webhook_cut_short_is_not_published,
)
from hostile.test_json import *
from hostile.test_large_bodies import *
from hostile.test_limits import *
from hostile.test_not_published import *
from hostile.test_public_by_service import *
from hostile.test_secrets import *
from hostile.test_signatures import *
from hostile.test_tokens import *
from proxies.conftest import Behind, ProxyTarget, Site

from harness.gateway import Gateway
from harness.proxies import Proxy
from harness.rawhttp import Connection

# What is no request, or not one that a proxy passes on.
LEFT_OUT = (
    # Its own gateway, to which it speaks without a proxy.
    "test_large_bodies_without_a_token_take_no_more_either",
    # The program's own output.
    "test_the_table_of_events", "test_a_filter_for_what_there_is_not", "test_a_filter_that_is_none",
    "test_every_service_is_told_of",
)
for _name in LEFT_OUT:
    del globals()[_name]

# What a proxy does to a request that makes it another one, and a right one; or what it waits for.
WAITS = "Apache sends all of a body before it reads the answer; test_bodies has bodies that are too long"
A_LIST = "a field that is there twice becomes a list, one of which is to be right"
MENDED = {
    ("httpd", "test_the_proof_twice", "standard"): A_LIST,
    ("httpd", "test_a_right_proof_beside_a_wrong_one", "standard"): A_LIST,
    ("httpd", "test_the_proof_twice", "weblate"): A_LIST,
    ("httpd", "test_a_right_proof_beside_a_wrong_one", "weblate"): A_LIST,
    ("httpd", "test_more_than_the_broker_takes_is_refused_before_the_body_is_read", None): WAITS,
    ("httpd", "test_a_length_over_the_limit_is_refused_before_the_body", None): WAITS,
    ("httpd", "test_an_address_that_leads_nowhere", "//github/{id}"): "slashes at the beginning become one",
}


@pytest.fixture(params=["1.1", "2"])
def http(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def target(target: ProxyTarget, http: str, request: pytest.FixtureRequest) -> Iterator[ProxyTarget]:
    assert target.proxy
    test = request.node
    values = {str(value) for value in test.callspec.params.values()}
    for (kind, name, value), reason in MENDED.items():
        if (kind, name) == (target.proxy.kind, test.originalname) and (value is None or value in values):
            pytest.skip(reason)
    target.nothing_published()
    target.by_http2 = http == "2"
    yield target
    target.by_http2 = False
    target.wiretap.drain()
    target.nothing_published()


@pytest.fixture
def gateway(site: Site, proxy: Proxy) -> Gateway:
    """For webhooks without a token's id."""
    return Behind(site.gateways[0], proxy)


@pytest.fixture
def make_gateway(gateway: Gateway) -> Callable[..., Gateway]:
    """The flood has no gateway of its own."""
    return lambda *_: gateway


def test_slow_heads_and_bodies_are_ended_and_hold_nobody_up(target: ProxyTarget) -> None:
    """A byte a second, which each proxy ends or holds by time-outs of its own; meanwhile the good ones get through."""
    whole = target.request(target.tokens["github"], target.webhook("github"))
    split = whole.index(b"\r\n\r\n") + 4
    slow = [Connection(target.port) for _ in range(60)]
    try:
        for number, connection in enumerate(slow):
            connection.send(whole[: 30 if number % 2 else split])
        for _ in range(12):
            target.canary()
            for connection in slow:
                connection.try_send(b"x")
            time.sleep(1)
        answered = [connection for connection in slow if connection.has_answer()]
        statuses = {response.status for connection in answered for response in connection.read_until_closed(5).responses}
    finally:
        for connection in slow:
            connection.close()
    assert statuses <= {400, 408}
    target.wiretap.drain()


def test_no_secret_in_the_logs(target: ProxyTarget, site: Site) -> None:
    """What a proxy adds to a request is logged; of what it carries, nothing is."""
    for gateway in site.gateways:
        log = gateway.log
        assert log.count(b'"proxy"') > 100
        assert not [secret for secret in target.secrets if secret and secret.encode() in log]
