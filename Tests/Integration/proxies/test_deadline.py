"""`ingest.deadline` behind each proxy, whether it waits for the body before it asks a server, or not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile.test_deadline import BODY, DEADLINE, Sluice, drip, sluice  # noqa: F401
from proxies.conftest import PROXIED, Behind, Site, two_servers

from harness.gateway import Gateway
from harness.postgresql import PostgreSQL
from harness.process import wait_until
from harness.proxies import KINDS, Proxy
from harness.rabbitmq import RabbitMQ


@pytest.fixture(scope="module")
def gateways(scratch: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ, sluice: Sluice) -> Iterator[list[Gateway]]:  # noqa: F811
    url = rabbitmq.plain_url(rabbitmq.publisher).replace(f":{rabbitmq.port}/", f":{sluice.port}/")
    settings: dict[str, dict[str, object]] = {
        "broker": {"amqp_url": url, "topic_prefix": "org.fedoraproject.deadline", "confirm_timeout": f"{DEADLINE:g}s"},
        "ingest": {"deadline": f"{DEADLINE:g}s"},
        "server": PROXIED,
    }
    with two_servers(scratch / "proxies-deadline", postgresql, "proxies_deadline", settings) as gateways:
        for gateway in gateways:
            gateway.start()
        for gateway in gateways:
            wait_until(gateway.ready, 60, "the gateway's connection to the broker")
        yield gateways


@pytest.fixture(scope="module", params=KINDS)
def gateway(request: pytest.FixtureRequest, gateways: list[Gateway], site: Site, scratch: Path) -> Iterator[Gateway]:
    addresses = [f"127.0.0.1:{gateway.port}" for gateway in gateways]
    proxy = Proxy(scratch / "proxies", request.param, addresses, site.authority, name=f"deadline-{request.param}")
    proxy.start()
    made = Behind(gateways[0], proxy)
    made.token = made.create_token("github")
    yield made
    proxy.stop()


def test_a_slow_body_in_time(gateway: Gateway) -> None:
    response, _ = drip(gateway, 2, complete=True)
    assert response.status == 202, response


def test_what_is_not_confirmed_in_time(gateway: Gateway, sluice: Sluice) -> None:  # noqa: F811
    """At most the time of the body behind a proxy that waits for it, and the server's deadline."""
    sluice.flows.clear()
    try:
        response, took = drip(gateway, 3, complete=True)
    finally:
        sluice.flows.set()
    assert response.status == 503, response
    assert "retry-after" in response.headers
    assert DEADLINE - 0.1 < took < 3 + DEADLINE + 2, f"{took:.2f} s"


def test_a_body_that_drips_on(gateway: Behind) -> None:
    """The server ends it. nginx, which waits for all of it, never asks the server, and ends it without a word."""
    if gateway.kind == "nginx":
        with pytest.raises(ConnectionResetError):
            drip(gateway, 10, complete=False, patience=40)
    else:
        response, _ = drip(gateway, 10, complete=False, patience=40)
        assert response.status == 408, response
