"""amqps: who is let in and who is not, what is said of it, and that the server recovers by itself once it is mended."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
import requests
from conftest import GatewayMaker

from harness.certificates import Authority, Identity
from harness.corpus import fixtures
from harness.door import Door
from harness.gateway import Gateway, Token
from harness.process import wait_until
from harness.rabbitmq import Account, RabbitMQ
from harness.signing import github
from harness.wiretap import Wiretap

TOPIC_PREFIX = "org.fedoraproject.tls"
QUICK = {"connect_timeout": "2s", "reconnect_min": "100ms", "reconnect_max": "400ms", "confirm_timeout": "3s"}


@pytest.fixture
def door(rabbitmq: RabbitMQ) -> Iterator[Door]:
    door = Door(rabbitmq.tls_port)
    yield door
    door.close()


@pytest.fixture
def wiretap(rabbitmq: RabbitMQ) -> Iterator[Wiretap]:
    wiretap = Wiretap(rabbitmq, f"tls-{uuid4().hex}", f"{TOPIC_PREFIX}.#")
    yield wiretap
    wiretap.close()


class Setting:
    """A gateway with files of its own for the broker, which a test can spoil and mend."""

    def __init__(self, make: GatewayMaker, rabbitmq: RabbitMQ, directory: Path) -> None:
        self._make = make
        self.rabbitmq = rabbitmq
        self.directory = directory
        self.trusted = directory / "ca.crt"
        self.identity = Identity(directory / "client.crt", directory / "client.key")
        self.mend()
        self.gateway: Gateway
        self.token: Token

    def mend(self) -> None:
        """Puts the right files into their places."""
        shutil.copy(self.rabbitmq.authority.certificate, self.trusted)
        self.rabbitmq.identity.copy_to(self.identity)

    def start(self, url: str | None = None, **broker: object) -> None:
        settings = {
            "broker": {
                "amqp_url": url or self.rabbitmq.tls_url(), "topic_prefix": TOPIC_PREFIX, **QUICK, **broker
            },
            "broker.tls": {
                "ca_cert": str(self.trusted),
                "certfile": str(self.identity.certificate),
                "keyfile": str(self.identity.key),
            },
        }
        self.gateway = self._make(uuid4().hex, settings)
        self.token = self.gateway.create_token("github")
        self.gateway.start()

    def post(self) -> requests.Response:
        sample = fixtures("github")[0]
        return self.gateway.post(self.token, github(self.token.secret, sample.payload, sample.event))

    def wait_ready(self) -> None:
        try:
            wait_until(self.gateway.ready, 20, "the broker")
        except TimeoutError:
            raise AssertionError(f"the broker is {self.gateway.broker_detail()!r}") from None

    def wait_detail(self, words: str) -> None:
        """Until /readyz says these words of the broker."""
        try:
            wait_until(lambda: words in self.gateway.broker_detail(), 20, words)
        except TimeoutError:
            raise AssertionError(f"not {words!r} but {self.gateway.broker_detail()!r}") from None

    def fails_and_recovers(self, words: str, mend: Callable[[], None]) -> None:
        """The trouble is told on /readyz and in the log, webhooks are answered 503, and it ends by itself once mended."""
        self.wait_detail(words)
        assert not self.gateway.ready()
        assert self.post().status_code == 503
        log = self.gateway.log.decode()
        assert words in log, f"the log does not say {words!r}"
        mend()
        self.wait_ready()
        assert self.post().status_code == 202


@pytest.fixture
def setting(make_gateway: GatewayMaker, rabbitmq: RabbitMQ, tmp_path: Path) -> Setting:
    return Setting(make_gateway, rabbitmq, tmp_path)


def test_publishes_with_a_client_certificate_and_fedoras_permissions(setting: Setting, wiretap: Wiretap) -> None:
    setting.start()
    setting.wait_ready()
    response = setting.post()
    assert response.status_code == 202
    (delivery,) = wiretap.take(until={response.json()["message_id"]})
    assert delivery.exchange == "amq.topic"
    assert delivery.routing_key.startswith(f"{TOPIC_PREFIX}.github.")
    connections = setting.rabbitmq.control("list_connections", "user", "ssl", "auth_mechanism", "ssl_protocol")
    assert f"{setting.rabbitmq.publisher.name}\ttrue\tEXTERNAL\ttlsv1.3" in connections
    assert "TLSv1.3" in setting.gateway.log.decode()


def test_the_connection_is_what_was_configured(setting: Setting, wiretap: Wiretap) -> None:
    """As the broker sees it: what the URL says, and what it is told of us without being asked."""
    properties = quote("{'app': 'as-configured', 'number': 3}")
    setting.start(
        f"{setting.rabbitmq.tls_url()}?heartbeat=17&frame_max=65536&channel_max=9&client_properties={properties}",
        publish_priority=3,
    )
    setting.wait_ready()
    columns = ("client_properties", "timeout", "frame_max", "channel_max")
    rows = json.loads(setting.rabbitmq.control("list_connections", "--silent", "--formatter", "json", *columns))
    ours = [row for row in rows if "as-configured" in json.dumps(row["client_properties"])]
    assert ours, rows
    for row in ours:
        assert (row["timeout"], row["frame_max"], row["channel_max"]) == (17, 65536, 9)
        told = {name: value for name, *_, value in _entries(row["client_properties"])}
        assert told["app"] == "as-configured" and told["number"] == 3
        assert told["product"] == "webhook2fedmsg" and told["platform"] == "Swift" and told["information"]
        assert told["version"][0].isdigit() and told["connection_name"] == "webhook2fedmsg"
    response = setting.post()
    assert response.status_code == 202
    (delivery,) = wiretap.take(until={response.json()["message_id"]})
    assert delivery.properties.priority == 3


def _entries(table: object) -> list[tuple[object, ...]]:
    """A field table as rabbitmqctl prints it: an object, or a list of names, types and values."""
    return list(table.items()) if isinstance(table, dict) else [tuple(entry) for entry in table]  # type: ignore[union-attr]


def test_a_topic_that_the_permissions_do_not_have(setting: Setting) -> None:
    """Of nothing that could be published: the server is not ready, and says so without a webhook."""
    setting.start(topic_prefix="org.example.elsewhere")
    user = setting.rabbitmq.publisher.name
    allow = ("set_topic_permissions", "-p", "/pubsub", user, "amq.topic")
    try:
        setting.fails_and_recovers(
            "403 ACCESS_REFUSED - access to topic 'org.example.elsewhere.",
            lambda: setting.rabbitmq.control(*allow, r"^org\.(fedoraproject|example)\..*$", "^$"),
        )
    finally:
        setting.rabbitmq.control(*allow, r"^org\.fedoraproject\..*$", "^$")


def test_a_common_name_without_user(setting: Setting) -> None:
    setting.rabbitmq.authority.issue("nobody", "nobody-in-particular", client=True).copy_to(setting.identity)
    setting.start()
    setting.wait_detail("403 ACCESS_REFUSED")
    setting.fails_and_recovers(
        f"the certificate in {setting.identity.certificate} has the CN nobody-in-particular, and RabbitMQ knows no such user "
        "(if it has ssl_cert_login_from = common_name): rabbitmqctl add_user nobody-in-particular",
        setting.mend,
    )


def test_a_user_without_permissions_on_the_virtual_host(setting: Setting) -> None:
    name = f"outside-{uuid4().hex[:8]}"
    setting.rabbitmq.control("add_user", name, uuid4().hex)
    setting.rabbitmq.authority.issue(name, name, client=True).copy_to(setting.identity)
    setting.start()
    setting.wait_detail("530 NOT_ALLOWED")
    setting.fails_and_recovers(
        f"the user may not use the virtual host: rabbitmqctl set_permissions -p /pubsub {name} '^$'",
        lambda: setting.rabbitmq.control("set_permissions", "-p", "/pubsub", name, "^$", r"^amq\.topic$", "^$"),
    )


def test_a_user_that_is_made_while_the_server_waits(setting: Setting) -> None:
    """The mending may be the broker's, too."""
    name = f"late-{uuid4().hex[:8]}"
    setting.rabbitmq.authority.issue(name, name, client=True).copy_to(setting.identity)
    setting.start()

    def add_user() -> None:
        setting.rabbitmq.control("add_user", name, uuid4().hex)
        setting.rabbitmq.control("set_permissions", "-p", "/pubsub", name, "^$", r"^amq\.topic$", "^$")

    setting.fails_and_recovers("403 ACCESS_REFUSED", add_user)


