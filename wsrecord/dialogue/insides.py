"""Scalars in a value, those inside its strings too: how each is reached, and how another takes its place.

A string may hold more than itself: JSON text, a URL or a path, a form, cookies, a word before a credential
(`Bearer x`), an id within a sentence. A `Path` leads through keys and indices and, where it enters a
string, an `Into`. Of plain text only what looks like an id is looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from wsrecord.codec.json_text import read_json, write_json
from wsrecord.contract.pointer import ABSENT

Form: TypeAlias = Literal["json", "segment", "query", "cookie", "word", "item", "text"]
Scalar: TypeAlias = str | int | float

_DEEPEST = 5  # strings within strings
_LONGEST = 1 << 20  # characters of a string that is looked into
_MOST = 500  # parts of one string, ids in one text
_CONTEXT = 24  # characters before an id in a text, by which it is found in another text

_PLAIN = re.compile(r"[A-Za-z0-9_.~+-]*")
_QUERY = re.compile(r"[^\s=&\"{}<>]+=[^\s&\"{}<>]*(?:&[^\s=&\"{}<>]+(?:=[^\s&\"{}<>]*)?)*")
_COOKIES = re.compile(r"[^\s=;,\"]+=[^;]*(?:; ?[^\s=;,\"]+(?:=[^;]*)?)*;?")
_SCHEME = re.compile(r"(Bearer|Token|JWT|Basic|ApiKey)( +)(\S+)", re.IGNORECASE)
PLACEHOLDER = re.compile(r"wsr-[0-9a-f]{12}-[a-z0-9_]*-\d+(?:\.b64)?")
_PACKET = re.compile(r"\d{1,9}-?(?:/[^,\s]{0,200},)?\d{0,9}(?=[\[{])")  # 0{…}, 42/ns,7[…]: Engine.IO's
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_ID = re.compile(rf"{PLACEHOLDER.pattern}|{_UUID}|(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{{8,}}|[A-Za-z0-9_-]{{24,}}")


@dataclass(frozen=True, slots=True)
class Into:
    """One step from a string into what it holds."""

    form: Form
    name: str | int = ""  # a query's or cookie's name, a segment's or item's number, the text before an id
    nth: int = 0  # which of several with this name

    def __str__(self) -> str:
        """For people."""
        words = {"json": "JSON text", "segment": "segment", "query": "query", "cookie": "cookie",
                 "word": "after", "item": "item", "text": "in the text"}  # fmt: skip
        return words[self.form] + (f" {self.name}" if self.form not in ("json", "text") else "")


Path: TypeAlias = tuple[str | int | Into, ...]


def scalars(value: Any, path: Path = (), *, depth: int = 0) -> Iterator[tuple[Path, Scalar]]:
    """Every string and number in a value, and what is inside the strings; true, false and null are none."""
    stack: list[tuple[Path, Any]] = [(path, value)]
    while stack:
        at, one = stack.pop()
        if isinstance(one, str):
            yield at, one
            if not _PLAIN.fullmatch(one) or len(one) > 36:
                yield from _inside(one, at, depth)
        elif isinstance(one, dict):
            stack += [((*at, key), one[key]) for key in reversed(one)]
        elif isinstance(one, list | tuple):
            stack += [((*at, index), one[index]) for index in range(len(one) - 1, -1, -1)]
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield at, one


def get(value: Any, path: Path) -> Any:
    """What stands there; ABSENT if nothing does."""
    for step in path:
        if isinstance(step, Into):
            value = _enter(value, step) if isinstance(value, str) else ABSENT
        elif isinstance(value, dict):
            value = value.get(step, ABSENT)
        elif isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return ABSENT
        if value is ABSENT:
            return ABSENT
    return value


def put(value: Any, path: Path, new: Scalar) -> Any:
    """The value with another scalar there; the value itself is left as it is."""
    if not path:
        return fitted(new, value)
    step, rest = path[0], path[1:]
    if isinstance(step, Into):
        inner = _enter(value, step) if isinstance(value, str) else ABSENT
        return value if inner is ABSENT else _leave(value, step, put(inner, rest, new))
    if isinstance(value, dict) and step in value:
        return {**value, step: put(value[step], rest, new)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], put(value[step], rest, new), *value[step + 1 :]]
    return value


def fitted(new: Scalar, old: Any) -> Scalar:
    """A scalar in the kind of the one that stood there: a number in a URL is text."""
    if isinstance(old, str):
        return str(new)
    if isinstance(old, int) and isinstance(new, str) and re.fullmatch(r"-?\d{1,18}", new):
        return int(new)
    return new


def shown(path: Path) -> str:
    """A path for people: a pointer, and behind ▸ what is inside a string."""
    text = ""
    for step in path:
        if isinstance(step, Into):
            text += f" ▸ {step}"
        else:
            text += f"/{str(step).replace('~', '~0').replace('/', '~1')}"
    return text or "/"


def _inside(text: str, at: Path, depth: int) -> Iterator[tuple[Path, Scalar]]:
    if depth >= _DEEPEST or len(text) > _LONGEST:
        return
    deeper = depth + 1
    if text.lstrip()[:1] in ("{", "[", '"') or _PACKET.match(text):
        inner, fault = read_json(text[_json_from(text) :].encode("utf-8", "surrogatepass"))
        if fault is None and isinstance(inner, dict | list | str):
            yield from scalars(inner, (*at, Into("json")), depth=deeper)
            return
    steps = list(islice(_structure(text, at), _MOST))
    for step in steps:
        held = _enter(text, step)
        if isinstance(held, str) and held and held != text:
            yield from scalars(held, (*at, step), depth=deeper)
    if not steps:
        for step, held, _, _ in _ids(text):
            if held != text:
                yield (*at, step), held


def _json_from(text: str) -> int:
    """Where JSON begins in a text that holds some: at its beginning, or after a packet's numbers."""
    packet = _PACKET.match(text)
    return packet.end() if packet is not None else 0


