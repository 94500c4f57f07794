"""Messages for the tests here, and what must hold for any codec and any bytes."""

from collections.abc import Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import Codec
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit

settings.register_profile("codec", deadline=None, max_examples=80)
settings.load_profile("codec")

Said = str | bytes | Message


def message(payload: str | bytes, sender: Direction = "server", t: int = 0, **details: Any) -> Message:
    """A str is a text message, bytes are a binary one."""
    text = isinstance(payload, str)
    return Message(
        t=t,
        session=1,
        sender=sender,
        opcode=Opcode.TEXT if text else Opcode.BINARY,
        payload=payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload,
        **details,
    )


def broken_text(payload: bytes, sender: Direction = "server") -> Message:
    return Message(t=0, session=1, sender=sender, opcode=Opcode.TEXT, payload=payload)


def units(codec: Any, *said: Said, sender: Direction = "server") -> list[Unit]:
    """What a codec, or a new one of this name, finds in what one side says."""
    codec = codec if isinstance(codec, Codec) else make(codec)
    return codec.units([one if isinstance(one, Message) else message(one, sender) for one in said])


def only(codec: Any, *said: Said, sender: Direction = "server") -> Unit:
    [unit] = units(codec, *said, sender=sender)
    return unit


def value(codec: Any, *said: Said) -> Any:
    unit = only(codec, *said)
    assert unit.fault is None, unit.fault
    return unit.value


def fault(codec: Any, *said: Said) -> str:
    found = only(codec, *said).fault
    assert found is not None
    return found.code


def made_up(payload_value: Any, opcode: Opcode = Opcode.TEXT, sender: Direction = "client") -> Unit:
    return Unit(value=payload_value, sender=sender, opcode=opcode)


def sent(codec: Any, *what: Unit) -> list[str | bytes]:
    codec = codec if isinstance(codec, Codec) else make(codec)
    return [
        payload.decode() if opcode is Opcode.TEXT else payload for opcode, payload in codec.encode(list(what))
    ]


def said_again(codec: Any, messages: Sequence[Message]) -> list[tuple[Opcode, bytes]]:
    codec = codec if isinstance(codec, Codec) else make(codec)
    return codec.encode(codec.units(messages))


def as_sent(messages: Sequence[Message]) -> list[tuple[Opcode, bytes]]:
    return [(one.opcode, one.payload) for one in messages]


json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
