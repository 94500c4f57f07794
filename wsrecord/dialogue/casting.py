"""Which recorded request a live one stands for: by method and path, then by what is known of its values.

A segment of a path that is an id may be any other one; what is tied to something else does not fit. Among
those that fit, the one with most of the same query, body and credentials is taken, then the first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from wsrecord.cassette.model import Request
from wsrecord.codec.json_text import read_json

from .bindings import Bindings
from .heads import request_value
from .insides import PLACEHOLDER, Path, get, scalars
from .significance import is_placeholder, is_telling
from .steps import Occurrence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded request that a live one may stand for."""

    asked: Occurrence
    request: Request


class Credentials:
    """Who is who: the live values that came in the places of placeholders."""

    def __init__(self) -> None:
        self._live: dict[str, str] = {}

    def agree(self, asked: Occurrence, value: Any) -> int:
        """How many are the same as before, less those that are not."""
        agreed = 0
        for placeholder, said in _secrets(asked.value, value):
            known = self._live.get(placeholder)
            others = any(one == said for name, one in self._live.items() if name != placeholder)
            agreed += (said == placeholder) + (known == said) - (known not in (None, said) or others)
        return agreed

    def learn(self, asked: Occurrence, value: Any) -> None:
        """This live request stands for that recorded one."""
        for placeholder, said in _secrets(asked.value, value):
            self._live.setdefault(placeholder, said)


def cast(
    candidates: Iterable[Candidate], live: Request, bindings: Bindings, known: Credentials
) -> Candidate | None:
    """The recorded request that a live one stands for."""
    value = request_value(live)
    best: tuple[tuple[int, ...], Candidate] | None = None
    for one in candidates:
        exact = _path_fits(one.request.path, live.path)
        if one.request.method != live.method or exact is None:
            continue
        fits = bindings.fits(one.asked, value)
        ties = (-99, 0) if fits is None else (-fits.against, fits.agreed)
        rank = (
            known.agree(one.asked, value),
            *ties,
            exact,
            _subprotocol(one.request, live),
            _alike(one, live),
        )
        if best is None or rank > best[0]:
            best = rank, one
    return best[1] if best is not None else None


def _path_fits(recorded: str, live: str) -> int | None:
    """How many segments are the same; None if it is another path."""
    mine, theirs = _segments(recorded), _segments(live)
    if len(mine) != len(theirs):
        return None
    same = 0
    for here, there in zip(mine, theirs, strict=True):
        if here == there:
            same += 1
        elif not there or not (is_telling(here) or PLACEHOLDER.search(here) or _number(here, there)):
            return None
    return same


def _number(here: str, there: str) -> bool:
    return here.isascii() and here.isdigit() and there.isascii() and there.isdigit()


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.partition("?")[0].split("/")]


def _subprotocol(recorded: Request, live: Request) -> int:
    return len(_offered(recorded) & _offered(live))


def _offered(request: Request) -> set[str]:
    values = (value for name, value in request.headers if name.lower() == "sec-websocket-protocol")
    return {word.strip() for value in values for word in value.split(",")}


def _alike(one: Candidate, live: Request) -> int:
    mine, theirs = _said(one.request), _said(live)
    return sum(theirs.get(place) == value for place, value in mine.items())


def _said(request: Request) -> dict[Any, Any]:
    """The query's values and the body's, by their places; secrets are left out."""
    pairs = parse_qsl(request.path.partition("?")[2], keep_blank_values=True, max_num_fields=None)
    found: dict[Any, Any] = {("?", name): value for name, value in pairs[:200]}
    if request.body:
        body, fault = read_json(request.body)
        if fault is None and isinstance(body, dict | list):
            found |= dict(_first(scalars(body)))
        else:
            found["body"] = request.body
    return {place: value for place, value in found.items() if not is_placeholder(value)}


def _first(pairs: Iterator[tuple[Path, Any]], most: int = 500) -> Iterator[tuple[Path, Any]]:
    for _, pair in zip(range(most), pairs, strict=False):
        yield pair


def _secrets(recorded: Any, live: Any) -> Iterator[tuple[str, str]]:
    """The placeholders in a recorded request, each with what the live one has there."""
    for path, value in scalars(recorded):
        if is_placeholder(value):
            said = get(live, path)
            if isinstance(said, str):
                yield str(value).removesuffix(".b64"), said
