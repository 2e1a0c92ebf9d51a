"""The real Python consumer: `fedora-messaging consume`, with the message classes that Fedora's consumers have."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from .process import ManagedProcess, wait_until
from .rabbitmq import RabbitMQ

_CONFIGURATION = """\
amqp_url = "{url}"
passive_declares = false
[queues.{queue}]
durable = true
auto_delete = false
exclusive = false
[queues.{queue}.arguments]
"x-dead-letter-exchange" = ""
"x-dead-letter-routing-key" = "{dead}"
[[bindings]]
queue = "{queue}"
exchange = "amq.topic"
routing_keys = ["{prefix}.#"]
[qos]
prefetch_size = 0
prefetch_count = 25
[log_config]
version = 1
disable_existing_loggers = false
[log_config.formatters.simple]
format = "[%(name)s %(levelname)s] %(message)s"
[log_config.handlers.console]
class = "logging.StreamHandler"
formatter = "simple"
stream = "ext://sys.stdout"
[log_config.loggers.fedora_messaging]
level = "WARNING"
propagate = false
handlers = ["console"]
"""


class Consumer:
    """Messages that fail its validation end in a dead-letter queue, where `rejected()` finds them."""

    def __init__(
        self,
        broker: RabbitMQ,
        directory: Path,
        name: str,
        topic_prefix: str,
        program: Path | None = None,
        callback: tuple[str, str] | None = None,
        settings: str = "",
    ) -> None:
        """`program` is the `fedora-messaging` of another environment, `settings` more of its configuration."""
        self._broker = broker
        self.queue = name
        self._dead = f"{name}-dead"
        self._record = directory / f"{name}.jsonl"
        self._record.touch()
        configuration = directory / f"{name}.toml"
        configuration.write_text(
            _CONFIGURATION.format(
                url=broker.url(broker.consumer), queue=self.queue, dead=self._dead, prefix=topic_prefix
            )
            + settings
        )
        self._declare(topic_prefix)
        record = ("--callback-file", f"{Path(__file__).with_name('record_message.py')}:record")
        self.process = ManagedProcess(
            f"{name}-consumer",
            [
                str(program or Path(sys.executable).with_name("fedora-messaging")),
                *("--conf", str(configuration), "consume", *(callback or record)),
            ],
            directory,
            {**os.environ, "W2F_RECORD": str(self._record)},
        )

    def _declare(self, topic_prefix: str) -> None:
        """Before the consumer starts, so that nothing published meanwhile is missed."""
        connection = self._broker.connect()
        channel = connection.channel()
        arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": self._dead}
        channel.queue_declare(self._dead, durable=True)
        channel.queue_declare(self.queue, durable=True, arguments=arguments)
        channel.queue_bind(self.queue, "amq.topic", f"{topic_prefix}.#")
        connection.close()

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    def messages(self) -> list[dict[str, Any]]:
        """All that came so far, in the order of arrival."""
        complete = self._record.read_bytes().rpartition(b"\n")[0]
        return [json.loads(line) for line in complete.splitlines()]

    def wait_for(self, identifiers: set[str], timeout: float = 60) -> list[dict[str, Any]]:
        """Waits until every id has arrived (and the process lives); all messages so far."""

        def arrived() -> bool:
            assert self.process.running, f"the consumer died:\n{self.process.log_tail()}"
            return identifiers <= {message["id"] for message in self.messages()}

        try:
            wait_until(arrived, timeout, "messages to arrive at the consumer", interval=0.2)
        except TimeoutError as error:
            missing = identifiers - {message["id"] for message in self.messages()}
            raise AssertionError(
                f"{error}: {len(missing)} missing, {self.rejected()} refused by its validation;\n"
                f"{self.process.log_tail()}"
            ) from None
        return self.messages()

    def waiting(self) -> int:
        """Messages in the queue that nobody took yet."""
        return self._depth(self.queue)

    def rejected(self) -> int:
        """Messages that the consumer's validation refused."""
        return self._depth(self._dead)

    def _depth(self, queue: str) -> int:
        connection = self._broker.connect()
        try:
            return connection.channel().queue_declare(queue, passive=True).method.message_count
        finally:
            connection.close()
