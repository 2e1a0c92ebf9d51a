"""A queue of our own on the exchange, and messages from it exactly as the broker hands them over."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pika
import pika.spec

from .fieldtable import Field, decode_table
from .process import PATIENCE
from .rabbitmq import RabbitMQ

_decode_properties = pika.spec.BasicProperties.decode


def _decode_and_keep(self: pika.spec.BasicProperties, encoded: bytes, offset: int = 0) -> object:
    self.wire = bytes(encoded[offset:])
    return _decode_properties(self, encoded, offset)


# pika decodes header values into Python's types, and with that forgets what they were on the wire.
pika.spec.BasicProperties.decode = _decode_and_keep


@dataclass(frozen=True)
class Delivery:
    exchange: str
    routing_key: str
    properties: pika.spec.BasicProperties
    body: bytes

    @property
    def id(self) -> str:
        return self.properties.message_id

    @property
    def property_flags(self) -> int:
        """Which properties are there (section 4.2.6.1): 0xF080 has type, encoding, headers, delivery mode, message id."""
        return int.from_bytes(self.properties.wire[:2], "big")

    @property
    def headers(self) -> list[Field]:
        """In the order of the wire, with types; only where content type and encoding come before, as here."""
        wire = self.properties.wire[2:]
        for _ in range(2):
            wire = wire[1 + wire[0] :]
        return decode_table(wire)

    @property
    def everything(self) -> bytes:
        """All bytes that the sender could have slipped something into."""
        return b"\0".join([self.routing_key.encode(), self.properties.wire, self.body])


class Wiretap:
    """Durable, so that it and its messages survive the broker's death."""

    def __init__(self, broker: RabbitMQ, name: str, routing_key: str) -> None:
        self._broker = broker
        self.queue = name
        self._connection: pika.BlockingConnection | None = None
        connection = broker.connect()
        channel = connection.channel()
        channel.queue_declare(name, durable=True)
        channel.queue_bind(name, "amq.topic", routing_key)
        connection.close()

    def drain(self) -> list[Delivery]:
        """Everything that is in the queue now, at once: whatever was confirmed is there."""
        if self._connection is None or self._connection.is_closed:
            self._connection = self._broker.connect()
            self._channel = self._connection.channel()
        taken = []
        while True:
            method, properties, body = self._channel.basic_get(self.queue, auto_ack=True)
            if method is None:
                return taken
            taken.append(Delivery(method.exchange, method.routing_key, properties, body))

    def close(self) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.close()

    def take(self, until: set[str] | None = None, timeout: float = 20, quiet: float = 0.5) -> list[Delivery]:
        """Takes what is there until all ids in `until` came and then nothing for `quiet` seconds."""
        wanted = set(until or ())
        taken = []
        for delivery in self._consume(timeout, quiet, lambda: not wanted):
            wanted.discard(delivery.id)
            taken.append(delivery)
        assert not wanted, f"{len(wanted)} messages never came, {sorted(wanted)[0]} among them"
        return taken

    def _consume(self, timeout: float, quiet: float, satisfied) -> Iterator[Delivery]:
        connection = self._broker.connect()
        deadline = time.monotonic() + timeout * PATIENCE
        try:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=200)
            for method, properties, body in channel.consume(self.queue, auto_ack=False, inactivity_timeout=quiet):
                if method is None:
                    if satisfied() or time.monotonic() > deadline:
                        break
                    continue
                channel.basic_ack(method.delivery_tag)
                yield Delivery(method.exchange, method.routing_key, properties, body)
            channel.cancel()
        finally:
            connection.close()
