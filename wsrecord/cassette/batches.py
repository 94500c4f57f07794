"""Batches of messages as this recorder writes them, read in C with their types checked.

What is written in another way, or wrong, is left to the strict reader of `binary.py`, which alone says
what is wrong with it. What is read here it would read to the same.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

from wsrecord.cassette.model import Direction, Message, Opcode

PREFIX = b"\x82\xa4kind\xa8messages\xa7batches"  # a map of two, up to its second value
LARGEST = 1 << 20  # what is longer is walked over before it is read

Count: TypeAlias = tuple[int, int, int]  # a session, the time of its messages, how many there are

_Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
_AT = len(PREFIX)


class _Rest(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What else a message says."""

    began: _Whole | None = None
    frames: tuple[tuple[_Whole, _Whole, _Whole], ...] | None = None
    size: _Whole | None = None
    unread: str | None = None


class _Item(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    opcode: Opcode
    payload: bytes
    rest: _Rest | msgspec.UnsetType = msgspec.UNSET


class _Kind(msgspec.Struct, array_like=True, gc=False):
    """An item that does not close, of which the payload is passed over."""

    opcode: Literal[1, 2, 9, 10]


_Items: TypeAlias = Annotated[list[_Item], msgspec.Meta(min_length=1)]
_Kinds: TypeAlias = Annotated[list[_Kind], msgspec.Meta(min_length=1)]
_decode = msgspec.msgpack.Decoder(
    Annotated[list[tuple[_Whole, Direction, _Whole, _Items]], msgspec.Meta(min_length=1)]
).decode
_skim = msgspec.msgpack.Decoder(
    Annotated[list[tuple[_Whole, Direction, _Whole, _Kinds]], msgspec.Meta(min_length=1)]
).decode
_REFUSED = (msgspec.MsgspecError, ValueError, RecursionError, MemoryError)


def messages(body: bytes) -> list[Message] | None:
    """The messages in a record's body; None if the strict reader must say what it is."""
    if not body.startswith(PREFIX) or len(body) > LARGEST:
        return None
    try:
        batches = _decode(body[_AT:])
    except _REFUSED:
        return None
    out: list[Message] = []
    unset = msgspec.UNSET
    for session, sender, t, items in batches:
        for item in items:
            rest = item.rest
            if rest is unset:
                out.append(Message(t, session, sender, item.opcode, item.payload))
            else:
                out.append(
                    Message(
                        t,
                        session,
                        sender,
                        item.opcode,
                        item.payload,
                        began=rest.began,
                        frames=rest.frames,
                        size=rest.size,
                        unread=rest.unread,
                    )
                )
    return out


def counts(body: bytes) -> list[Count] | None:
    """How many messages each batch has; None if they must be read: an outline keeps those that close."""
    if not body.startswith(PREFIX) or len(body) > LARGEST:
        return None
    try:
        batches = _skim(body[_AT:])
    except _REFUSED:
        return None
    return [(session, t, len(items)) for session, _, t, items in batches]
