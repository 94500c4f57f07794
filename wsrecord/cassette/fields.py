"""Records as plain maps `{"kind": …, field: …}`, the shape that both encodings write.

A map holds what JSON holds, and bytes: null, booleans, 64-bit integers, finite floats, strings,
bytes, lists, and maps with string keys. Reading is strict, for a cassette may come from anywhere;
what this version doesn't know is kept, unless the map says `"critical": true`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeAlias, get_type_hints

from wsrecord.cassette.model import (
    FORMAT_VERSION,
    KINDS,
    Direction,
    Frame,
    Head,
    Headers,
    Opcode,
    Record,
    Unknown,
)
from wsrecord.errors import CassetteError

MAX_DEPTH = 64  # of a value in a field that this version doesn't know
OPCODES = {int(opcode): opcode for opcode in Opcode}

Check: TypeAlias = Callable[[Any, str], Any]

_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_RENAMED = {"version": "wsrecord"}  # the head's first field is what a file is known by
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
# What lines of JSON put in the place of these kinds' bytes: no unknown field may have such a name.
_BODY = frozenset({"body", "json", "style", "text", "data"})
_RESERVED: dict[str, frozenset[str]] = {
    "request": _BODY,
    "response": _BODY,
    "message": frozenset({"json", "style", "text", "data", "type", "code", "reason", "opcode", "payload"}),
}
_EVERYWHERE = frozenset({"kind", "wsrecord"})


def to_map(record: Record) -> dict[str, Any]:
    """The map that stands for a record: fields at their defaults are left out."""
    if isinstance(record, Unknown):
        kind = record.kind
        if kind in KINDS or kind == "messages":
            raise CassetteError(f"a record of an unknown kind can't be called {kind!r}")
    else:
        kind = _KIND_OF[type(record)]
    out: dict[str, Any] = {"kind": kind}
    if kind == "head":
        out = {"wsrecord": None, "kind": kind}
    for name, key, default in _WRITTEN.get(kind, ()):
        value = getattr(record, name)
        if default is MISSING or value != default:
            out[key] = int(value) if key == "opcode" else value
    if record.extra:
        _guard_names(kind, record.extra, out)
        out.update(plain(record.extra, kind))
    return out


def from_map(given: Mapping[str, Any]) -> Record:
    """The record that a map stands for."""
    kind = given.get("kind")
    if not isinstance(kind, str):
        raise CassetteError(f"a record without a kind: {_short(given)}")
    cls = KINDS.get(kind)
    if cls is None:
        _refuse_critical(given, kind, None)
        rest = {name: value for name, value in given.items() if name != "kind"}
        return Unknown(kind=kind, extra=plain(rest, kind))
    if cls is Head:
        _known_version(given)
    checks = _CHECKS[kind]
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in given.items():
        if key in checks:
            name, check = checks[key]
            values[name] = check(value, f"{kind}: {key}")
        elif key != "kind":
            extra[key] = value
    missing = _REQUIRED[kind] - values.keys()
    if missing:
        raise CassetteError(f"{kind}: {' and '.join(sorted(missing))} missing")
    if extra:
        values["extra"] = unknown_fields(kind, extra)
    return cls(**values)


def unknown_fields(kind: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that this version doesn't know, checked so that every encoding can carry them."""
    _refuse_critical(extra, kind, next((name for name in extra if name != "critical"), None))
    _guard_names(kind, extra, ())
    return dict(plain(extra, kind))


def plain(value: Any, where: str, depth: int = 0) -> Any:
    """The value, if both encodings can carry it; halves of surrogate pairs that meet are joined."""
    if value is None or isinstance(value, bool | bytes):
        return value
    if isinstance(value, str):
        return _join(value)
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 64:
            raise CassetteError(f"{where}: an integer beyond 64 bits")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CassetteError(f"{where}: {value} is no number that a cassette can hold")
        return value
    if depth >= MAX_DEPTH:
        raise CassetteError(f"{where}: nested deeper than {MAX_DEPTH}")
    if isinstance(value, list):
        return [plain(item, where, depth + 1) for item in value]
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise CassetteError(f"{where}: a map's key must be text, not {_kind_of(name)}")
        return {_join(name): plain(item, where, depth + 1) for name, item in value.items()}
    raise CassetteError(f"{where}: {_kind_of(value)} can't stand in a cassette")


def whole(value: Any, where: str) -> int:
    """A whole number from 0, below 2^63."""
    if type(value) is not int:
        raise CassetteError(f"{where} must be a whole number, not {_kind_of(value)}")
    if not 0 <= value < 1 << 63:
        raise CassetteError(f"{where} must lie between 0 and 2^63, not at {_short(value)}")
    return value


