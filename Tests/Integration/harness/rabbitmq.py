"""A RabbitMQ node of our own beside any other: own node name, own epmd, own folders, loopback, free ports."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pika
import pika.exceptions

from .certificates import Authority, tls_wanted
from .ports import free_port
from .process import PATIENCE, ManagedProcess, wait_until

VHOST = "/pubsub"


@dataclass(frozen=True)
class Account:
    name: str
    password: str

    def definition(self) -> dict[str, object]:
        """As RabbitMQ's definitions file wants it: base64 of salt and SHA-256 of salt and password."""
        salt = os.urandom(4)
        digest = hashlib.sha256(salt + self.password.encode()).digest()
        return {
            "name": self.name,
            "password_hash": base64.b64encode(salt + digest).decode(),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": [],
        }


def _server_script() -> str:
    """The node's own script; Debian's wrapper in /usr/sbin would switch to the user rabbitmq."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    script = str(found[-1]) if found else shutil.which("rabbitmq-server")
    if not script:
        raise FileNotFoundError("rabbitmq-server is not installed")
    return script


class RabbitMQ:
    """Two accounts: `publisher` has the rights of an application on Fedora's bus, `consumer` has all.

    On `tls_port` it speaks TLS and takes certificates of `authority`, whose common name is then the user (EXTERNAL);
    `identity` is the publisher's.
    """

    def __init__(self, directory: Path, topic_prefix: str = "org.fedoraproject") -> None:
        self.port = free_port()
        self.publisher = Account("webhook2fedmsg.test", secrets.token_hex(12))
        self.consumer = Account("test", secrets.token_hex(12))
        self._home = directory / "rabbitmq"
        self._home.mkdir(mode=0o700)
        self.tls_port = free_port()
        certificates = directory / "rabbitmq-certificates"
        certificates.mkdir(mode=0o711)
        self.authority = Authority(certificates, "broker-authority")
        self.identity = self.authority.issue("publisher", self.publisher.name, client=True)
        self._server_identity = self.authority.issue("broker")
        self._topic_prefix = topic_prefix
        epmd_port = free_port()
        self._write_settings()
        environment = self._environment(epmd_port)
        epmd = shutil.which("epmd")
        if not epmd:
            raise FileNotFoundError("epmd is not installed (Debian: erlang-base)")
        self._epmd = ManagedProcess(
            "epmd", [epmd, "-port", str(epmd_port), "-address", "127.0.0.1"], self._home, environment
        )
        self.process = ManagedProcess("rabbitmq", [_server_script()], self._home, environment)

    def _write_settings(self) -> None:
        rights = [
            {"user": self.publisher.name, "vhost": VHOST, "configure": "^$", "write": r"^amq\.topic$", "read": "^$"},
            {"user": self.consumer.name, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"},
        ]
        topics = [
            {
                "user": self.publisher.name,
                "vhost": VHOST,
                "exchange": "amq.topic",
                "write": rf"^{self._topic_prefix.replace('.', chr(92) + '.')}\..*$",
                "read": "^$",
            }
        ]
        definitions = {
            "vhosts": [{"name": VHOST}],
            "users": [self.publisher.definition(), self.consumer.definition()],
            "permissions": rights,
            "topic_permissions": topics,
        }
        (self._home / "definitions.json").write_text(json.dumps(definitions))
        (self._home / "enabled_plugins").write_text("[rabbitmq_auth_mechanism_ssl].\n")
        (self._home / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {self.authority.certificate}\n"
            f"ssl_options.certfile = {self._server_identity.certificate}\n"
            f"ssl_options.keyfile = {self._server_identity.key}\n"
            "ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = false\n"
            "ssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.2\n"
            "auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = AMQPLAIN\nauth_mechanisms.3 = EXTERNAL\n"
            "ssl_cert_login_from = common_name\n"
            f"load_definitions = {self._home}/definitions.json\n"
            "disk_free_limit.absolute = 50MB\nlog.console = true\nlog.console.level = info\nlog.file = false\n"
        )

    def _environment(self, epmd_port: int) -> dict[str, str]:
        home = str(self._home)
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))},
            "HOME": home,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": f"w2f{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_PID_FILE": f"{home}/rabbit.pid",
            # The script becomes the server instead of watching over it, so that our signals reach the server.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
            # Idle schedulers that spin would take the cores from what is being tested.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} "
            "+sbwt none +sbwtdcpu none +sbwtdio none",
            "ERL_EPMD_PORT": str(epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "LC_ALL": "C.UTF-8",
        }

    def start(self) -> None:
        """Returns at once; `wait_ready()` waits."""
        if not self._epmd.running:
            self._epmd.start()
        self.process.start()

    def wait_ready(self, timeout: float = 90) -> None:
        self.process.wait_ready(self._answers, timeout)

    def _answers(self) -> bool:
        try:
            self.connect(attempt_timeout=2).close()
        except (pika.exceptions.AMQPError, OSError):
            return False
        return True

    def connect(self, attempt_timeout: float = 10) -> pika.BlockingConnection:
        parameters = pika.ConnectionParameters(
            "127.0.0.1",
            self.port,
            VHOST,
            pika.PlainCredentials(self.consumer.name, self.consumer.password),
            socket_timeout=attempt_timeout,
            blocked_connection_timeout=attempt_timeout,
            heartbeat=0,
        )
        return pika.BlockingConnection(parameters)

    def url(self, account: Account) -> str:
        """With W2F_TEST_TLS, the publisher's is by TLS and shows its certificate, as pika's URLs say it."""
        if account is self.publisher and tls_wanted():
            options = {
                "ca_certs": str(self.authority.certificate),
                "certfile": str(self.identity.certificate),
                "keyfile": str(self.identity.key),
            }
            return f"{self.tls_url()}?ssl_options={quote(repr(options))}"
        return self.plain_url(account)

    def plain_url(self, account: Account) -> str:
        """Without TLS, whatever is tested."""
        return f"amqp://{account.name}:{account.password}@127.0.0.1:{self.port}/{quote(VHOST, safe='')}"

    def tls_url(self, host: str = "localhost", port: int | None = None) -> str:
        """Without user and password, and without files."""
        return f"amqps://{host}:{port or self.tls_port}/{quote(VHOST, safe='')}"

    def control(self, *arguments: str) -> str:
        """rabbitmqctl against this node (slow: a second or two a call, and a minute on a busy machine); what it says."""
        tool = Path(_server_script()).with_name("rabbitmqctl")
        return subprocess.run(
            [str(tool), *arguments],
            check=True,
            env=self.process.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=60 * PATIENCE,
        ).stdout

    def settle(self) -> None:
        """Has what was declared written to disk, once and for all.

        RabbitMQ 3.10 answers a declaration before that at times: killed within the two seconds that Erlang's disk_log may
        hold it back, it comes up with the queue and without its binding, and confirms what then goes nowhere.
        """
        assert self.control("eval", "mnesia:dump_log().").strip() == "dumped"

    def kill(self) -> None:
        """kill -9, and the death is complete: nobody answers on the port, and epmd has forgotten the name."""
        self.process.kill()
        wait_until(lambda: not self._name_registered(), 20, "epmd to forget the killed node")

    def _name_registered(self) -> bool:
        names = subprocess.run(
            [self._epmd.command[0], "-port", self._epmd.command[2], "-names"],
            env=self._epmd.environment,
            capture_output=True,
            text=True,
            timeout=10,
        ).stdout
        return f"w2f{self.port} " in names

    def stop(self) -> None:
        """At once: nobody needs what is in it any more."""
        self.process.kill()
        self._epmd.stop()
