"""Whether a suite that is to run over TLS does: a harness that forgot to would pass all the same."""

from .gateway import Gateway
from .process import wait_until
from .rabbitmq import RabbitMQ


def check_over_tls(gateway: Gateway, broker: RabbitMQ) -> None:
    """HTTPS to the gateway; amqps and its certificate to the broker."""
    assert gateway.url.startswith("https://")
    wait_until(gateway.ready, 60, "the gateway's connection to the broker")
    rows = broker.control("list_connections", "user", "ssl", "auth_mechanism").splitlines()
    ours = {row for row in rows if row.split("\t")[0] == broker.publisher.name}
    assert ours == {f"{broker.publisher.name}\ttrue\tEXTERNAL"}, rows
