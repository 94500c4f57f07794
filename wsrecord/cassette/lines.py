"""The lines encoding: the same maps as one JSON object a line, to be read in a review and committed.

JSON stands as JSON where writing it again gives the very bytes that were recorded, in one of the
styles that programs write; else text stands as text; else bytes stand as base64.
"""

import base64
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO

from wsrecord.cassette import fields, plain_lines
from wsrecord.cassette.batches import Count
from wsrecord.cassette.binary import Batch, Item
from wsrecord.cassette.model import Direction, Message, Note, Opcode, Record, Request, Response
from wsrecord.errors import CassetteError

OVERHEAD = 0
MAX_LINE = 3 << 29  # room for the largest binary record in base64
MAX_VALUES = 1 << 21  # JSON values in one line
MAX_DEPTH = 4 * fields.MAX_DEPTH

_BIG_LINE = 1 << 20  # from here on a line is weighed before it is parsed, and JSON is kept as text
_WORDS = {opcode.name.lower(): opcode for opcode in Opcode}
_NAMES = {opcode: word for word, opcode in _WORDS.items()}

# What hides, reorders or breaks text on a reviewer's screen, and lone surrogates, are always escaped.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[^\[\]{}]+")
_LONG_NUMBER = re.compile(r"\d{20}")
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_HTML_CHARS = re.compile("[<>&\u2028\u2029]")


def encode(record: Record) -> bytes:
    """One record as one line."""
    given = fields.to_map(record)
    if record.extra:
        given = {name: _escape(value) if name in record.extra else value for name, value in given.items()}
    if isinstance(record, Message):
        given = _message_out(record, given)
    elif isinstance(record, Request | Response) and record.body is not None:
        given = _replace(given, "body", _payload_out(record.body))
    elif isinstance(record, Note) and record.data is not None:
        given["data"] = _base64(record.data)
    try:
        line = json.dumps(given, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise CassetteError(f"a {given['kind']} that a cassette can't hold: {error}") from None
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line).encode() + b"\n"


def encode_messages(
    session: int,
    sender: Direction,
    t: int,
    items: Sequence[Item],
) -> bytes:
    """Messages of one read as lines: the same call as in the binary encoding."""
    same = {"kind": "message", "session": session, "sender": sender, "t": t}
    maps = (
        {**same, "opcode": int(item[0]), "payload": bytes(item[1]), **(item[2] if len(item) > 2 else {})}
        for item in items
    )
    return b"".join([encode(fields.from_map(given)) for given in maps])


def encode_batches(batches: Iterable[Batch]) -> bytes:
    """The messages of several reads as lines: the same call as in the binary encoding."""
    return b"".join([encode_messages(*batch) for batch in batches])


def encode_all(records: Iterable[Record]) -> Iterator[bytes]:
    """Records as lines."""
    return map(encode, records)


def bodies(stream: BinaryIO, remaining: Callable[[], int]) -> Generator[bytes, None, int]:
    """The lines from here on; returns how many bytes at the end belong to no whole line."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise CassetteError(f"a line of more than {MAX_LINE} bytes")
        if not line.endswith(b"\n"):
            try:  # only the end of a line closes its braces: what parses lost nothing but its newline
                _parse(line)
            except CassetteError:
                return len(line) + remaining()
        yield line
    return 0


def decode(line: bytes) -> list[Record]:
    """The record in one line; none in an empty one, which an editor may leave behind."""
    plain = plain_lines.message(line, _dumps)
    return decode_strictly(line) if plain is None else [plain]


def decode_strictly(line: bytes) -> list[Record]:
    """The same, whatever the line is like."""
    if not line.strip():
        return []
    given = _parse(line)
    kind = given.get("kind")
    if kind == "message":
        return [_message_in(given)]
    if kind == "messages":
        raise CassetteError('"messages" in lines, where each message stands alone')
    if kind in ("request", "response"):
        given = _body_in(given, str(kind))
    elif kind == "note" and isinstance(given.get("data"), str):
        given["data"] = _bytes_of(given["data"], "note: data")
    return [fields.from_map(_unescape_unknown(given, str(kind)))]


def skim(line: bytes) -> Sequence[Record | Count]:
    """The same for who needs no messages: a count in the place of one that is plainly written."""
    found = plain_lines.count(line)
    return decode(line) if found is None else [found]


def _message_out(record: Message, given: dict[str, Any]) -> dict[str, Any]:
    if record.opcode is Opcode.CLOSE and (close := _close_out(record.payload)) is not None:
        payload = close
    else:
        payload = _payload_out(record.payload)
    first = {"kind": "message", "t": record.t, "session": record.session, "sender": record.sender}
    rest = {name: value for name, value in given.items() if name not in first and name != "payload"}
    rest.pop("opcode")
    return {**first, "type": _NAMES[record.opcode], **rest, **payload}


def _close_out(payload: bytes) -> dict[str, Any] | None:
    if len(payload) < 2:
        return None
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        return None
    code = {"code": int.from_bytes(payload[:2], "big")}
    return {**code, "reason": reason} if reason else code


def _payload_out(payload: bytes) -> dict[str, Any]:
    """The most readable form that gives back the very bytes."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return {"data": _base64(payload)}
    if text[:1] in ("{", "[") and len(payload) < _BIG_LINE:
        found = _as_json(text)
        if found is not None:
            value, style = found
            return {"json": value, "style": style} if style else {"json": value}
    return {"text": text}


