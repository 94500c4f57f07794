"""Placeholders in a case: they stay whole, and what they stand for is put in only when it is said."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from wsrecord.contract.pointer import Pointer
from wsrecord.dialogue.insides import PLACEHOLDER

from .moves import Case, Move, Say

Secret: TypeAlias = Callable[[str], str | None]  # what a placeholder stands for, if anybody knows
_B64 = ".b64"  # behind one that stands for a value within base64


def unknown(placeholder: str) -> str | None:
    """Where nobody has secrets: what is said is what stands there."""
    return None


def holds(value: Any) -> bool:
    """Whether a value is, or has in it, a text with a placeholder."""
    return any(True for _ in _found(value))


def stands_in(value: Any) -> bool:
    """Whether a value is a text with a placeholder."""
    return isinstance(value, str) and holds(value)


def whole(data: bytes, at: int) -> bool:
    """Whether bytes may be cut there: not through a placeholder."""
    text = data.decode("latin-1")
    return not any(one.start() < at < one.end() for one in PLACEHOLDER.finditer(text))


def name_of(placeholder: str) -> str:
    """What the secret is called."""
    return placeholder.split("-", 2)[2].rpartition("-")[0]


def wanted(cases: Iterable[Case]) -> list[tuple[str, str]]:
    """The names and the placeholders of what is said in cases, each once."""
    found: dict[str, None] = {}
    for case in cases:
        for move in case.moves:
            found.update(dict.fromkeys(one.removesuffix(_B64) for one in _found(_said(move))))
    return [(name_of(one), one) for one in found]


def places(value: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Where texts with a placeholder stand in a value."""
    if isinstance(value, str):
        if holds(value):
            yield at, value
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*at, str(name)))


def spoken(value: Any, secret: Secret) -> Any:
    """A value as it is said."""
    return _mapped(value, lambda said: PLACEHOLDER.sub(lambda one: _plain(one[0], secret), said))


def spoken_bytes(data: bytes, secret: Secret, *, json_text: bool) -> bytes:
    """Bytes as they are said; `json_text`: they are JSON, or were, and so is what is put in."""
    if b"wsr-" not in data:
        return data

    def put(placeholder: str) -> bytes:
        plain = _plain(placeholder, secret)
        return (json.dumps(plain, ensure_ascii=False)[1:-1] if json_text else plain).encode()

    return _with(data, put)


def _with(data: bytes, put: Callable[[str], bytes]) -> bytes:
    found: list[bytes] = []
    at = 0
    for one in PLACEHOLDER.finditer(data.decode("latin-1")):
        found += [data[at : one.start()], put(one[0])]
        at = one.end()
    return b"".join([*found, data[at:]])


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value) if "wsr-" in value else value
    if isinstance(value, dict):
        return {name: _mapped(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return value


def _plain(placeholder: str, secret: Secret) -> str:
    bare = placeholder.removesuffix(_B64)
    plain = secret(bare)
    if plain is None:
        return placeholder
    return plain if bare == placeholder else base64.b64encode(plain.encode()).decode().rstrip("=")


def _said(move: Move) -> list[Any]:
    return [move.value, (move.data or b"").decode("latin-1")] if isinstance(move, Say) else []


def _found(value: Any) -> Iterator[str]:
    """The placeholders in all texts of a value."""
    if isinstance(value, str):
        if "wsr-" in value:
            yield from (one[0] for one in PLACEHOLDER.finditer(value))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _found(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _found(inner)
