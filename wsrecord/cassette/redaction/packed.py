"""Secrets in msgpack: walked as values, packed again to the same bytes but for what was redacted."""

import re
from collections.abc import Callable
from typing import Any

import msgpack

from .cookies import cookies
from .names import Names, Strength, is_cookies
from .wanted import Judge, parameter_of_scheme

_MOST_NESTING = 8  # msgpack in msgpack
_MOST_VALUES = 64  # of a sequence of values in one payload

Text = str | bytes


def unpacked(payload: bytes) -> list[Any] | None:
    """The maps and arrays that a payload consists of, if it packs again to the same bytes."""
    if not payload or not (0x80 <= payload[0] <= 0x9F or 0xDC <= payload[0] <= 0xDF):
        return None
    values: list[Any] = []
    unpacker = msgpack.Unpacker(
        raw=False,
        strict_map_key=False,
        unicode_errors="surrogateescape",
        object_pairs_hook=_Pairs,
        timestamp=0,
    )
    try:
        unpacker.feed(payload)
        for value in unpacker:
            values.append(value)
            if len(values) > _MOST_VALUES or not isinstance(value, list):
                return None
        return values if packed(values) == payload else None
    except (ValueError, TypeError, msgpack.UnpackException, RecursionError, OverflowError):
        return None


def lengths_told(payload: bytes) -> list[Any] | None:
    """The same for what packs again differently, or stands behind a head of up to five bytes (SignalR).

    It can't be packed anew, but what it holds can be found: see `places`. Strings come as bytes.
    """
    for start in range(min(6, len(payload))):
        if not (0x80 <= payload[start] <= 0x9F or 0xDC <= payload[start] <= 0xDF):
            continue
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False, object_pairs_hook=_Pairs, timestamp=0)
        try:
            unpacker.feed(payload[start:])
            values = [unpacker.unpack()]
        except (ValueError, TypeError, msgpack.UnpackException, RecursionError, OverflowError):
            continue
        if isinstance(values[0], list) and (unpacker.tell() > 8 or start + unpacker.tell() == len(payload)):
            return values
    return None


def places(payload: bytes, text: bytes) -> list[int]:
    """Where a string or bytes of exactly this value are packed in a payload; else a part of one."""
    n = len(text)
    heads = [bytes([0xA0 | n])] if n < 32 else []
    if n < 256:
        heads += [bytes([0xD9, n]), bytes([0xC4, n])]
    if n < 65536:
        heads += [b"\xda" + n.to_bytes(2), b"\xc5" + n.to_bytes(2)]
    heads += [b"\xdb" + n.to_bytes(4), b"\xc6" + n.to_bytes(4)]
    found = []
    for head in heads:
        at = payload.find(head + text)
        while at >= 0:
            found.append(at + len(head))
            at = payload.find(head + text, at + 1)
    return found or [m.end() for m in re.finditer(b"[= ](?=" + re.escape(text) + b")", payload)]


def packed(values: list[Any]) -> bytes:
    """The values as one payload."""
    packer = msgpack.Packer(unicode_errors="surrogateescape", use_bin_type=True, autoreset=False)
    for value in values:
        _pack(packer, value)
    return bytes(packer.bytes())


class _Pairs(list[tuple[Any, Any]]):
    """A map with its order and its repeated keys."""


def _pack(packer: Any, value: Any) -> None:
    if isinstance(value, _Pairs):
        packer.pack_map_header(len(value))
        for key, item in value:
            _pack(packer, key)
            _pack(packer, item)
    elif isinstance(value, list):
        packer.pack_array_header(len(value))
        for item in value:
            _pack(packer, item)
    else:
        packer.pack(value)


class PackedWalker:
    """Rebuilds unpacked values without their secrets."""

    def __init__(
        self,
        names: Names,
        judge: Judge,
        replace: Callable[[bytes, str], bytes],
        within: Callable[[bytes], bytes],
    ) -> None:
        self._names = names
        self._judge = judge
        self._replace = replace  # a secret as a whole, by the name over it
        self._within = within  # any other string or bytes
        self._depth = 0

    def walk(self, value: Any, inherited: tuple[Strength, str] = (Strength.NONE, "")) -> Any:
        """The value without secrets. Strings stay strings, bytes stay bytes."""
        if isinstance(value, _Pairs):
            return self._map(value, inherited)
        if isinstance(value, list):
            return self._array(value, inherited)
        if isinstance(value, (str, bytes)):
            return self._text(value, inherited)
        if isinstance(value, msgpack.ExtType):
            return msgpack.ExtType(value.code, self._data(value.data))
        return value

    def _data(self, data: bytes) -> bytes:
        """Bytes within a value, which may be msgpack themselves."""
        values = unpacked(data) if self._depth < _MOST_NESTING else None
        if values is None:
            return self._within(data)
        self._depth += 1
        try:
            return packed([self.walk(v) for v in values])
        finally:
            self._depth -= 1

    def _map(self, pairs: _Pairs, inherited: tuple[Strength, str]) -> _Pairs:
        named = next((v for k, v in pairs if k in ("name", "key", "header") and self._strength(v)), None)
        out = _Pairs()
        for key, item in pairs:
            strength = self._strength(key)
            under = (strength, _name(key)) if strength else self._handed_down(inherited, key)
            if named is not None and key in ("value", "val", "v"):
                under = (self._strength(named), _name(named))
            out.append((self._text(key, (Strength.NONE, "")), self.walk(item, under)))
        return out

    def _handed_down(self, inherited: tuple[Strength, str], key: Any) -> tuple[Strength, str]:
        if inherited[0] is Strength.FAIR and key in ("value", "val", b"value", b"val"):
            return Strength.STRONG, inherited[1]
        if isinstance(key, (str, bytes)) and is_cookies(inherited[1]):
            strength = self._names.judge_cookie(_bytes(key))
            return (strength, _name(key)) if strength else inherited
        return inherited

    def _array(self, items: list[Any], inherited: tuple[Strength, str]) -> list[Any]:
        out = []
        before: Any = None
        for item in items:
            strength = self._strength(before) if isinstance(item, (str, bytes)) else Strength.NONE
            out.append(self.walk(item, (strength, _name(before)) if strength else inherited))
            before = item
        return out

    def _strength(self, name: Any) -> Strength:
        if isinstance(name, (str, bytes)) and 0 < len(name) <= 64:
            return self._names.judge(_bytes(name))
        return Strength.NONE

    def _text(self, value: Any, under: tuple[Strength, str]) -> Any:
        if not isinstance(value, (str, bytes)):
            return value
        raw = _bytes(value)
        strength, name = under
        parts = list(cookies(raw, self._names)) if b"=" in raw and strength and is_cookies(name) else []
        if parts := [s for s in parts if self._judge.is_secret(s.secret, Strength.STRONG)]:
            new = raw
            for s in reversed(parts):
                new = new[: s.start] + self._replace(s.secret, s.name) + new[s.end :]
        elif strength and self._judge.is_secret(raw, strength):
            skip = parameter_of_scheme(raw)
            new = raw[:skip] + self._replace(raw[skip:], name)
        else:
            new = self._data(raw) if isinstance(value, bytes) else self._within(raw)
        if new == raw:
            return value
        return new.decode("utf-8", "surrogateescape") if isinstance(value, str) else new


def _bytes(value: Text) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


def _name(value: Any) -> str:
    return _bytes(value).decode("ascii", "replace") if isinstance(value, (str, bytes)) else ""