def _as_json(text: str) -> tuple[Any, str] | None:
    """The value and the style in which writing it again gives this text; None if none does."""
    try:
        value = _loads(text)
    except (ValueError, RecursionError):
        return None
    if text.count("[") + text.count("{") > fields.MAX_DEPTH and _depth(text.encode()) > fields.MAX_DEPTH:
        return None
    known = ["newline"] if text.endswith("\n") else []
    if "\\/" in text:
        known.append("slashes")
    if "\\u003" in text or "\\u0026" in text:
        known.append("html")
    for words in ((), ("ascii",), ("spaced",), ("spaced", "ascii")):
        style = " ".join(sorted((*known, *words)))
        try:
            if _dumps(value, style) == text:
                return value, style
        except (ValueError, RecursionError):  # an infinity: 1e999 parses
            return None
    return None


def _dumps(value: Any, style: str) -> str:
    words = style.split(" ") if style else []
    if not set(words) <= {"ascii", "spaced", "slashes", "html", "newline"}:
        raise CassetteError(
            f"message: the style {style[:60]!r} is not known here: a newer wsrecord is needed"
        )
    separators = (", ", ": ") if "spaced" in words else (",", ":")
    text = _encoder("ascii" in words, *separators)(value)
    if "html" in words:
        text = _HTML_CHARS.sub(lambda found: _HTML[found[0]], text)
    if "slashes" in words:
        text = text.replace("/", "\\/")
    return text + "\n" if "newline" in words else text


@cache
def _encoder(ascii_only: bool, comma: str, colon: str) -> Callable[[Any], str]:
    return json.JSONEncoder(ensure_ascii=ascii_only, allow_nan=False, separators=(comma, colon)).encode


def _message_in(given: dict[str, Any]) -> Record:
    for name in ("opcode", "payload"):
        if name in given:
            raise CassetteError(f"message: no field may be called {name!r} in lines")
    word = given.pop("type", None)
    opcode = _WORDS.get(word) if isinstance(word, str) else None
    if opcode is None:
        raise CassetteError(f"message: type must be one of {', '.join(_WORDS)}")
    if opcode is Opcode.CLOSE and "code" in given:
        payload = _close_in(given)
    else:
        given, found = _payload_in(given, "message")
        if found is None:
            raise CassetteError("message: neither json, text nor data" + (" nor code" * (opcode == 8)))
        payload = found
    given |= {"opcode": int(opcode), "payload": payload}
    return fields.from_map(_unescape_unknown(given, "message"))


def _close_in(given: dict[str, Any]) -> bytes:
    code = fields.whole(given.pop("code"), "message: code")
    if code > 0xFFFF:
        raise CassetteError("message: code must lie below 65536")
    reason = fields.text(given.pop("reason", ""), "message: reason")
    return code.to_bytes(2, "big") + _utf8(reason, "message: reason")


