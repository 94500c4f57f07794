"""Frames, as RFC 6455 allows them, and as nobody tried them."""

from dataclasses import replace

from websockets.frames import Frame, Opcode

from . import steps as step
from .bug import bytes_in, frame, sent
from .scene import Scene
from .steps import close, connect, fragments, ping, raw

_PONG, _CLOSE = 0x8A, 0x88
_RESERVED = 0x30
_MASKED = 0x80
_SMALL = 126
_HELLO = b'{"type": "ping", "message_id": "m"}'
_MASK = b"\0\0\0\0"


@frame("WS907", connect(), step.binary(_HELLO.decode()))
def binary_accepted(got: Frame, scene: Scene) -> list[Frame]:
    """A binary message is taken for a text message."""
    return [replace(got, opcode=Opcode.TEXT)] if got.opcode is Opcode.BINARY else [got]


@frame("WS903 WS411", connect(), step.binary(""))
def empty_binary(got: Frame, scene: Scene) -> list[Frame]:
    """An empty binary message crashes its session, which closes with 1011."""
    if got.opcode is Opcode.BINARY:
        bytes(got.data)[0]
    return [got]


@frame("WS909", connect(), fragments(_HELLO[:9], _HELLO[9:], ping=True))
def ping_between_fragments(got: Frame, scene: Scene) -> list[Frame]:
    """A ping between the fragments of a message makes the server forget the fragments before it."""
    if got.opcode is Opcode.TEXT and not got.fin:
        scene.kept["first"] = got
        return []
    first = scene.kept.get("first")
    if first is not None and got.opcode is Opcode.PING:
        scene.kept["first"] = replace(first, data=b"")
    elif first is not None and got.opcode is Opcode.CONT:
        del scene.kept["first"]
        return [first, got]
    return [got]


@frame("WS909", connect(), fragments(_HELLO[:9], _HELLO[9:18], _HELLO[18:]))
def third_fragment(got: Frame, scene: Scene) -> list[Frame]:
    """Of a message in more than two fragments, those in between are lost."""
    return [] if got.opcode is Opcode.CONT and not got.fin and got.data else [got]


@frame("WS909", connect(), fragments(_HELLO[:9], b"", _HELLO[9:]))
def empty_fragment(got: Frame, scene: Scene) -> list[Frame]:
    """An empty fragment is taken for the end of its message."""
    return [replace(got, fin=True)] if got.opcode is Opcode.CONT and not got.data else [got]


_E = '{"type": "ping", "message_id": "é"}'.encode()
_HALF = _E.index(b"\xa9")


@frame("WS909 WS411", connect(), fragments(_E[:_HALF], _E[_HALF:]))
def split_character(got: Frame, scene: Scene) -> list[Frame]:
    """A message cut into frames within a character crashes its session, which closes with 1011."""
    if got.opcode in (Opcode.TEXT, Opcode.CONT) and not got.fin:
        bytes(got.data).decode()
    return [got]


@sent("WS909", connect(), ping(125))
def longest_ping(data: bytes, scene: Scene) -> bytes | None:
    """A ping with the longest payload that there is has no pong."""
    return None if data[:1] == bytes([_PONG]) and data[1:2] == b"}" else data


@sent("WS909", connect(), close(None))
def close_without_a_code(data: bytes, scene: Scene) -> bytes:
    """A close message without a code is answered with 1005, which no close message may hold."""
    return bytes([_CLOSE, 2, 0x03, 0xED]) if data == bytes([_CLOSE, 0]) else data


@bytes_in("WS909", connect(), raw(bytes([0x81, len(_HELLO)]) + _HELLO))
def unmasked_accepted(data: bytes, scene: Scene) -> bytes:
    """A client's frame without a mask is taken as it is, where the connection must fail."""
    if len(data) < 2 or data[1] & _MASKED or data[1] >= _SMALL:
        return data
    return data[:1] + bytes([data[1] | _MASKED]) + _MASK + data[2:]


@bytes_in("WS909", connect(), raw(bytes([0xA1, len(_HELLO) | _MASKED]) + _MASK + _HELLO))
def reserved_bit_accepted(data: bytes, scene: Scene) -> bytes:
    """A frame with a reserved bit set is taken as it is, where the connection must fail."""
    return bytes([data[0] & ~_RESERVED]) + data[1:] if data[0] & _RESERVED else data