def test_a_rogue_authoritys_client(setting: Setting, tmp_path: Path) -> None:
    rogue = Authority(tmp_path, "rogue")
    rogue.issue("rogue-client", setting.rabbitmq.publisher.name, client=True).copy_to(setting.identity)
    setting.start()
    setting.wait_detail("the other side refused TLS: alert")
    name = setting.rabbitmq.publisher.name
    setting.fails_and_recovers(
        f"it was shown the certificate in {setting.identity.certificate} (CN {name}, valid until 20", setting.mend
    )


def test_a_rogue_authoritys_broker(setting: Setting, tmp_path: Path) -> None:
    setting.trusted.write_bytes(Authority(tmp_path, "rogue").certificate.read_bytes())
    setting.start()
    setting.fails_and_recovers("the certificate of localhost is not accepted: ", setting.mend)


def test_an_expired_client(setting: Setting) -> None:
    setting.rabbitmq.authority.expired("old", common_name=setting.rabbitmq.publisher.name, client=True).copy_to(
        setting.identity
    )
    setting.start()
    setting.fails_and_recovers(f"the certificate in {setting.identity.certificate} expired on ", setting.mend)


def test_an_expired_broker(setting: Setting, door: Door) -> None:
    door.behaviour = door.show(setting.rabbitmq.authority.expired("old-broker"))
    setting.start(setting.rabbitmq.tls_url(port=door.port))
    setting.fails_and_recovers(
        "the certificate of localhost is not accepted: certificate has expired",
        lambda: setattr(door, "behaviour", door.forward),
    )


