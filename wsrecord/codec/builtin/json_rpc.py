"""`json-rpc`: requests and notifications are named by their method, replies by the request they answer:

    {"id": 1, "method": "tools/call", …}      tools/call
    {"id": 1, "result": …}                    tools/call/result
    {"id": 1, "error": …}                     tools/call/error
    a reply to no request that was seen       result, error

Both sides may ask. A batch holds several units. `"jsonrpc": "2.0"` need not stand in it (Chrome's DevTools
protocol leaves it out): a schema can ask for it. `1` and `"1"` are different ids.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from wsrecord.cassette.model import Direction, Message, Opcode
from wsrecord.codec.base import MOST_UNITS, Codec, unit_of, wrong_kind
from wsrecord.codec.json_text import read_json, write_json
from wsrecord.codec.options import Options
from wsrecord.codec.unit import Fault, Sent, Unit, Wire

_Asked: TypeAlias = tuple[Direction, str, Any]  # who asked, the id's type, the id
_MOST_ASKED = 1 << 20
_MOST_SAME = 15  # and one more: requests under one id that wait at once
_SPACE = " \t\r\n"


class JsonRpc(Codec):
    """JSON-RPC 2.0 over text messages, with what was asked on either side."""

    def __init__(self, options: Options) -> None:
        self._binary = options.flag("binary")
        self._asked: dict[_Asked, tuple[str, ...]] = {}  # an id may be asked again before it is answered

    def read(self, number: int, message: Message) -> list[Unit]:
        """One unit, or those of a batch."""
        value, fault = read_json(message.payload)
        units = [unit_of(number, message, value, fault)]
        if isinstance(value, list):
            units = self._batch(units[0], value)
        named = map(self._named, units)
        if message.opcode is Opcode.BINARY and not self._binary:
            return [replace(unit, fault=wrong_kind(message, readable=unit.readable)) for unit in named]
        return list(named)

    def value_of(self, own: bytes, opcode: Opcode) -> Any:
        """The JSON value."""
        return read_json(own)[0]

    def write(self, unit: Unit) -> bytes:
        """JSON text."""
        return write_json(unit.value, unit.wire.own if unit.wire else b"")

    def join(self, group: Sequence[Unit]) -> list[Sent]:
        """One message; a batch that lost an end gets its brackets anew."""
        wires = [unit.wire or Wire(b"") for unit in group]
        opens = b"[" in wires[0].before
        closes = b"]" in wires[-1].after
        if (opens and closes) or (len(group) == 1 and not wires[0].before and not wires[0].after):
            return super().join(group)
        bare = [replace(unit, wire=Wire(wire.own)) for unit, wire in zip(group, wires, strict=True)]
        return [(group[0].opcode, b"[" + b",".join(map(self.bytes_of, bare)) + b"]")]

    def _batch(self, whole: Unit, value: list[Any]) -> list[Unit]:
        if not value or len(value) > MOST_UNITS:
            what = f"a batch of more than {MOST_UNITS}" if value else "an empty batch"
            return [replace(whole, fault=Fault("malformed", what, readable=True))]
        assert whole.wire is not None
        units = []
        for wire in _elements(whole.wire.own.decode(), len(value)):
            item, fault = read_json(wire.own)
            units.append(replace(whole, value=item, fault=fault, wire=wire))
        if whole.fault is not None and whole.fault.code == "invalid-json":  # what stands before the batch
            units[0] = replace(units[0], fault=whole.fault)
        return units

    def _named(self, unit: Unit) -> Unit:
        if not unit.readable:
            return unit
        value = unit.value
        method = value.get("method") if isinstance(value, dict) else None
        if isinstance(method, str):
            if "id" in value and len(self._asked) < _MOST_ASKED:
                mark = (unit.sender, type(value["id"]).__name__, str(value["id"]))
                self._asked[mark] = (*self._asked.get(mark, ())[-_MOST_SAME:], method)
            return replace(unit, name=method)
        kind = next((key for key in ("error", "result") if isinstance(value, dict) and key in value), None)
        if kind is None:
            fault = Fault(
                "malformed", "neither a request nor a reply: no method, result or error", readable=True
            )
            return replace(unit, fault=unit.fault or fault)
        asker: Direction = "client" if unit.sender == "server" else "server"
        identity = value.get("id")
        mark = (asker, type(identity).__name__, str(identity))
        asked, *left = self._asked.pop(mark, ()) or (None,)
        if left:
            self._asked[mark] = tuple(left)
        return replace(unit, name=f"{asked}/{kind}" if asked is not None else kind)


def _elements(text: str, count: int) -> list[Wire]:
    """The bytes of each element of an array, which is known to be JSON; all bytes together are the text."""
    scan = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
    spans: list[tuple[int, int]] = []
    at = text.index("[") + 1
    for _ in range(count):
        while text[at] in _SPACE + ",":
            at += 1
        spans.append((at, end := scan(text, at)[1]))
        at = end
    starts = [0, *(end for _, end in spans[:-1])]
    return [
        Wire(
            text[start:end].encode(),
            before=text[begin:start].encode(),
            after=text[end:].encode() if i == count - 1 else b"",
        )
        for i, (begin, (start, end)) in enumerate(zip(starts, spans, strict=True))
    ]