def _body_in(given: dict[str, Any], kind: str) -> dict[str, Any]:
    if "body" in given:
        raise CassetteError(f"{kind}: no field may be called 'body' in lines")
    given, body = _payload_in(given, kind)
    return given if body is None else given | {"body": body}


def _payload_in(given: dict[str, Any], kind: str) -> tuple[dict[str, Any], bytes | None]:
    forms = [name for name in ("json", "text", "data") if name in given]
    if len(forms) > 1:
        raise CassetteError(f"{kind}: {' and '.join(forms)} at once")
    style = given.pop("style", "") if forms == ["json"] else ""
    if not forms:
        return given, None
    value = given.pop(forms[0])
    if forms == ["text"]:
        return given, _utf8(fields.text(value, f"{kind}: text"), f"{kind}: text")
    if forms == ["data"]:
        return given, _bytes_of(value, f"{kind}: data")
    try:
        return given, _utf8(_dumps(value, fields.text(style, f"{kind}: style")), f"{kind}: json")
    except (ValueError, RecursionError):
        raise CassetteError(f"{kind}: json with a number that can't be written") from None


def _utf8(text: str, where: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CassetteError(f"{where}: a lone surrogate, which has no UTF-8") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes_of(value: Any, where: str) -> bytes:
    try:
        return base64.b64decode(fields.text(value, where), validate=True)
    except ValueError:
        raise CassetteError(f"{where}: not base64") from None


def _escape(value: Any) -> Any:
    """Bytes in a field that this version doesn't know: {"$data": base64}. A map that looks so is wrapped."""
    if isinstance(value, bytes):
        return {"$data": _base64(value)}
    if isinstance(value, list):
        return [_escape(item) for item in value]
    if isinstance(value, Mapping):
        out = {name: _escape(item) for name, item in value.items()}
        return {"$map": out} if len(out) == 1 and next(iter(out)) in ("$data", "$map") else out
    return value


def _unescape(value: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise CassetteError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, list):
        return [_unescape(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if len(value) == 1:
            if "$data" in value:
                return _bytes_of(value["$data"], "$data")
            if "$map" in value:
                if not isinstance(value["$map"], dict):
                    raise CassetteError("$map must hold a map")
                value = value["$map"]
        return {name: _unescape(item, depth + 1) for name, item in value.items()}
    return value


def _unescape_unknown(given: dict[str, Any], kind: str) -> dict[str, Any]:
    known = fields.names(kind)
    if given.keys() <= known:
        return given
    return {name: value if name in known else _unescape(value) for name, value in given.items()}


def _replace(given: dict[str, Any], name: str, values: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in given.items() if key != name}
    return rest | values


def _parse(line: bytes) -> dict[str, Any]:
    """The JSON object in a line, weighed before it is built where it is large or seems deep."""
    if len(line) > _BIG_LINE or line.count(b"[") + line.count(b"{") > MAX_DEPTH:
        _weigh(line)
    try:
        given = _loads(line.decode())
    except CassetteError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise CassetteError(f"no JSON: {str(error)[:120] or type(error).__name__}") from None
    if not isinstance(given, dict):
        raise CassetteError("a line that is not a JSON object")
    return given


def _loads(text: str) -> Any:
    # A hook for each integer costs time: only a text with a long number gets it.
    guard = _short_int if _LONG_NUMBER.search(text) else None
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=guard)


def _short_int(digits: str) -> int:
    if len(digits) > 24:
        raise ValueError("an integer of more than 24 digits")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object with the same key twice")
    return found


def _weigh(line: bytes) -> None:
    bare = _STRINGS.sub(b"", line)
    if sum(map(bare.count, (b",", b"[", b"{", b"]", b"}"))) > MAX_VALUES:
        raise CassetteError("too many values")
    if _deepest(bare) > MAX_DEPTH:
        raise CassetteError(f"nested deeper than {MAX_DEPTH}")


def _depth(text: bytes) -> int:
    return _deepest(_STRINGS.sub(b"", text))


def _deepest(bare: bytes) -> int:
    depth = deepest = 0
    for byte in _BRACKETS.sub(b"", bare):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