def _structure(text: str, at: Path) -> Iterator[Into]:
    """The parts of a string with a form; none for a plain text."""
    head = at[1] if len(at) > 1 and at[0] == "headers" else None
    if head == "cookie" or (";" in text and _COOKIES.fullmatch(text)):
        yield from _numbered("cookie", (name for name, _, _ in _cookies(text)))
    elif _SCHEME.fullmatch(text):
        yield Into("word", text.split(" ", 1)[0])
    elif head == "sec-websocket-protocol" and "," in text:
        yield from (Into("item", number) for number in range(text.count(",") + 1))
    elif not any(map(str.isspace, text)) and ("/" in text or "=" in text):
        start, stop, query = _url(text)
        if "/" in text[start:stop]:
            yield from (Into("segment", number) for number, _, _ in _segments(text, start, stop))
        if query < len(text) and _QUERY.fullmatch(text[query:].partition("#")[0]):
            yield from _numbered("query", (name for name, _, _ in _pairs(text, query)))


def _numbered(form: Form, names: Iterator[str]) -> Iterator[Into]:
    seen: dict[str, int] = {}
    for name in names:
        nth = seen.get(name, 0)
        seen[name] = nth + 1
        yield Into(form, name, nth)


def _span(text: str, step: Into) -> tuple[int, int] | None:
    """Where in the string a part stands."""
    found: Iterator[tuple[int, int]]
    match step.form:
        case "segment":
            start, stop, _ = _url(text)
            found = ((a, b) for number, a, b in _segments(text, start, stop) if number == step.name)
        case "query":
            found = ((a, b) for name, a, b in _pairs(text, _url(text)[2]) if name == step.name)
        case "cookie":
            found = ((a, b) for name, a, b in _cookies(text) if name == step.name)
        case "word":
            match = _SCHEME.fullmatch(text)
            found = iter([match.span(3)] if match and match[1].lower() == str(step.name).lower() else [])
        case "item":
            items = list(re.finditer(r"[^,\s][^,]*", text))
            found = iter([items[step.name].span()] if int(step.name) < len(items) else [])  # type: ignore[index]
        case _:
            found = ((a, b) for one, _, a, b in _ids(text) if one == step)
            return next(found, None) or _after(text, str(step.name), step.nth)
    return next((span for nth, span in enumerate(found) if nth == step.nth), None)


def _after(text: str, before: str, nth: int) -> tuple[int, int] | None:
    """The word behind a text that is long enough to know it by: an id drawn by lot may look like a word."""
    if len(before) < _CONTEXT // 4:
        return None
    found = re.finditer(re.escape(before) + r"([A-Za-z0-9_-]{6,})", text)
    return next((match.span(1) for match in islice(found, nth, None)), None)


def _enter(text: str, step: Into) -> Any:
    if step.form == "json":
        value, fault = read_json(text[_json_from(text) :].encode("utf-8", "surrogatepass"))
        return ABSENT if fault is not None else value
    span = _span(text, step)
    if span is None:
        return ABSENT
    held = text[slice(*span)]
    return {"segment": unquote, "query": unquote_plus, "cookie": unquote}.get(step.form, str)(held)


def _leave(text: str, step: Into, inner: Any) -> str:
    """The string with another part in it, in its own escapes."""
    if step.form == "json":
        start = _json_from(text)
        own = text[start:].encode("utf-8", "surrogatepass")
        return text[:start] + write_json(inner, own).decode("utf-8", "surrogatepass")
    span = _span(text, step)
    if span is None:
        return text
    old, new = text[slice(*span)], str(inner)
    if step.form == "segment":
        new = quote(new, safe="!$&'()*+,;=:@~-._")
    elif step.form == "query":
        new = quote_plus(new) if "+" in old else quote(new, safe="!$'()*,;:@~-._/?")
    elif step.form == "cookie" and "%" in old:
        new = quote(new, safe="")
    return text[: span[0]] + new + text[span[1] :]


def _url(text: str) -> tuple[int, int, int]:
    """Where the path begins and ends, and where the query begins (at the end of the text: there is none)."""
    authority = re.match(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[^/?#]*", text)
    start = authority.end() if authority else 0
    mark = text.find("?", start)
    stop = len(text)
    if mark >= 0:
        return start, mark, mark + 1
    if (sharp := text.find("#", start)) >= 0:
        stop = sharp
    if authority is None and "/" not in text.partition("=")[0] and "=" in text:
        return 0, 0, 0  # a form: all of it is query
    return start, stop, len(text)


def _segments(text: str, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """The non-empty segments of a path, counted from 0."""
    for number, match in enumerate(re.finditer(r"[^/]+", text[start:stop])):
        yield number, start + match.start(), start + match.end()


def _pairs(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Names of a query, and where their values stand."""
    end = text.find("#", start)
    for match in re.finditer(r"([^&=]+)=([^&]*)", text[start : end if end >= 0 else len(text)]):
        yield unquote_plus(match[1]), start + match.start(2), start + match.end(2)


def _cookies(text: str) -> Iterator[tuple[str, int, int]]:
    for match in re.finditer(r"([^=;\s]+)=(\"?)([^;\"]*)\2", text):
        yield match[1], *match.span(3)


def _ids(text: str) -> Iterator[tuple[Into, str, int, int]]:
    """What looks like an id in a text, known by the text before it."""
    seen: dict[str, int] = {}
    for count, match in enumerate(_ID.finditer(text)):
        if count >= _MOST:
            return
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        nth = seen.get(before, 0)
        seen[before] = nth + 1
        yield Into("text", before, nth), match[0], match.start(), match.end()