def text(value: Any, where: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise CassetteError(f"{where} must be text, not {_kind_of(value)}")
    return _join(value)


def octets(value: Any, where: str) -> bytes:
    """Bytes."""
    if not isinstance(value, bytes):
        raise CassetteError(f"{where} must be bytes, not {_kind_of(value)}")
    return value


def truth(value: Any, where: str) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise CassetteError(f"{where} must be true or false, not {_kind_of(value)}")
    return value


def direction(value: Any, where: str) -> Direction:
    """Who spoke."""
    if value == "client":
        return "client"
    if value == "server":
        return "server"
    raise CassetteError(f'{where} must be "client" or "server", not {_short(value)}')


def opcode(value: Any, where: str) -> Opcode:
    """The opcode of a message."""
    found = OPCODES.get(whole(value, where))
    if found is None:
        raise CassetteError(f"{where} must be one of {sorted(OPCODES)}, not {value}")
    return found


def frames(value: Any, where: str) -> tuple[Frame, ...]:
    """The frames of a message: `[length, flags, controls before]` each."""
    found: list[Frame] = []
    for number, frame in enumerate(_sequence(value, where), 1):
        if not isinstance(frame, list | tuple) or len(frame) != 3:
            raise CassetteError(f"{where}: frame {number} must be [length, flags, controls before]")
        if not all(isinstance(part, int) and not isinstance(part, bool) for part in frame):
            raise CassetteError(f"{where}: frame {number} must be three whole numbers")
        if min(frame) < 0 or max(frame) >= 1 << 63:
            raise CassetteError(f"{where}: frame {number} must be three whole numbers below 2^63")
        found.append((int(frame[0]), int(frame[1]), int(frame[2])))
    return tuple(found)


def _headers(value: Any, where: str) -> Headers:
    found = []
    for number, pair in enumerate(_sequence(value, where), 1):
        if (
            not isinstance(pair, list | tuple)
            or len(pair) != 2
            or not all(type(part) is str for part in pair)
        ):
            raise CassetteError(f"{where}: header {number} must be [name, value]")
        found.append((_join(pair[0]), _join(pair[1])))
    return tuple(found)


def _texts(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise CassetteError(f"{where} must be a map, not {_kind_of(value)}")
    return {
        text(name, f"{where}: a key"): text(item, f"{where}: {_short(name)}") for name, item in value.items()
    }


def _sequence(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise CassetteError(f"{where} must be a list, not {_kind_of(value)}")
    return value


def _optional(check: Check) -> Check:
    return lambda value, where: None if value is None else check(value, where)


def _join(value: str) -> str:
    # Two surrogate halves that meet are one character in JSON: they must not be two in msgpack.
    if value.isascii() or not _HALVES.search(value):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _known_version(given: Mapping[str, Any]) -> None:
    version = whole(given.get("wsrecord"), "head: wsrecord (the version of the format)")
    if version > FORMAT_VERSION:
        raise CassetteError(
            f"written in version {version} of the format; this wsrecord reads up to {FORMAT_VERSION}:"
            " a newer wsrecord is needed"
        )
    if version < 1:
        raise CassetteError(f"head: there is no version {version} of the format")


def _refuse_critical(given: Mapping[str, Any], kind: str, unknown: str | None) -> None:
    """A critical record must be understood wholly: its kind (`unknown` None: it isn't) and each field."""
    if not truth(given.get("critical", False), f"{kind}: critical"):
        return
    if kind in KINDS and unknown is None:
        return
    what = (
        f"the field {_short(unknown)} of a critical {kind}"
        if unknown
        else f"the critical kind {_short(kind)}"
    )
    raise CassetteError(f"{what} is not known here: a newer wsrecord is needed")


def _guard_names(kind: str, extra: Mapping[str, Any], taken: Any) -> None:
    for name in extra:
        if name in taken or name in _EVERYWHERE or name in _RESERVED.get(kind, ()):
            raise CassetteError(f"{kind}: an unknown field can't be called {_short(name)}: the name is taken")


def _kind_of(value: Any) -> str:
    names = {
        "NoneType": "null", "bool": "a boolean", "int": "a number", "float": "a number with a fraction",
        "str": "text", "bytes": "bytes", "list": "a list", "tuple": "a list", "dict": "a map",
    }  # fmt: skip
    return names.get(type(value).__name__, f"a value of type {type(value).__name__}")


def _short(value: Any) -> str:
    if isinstance(value, str | bytes) and len(value) > 40:
        return f"{value[:40]!r}…"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a huge number"
    return repr(value) if isinstance(value, str | bytes | int | float | None) else _kind_of(value)


_BY_TYPE: dict[Any, Check] = {
    int: whole,
    str: text,
    bytes: octets,
    bool: truth,
    Opcode: opcode,
    Direction: direction,
    Headers: _headers,
    Mapping[str, str]: _texts,
    int | None: _optional(whole),
    str | None: _optional(text),
    bytes | None: _optional(octets),
    Direction | None: _optional(direction),
    tuple[Frame, ...] | None: _optional(frames),
}


def _tables() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """For each kind: how its fields are checked, which it needs, and how they are written."""
    checks: dict[str, Any] = {}
    required: dict[str, Any] = {}
    written: dict[str, Any] = {}
    for kind, cls in KINDS.items():
        hints = get_type_hints(cls)
        own = [(f.name, _RENAMED.get(f.name, f.name), f.default) for f in fields(cls) if f.name != "extra"]
        checks[kind] = {key: (name, _BY_TYPE[hints[name]]) for name, key, _ in own}
        required[kind] = frozenset(name for name, _, default in own if default is MISSING)
        written[kind] = [(name, key, MISSING if name == "version" else default) for name, key, default in own]
    return checks, required, written


_CHECKS, _REQUIRED, _WRITTEN = _tables()
# What a message says besides: the fields that a batch keeps in the third part of an item.
_IN_BATCH = frozenset({"t", "session", "sender", "opcode", "payload"})
MESSAGE_CHECKS: dict[str, Check] = {
    name: check for name, check in _CHECKS["message"].values() if name not in _IN_BATCH
}


def names(kind: str) -> frozenset[str]:
    """The fields that a kind is known to have, and `kind` itself."""
    return _NAMES.get(kind, _ONLY_KIND)


_ONLY_KIND = frozenset({"kind"})
_NAMES = {kind: frozenset(checks) | _ONLY_KIND for kind, checks in _CHECKS.items()}