def test_another_hosts_certificate(setting: Setting, door: Door) -> None:
    door.behaviour = door.show(setting.rabbitmq.authority.issue("other", "other", ("broker.example.org",)))
    setting.start(setting.rabbitmq.tls_url(port=door.port))
    setting.fails_and_recovers(
        "the certificate of localhost is not accepted: hostname mismatch",
        lambda: setattr(door, "behaviour", door.forward),
    )


def test_a_broker_that_stops_within_the_handshake(setting: Setting, door: Door) -> None:
    door.behaviour = door.hang
    setting.start(setting.rabbitmq.tls_url("127.0.0.1", door.port))
    setting.fails_and_recovers("TLS handshake: timed out", lambda: setattr(door, "behaviour", door.forward))


def test_a_broker_that_hangs_up_within_the_handshake(setting: Setting, door: Door) -> None:
    door.behaviour = door.hang_up
    setting.start(setting.rabbitmq.tls_url("127.0.0.1", door.port))
    setting.fails_and_recovers(
        "the other side hung up within the TLS handshake", lambda: setattr(door, "behaviour", door.forward)
    )


def test_a_port_without_tls(setting: Setting) -> None:
    """The broker's other port, by mistake."""
    setting.start(setting.rabbitmq.tls_url("127.0.0.1", setting.rabbitmq.port))
    setting.wait_detail("the other side does not speak TLS there")


def test_files_that_are_not_there(setting: Setting) -> None:
    setting.identity.key.unlink()
    setting.start()
    check = setting.gateway.command("check-config", check=False)
    assert check.returncode != 0
    assert f"broker.tls: {setting.identity.key} can't be read: No such file or directory" in check.stderr
    setting.fails_and_recovers(f"{setting.identity.key} can't be read: No such file or directory", setting.mend)
    assert setting.gateway.command("check-config").stdout.startswith("ok")


def test_a_key_of_another_certificate(setting: Setting) -> None:
    other = setting.rabbitmq.authority.issue("another-key", client=True)
    setting.identity.key.write_bytes(other.key.read_bytes())
    setting.start()
    setting.fails_and_recovers(f"the key in {setting.identity.key} is not that of the certificate", setting.mend)


def test_a_password_over_tls(make_gateway: GatewayMaker, rabbitmq: RabbitMQ) -> None:
    """Without a certificate of our own: PLAIN, with each part of the URL percent-encoded."""
    account: Account = rabbitmq.consumer
    user = "".join(f"%{byte:02x}" for byte in account.name.encode())
    url = rabbitmq.tls_url(f"{user}:{account.password}@localhost")
    settings = {
        "broker": {"amqp_url": url, "topic_prefix": TOPIC_PREFIX, **QUICK},
        "broker.tls": {"ca_cert": str(rabbitmq.authority.certificate)},
    }
    gateway = make_gateway("password", settings)
    gateway.start()
    wait_until(gateway.ready, 20, "the broker")
    connections = rabbitmq.control("list_connections", "user", "ssl", "auth_mechanism")
    assert f"{account.name}\ttrue\tPLAIN" in connections
    assert account.password.encode() not in gateway.log


def test_the_next_host_when_the_first_is_away(setting: Setting, door: Door) -> None:
    dead = door.port
    door.close()
    setting.start(setting.rabbitmq.tls_url(f"localhost:{dead},localhost"))
    setting.wait_ready()
    assert setting.post().status_code == 202
    assert f"localhost:{dead}" in setting.gateway.log.decode()


def test_an_exchange_that_is_not_there(setting: Setting) -> None:
    """With passive_declares the broker is asked for it; nothing is ever declared for good."""
    exchange = f"missing-{uuid4().hex}"
    setting.start(publish_exchange=exchange, passive_declares=True)
    setting.wait_detail(f"the exchange {exchange} can't be published to: 404 NOT_FOUND")
    assert setting.post().status_code == 503
    connection = setting.rabbitmq.connect()
    channel = connection.channel()
    channel.exchange_declare(exchange, "topic")
    user = setting.rabbitmq.publisher.name
    try:
        # That it is there is not enough.
        setting.wait_detail(f"403 ACCESS_REFUSED - access to exchange '{exchange}'")
        assert not setting.gateway.ready()
        setting.rabbitmq.control("set_permissions", "-p", "/pubsub", user, "^$", rf"^(amq\.topic|{exchange})$", "^$")
        setting.wait_ready()
        assert setting.post().status_code == 202
    finally:
        setting.rabbitmq.control("set_permissions", "-p", "/pubsub", user, "^$", r"^amq\.topic$", "^$")
        channel.exchange_delete(exchange)
        connection.close()


def test_a_connection_that_is_cut_is_made_again(setting: Setting, door: Door) -> None:
    """With the certificate that is there by then."""
    setting.start(setting.rabbitmq.tls_url(port=door.port))
    setting.wait_ready()
    assert setting.post().status_code == 202
    setting.rabbitmq.authority.issue("nobody-2", "nobody-else", client=True).copy_to(setting.identity)
    door.cut()
    setting.fails_and_recovers("403 ACCESS_REFUSED", setting.mend)
