"""Messages that are no event of a contract's: no JSON, no object, no name, a number that nobody can hold."""

import json
from collections.abc import Iterator
from dataclasses import replace

from .moves import Say, filled
from .parts import Parts

_NO_JSON = {
    "a text that is not empty": b"",
    "JSON": b"{",
    "JSON, not words": b"hello",
    "an object, not an array": b"[]",
    "an object, not null": b"null",
    "an object, not a string": b'"hello"',
    "an object, not a number": b"5",
    "an object with a name": b"{}",
    "JSON without NaN": b'{"type": NaN}',
    "nesting that can be read": b"[" * 2_000 + b"]" * 2_000,
    "a text without NUL": b"\0",
}


def no_events(parts: Parts) -> Iterator[Say]:
    """Messages that are no event of the contract's."""
    hello = parts.hello()
    if hello is None:
        return
    if parts.json:
        for breaks, data in _NO_JSON.items():
            yield Say(data=data, breaks=breaks)
        yield Say(value=[hello.value], breaks="one object, not an array of them")
    name_at = parts.words.contract.name_at
    if name_at is not None and len(name_at) == 1 and isinstance(hello.value, dict):
        yield Say(value={**hello.value, name_at[0]: "dance"}, breaks="an event that there is")
        yield Say(value={**hello.value, name_at[0]: None}, breaks="an event that there is")
    if parts.json:
        yield replace(hello, binary=True, breaks="text, not binary")
        yield Say(data=b"", binary=True, breaks="text, not binary")
        yield from _huge(parts)


def _huge(parts: Parts) -> Iterator[Say]:
    """A number that no double can hold, in the place of each field."""
    for term in parts.terms:
        if not term.needs and isinstance(term.plain, dict):
            for name in term.plain:
                if (name,) != parts.words.contract.name_at:
                    plain = {**filled(term.plain, lambda *_: "id"), name: "\0"}
                    text = json.dumps(plain).replace('"\\u0000"', "1e400")
                    yield Say(data=text.encode(), breaks=f"number-range at /{name}")
