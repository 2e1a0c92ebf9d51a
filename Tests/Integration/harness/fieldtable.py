"""AMQP's field tables with their types and order, which ordinary clients throw away."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """`type` is the letter on the wire: S long string, I signed 32 bits, t boolean, F table, …"""

    name: str
    type: str
    value: object


def decode_table(data: bytes) -> list[Field]:
    """The table at the start of `data`, its length first (AMQP 0-9-1, section 4.2.5.5; RabbitMQ's letters)."""
    (length,) = struct.unpack_from(">I", data)
    position, end = 4, 4 + length
    fields = []
    while position < end:
        name_length = data[position]
        name = data[position + 1 : position + 1 + name_length].decode()
        position += 1 + name_length
        kind = chr(data[position])
        value, size = _decode_value(kind, data, position + 1)
        position += 1 + size
        fields.append(Field(name, kind, value))
    assert position == end, "a field runs over the table's end"
    return fields


def _decode_value(kind: str, data: bytes, at: int) -> tuple[object, int]:
    if kind == "S":
        (length,) = struct.unpack_from(">I", data, at)
        return data[at + 4 : at + 4 + length].decode(), 4 + length
    if kind == "I":
        return struct.unpack_from(">i", data, at)[0], 4
    if kind == "l":
        return struct.unpack_from(">q", data, at)[0], 8
    if kind == "t":
        return bool(data[at]), 1
    if kind == "F":
        (length,) = struct.unpack_from(">I", data, at)
        return decode_table(data[at:]), 4 + length
    raise ValueError(f"field type {kind!r} is not one that a Fedora message has")
