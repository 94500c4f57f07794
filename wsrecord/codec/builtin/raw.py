"""`text`, `binary` and `raw`: messages without a format. A text is a str, a binary message is bytes."""

from typing import Any

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.base import Codec, unit_of, wrong_kind
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Unit, UnsayableError


class Raw(Codec):
    """Messages as they are, named by their kind."""

    def __init__(self, *kinds: Opcode) -> None:
        self._kinds = kinds

    def read(self, number: int, message: Message) -> list[Unit]:
        """The one unit that a message is."""
        value = self.value_of(message.payload, message.opcode)
        fault = None
        if value is None:
            fault = Fault("not-utf8", "a text message that is no UTF-8")
        if message.opcode not in self._kinds:
            fault = wrong_kind(message, readable=value is not None)
        return [unit_of(number, message, value, fault, message.opcode.name.lower())]

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """Text as str, the rest as bytes."""
        if opcode is Opcode.BINARY:
            return own
        try:
            return own.decode()
        except UnicodeDecodeError:
            return None

    def write(self, unit: Unit) -> bytes:
        """The value itself."""
        if isinstance(unit.value, bytes):
            return unit.value
        if not isinstance(unit.value, str):
            raise UnsayableError(
                f"a message without a format must be str or bytes, not {type(unit.value).__name__}"
            )
        try:
            return unit.value.encode()
        except UnicodeEncodeError as error:
            raise UnsayableError(f"UTF-8 can't say this text: {error.reason}") from None


def text(options: Options) -> Raw:
    """Text only."""
    return Raw(Opcode.TEXT)


def binary(options: Options) -> Raw:
    """Binary only."""
    return Raw(Opcode.BINARY)


def raw(options: Options) -> Raw:
    """Both kinds."""
    return Raw(Opcode.TEXT, Opcode.BINARY)
