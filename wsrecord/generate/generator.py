"""A schema's values as a Hypothesis strategy; or what stands in the way, by name and place.

Whatever was drawn is checked by both validators before it leaves. A draw that fails is made again a few
times, then one that is known to be right is taken: nobody who uses the strategy meets a health check.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wsrecord.contract.library import Library
from wsrecord.contract.schemas import Schema

from .drawing import Drawing
from .graph import LONGEST_ARRAY, NONE, Graph, Node, TooLargeError
from .part import root
from .sampling import NothingYetError, sampled
from .unservable import DeadEndError, Unservable

TRIES = 4
MOST_FAILURES = 100  # draws that came to nothing, before anything was right
_PROBES = 25
_KNOWN = 8  # right values that are kept


@dataclass(slots=True, eq=False)
class Generator:
    """What makes the values of one schema."""

    schema: Schema
    drawing: Drawing
    node: Node
    known: list[Any] = field(default_factory=list)  # values that are right, small ones first
    dead: Counter[tuple[str, str]] = field(default_factory=Counter)

    def values(self) -> SearchStrategy[Any]:
        """Right values."""
        return checked(lambda draw: self.drawing.draw(draw, self.node), self.is_right, self.known, self.dead)

    def is_right(self, value: Any) -> bool:
        """Whether both validators take a value."""
        return right(self.schema, value)


def right(schema: Schema, value: Any) -> bool:
    """Whether both validators take a value."""
    return schema.is_valid(value) and bool(schema.reference.is_valid(value))


def generator(schema: Schema) -> Generator | Unservable:
    """A generator for a schema that has values; else why there is none."""
    try:
        graph = Graph(schema.library)
        start = root(schema.library, schema.uri)
        node = graph.node((start,))
        made = Generator(schema, Drawing(graph), node)
        if node.height == NONE:
            return _no_value(schema, node)
        made.known = known_of(made.values())
    except TooLargeError:
        return Unservable(schema.name, "", "more parts than can be looked at; split it", "unsupported")
    except RecursionError:
        return Unservable(schema.name, "", "nested too deeply to generate for", "unsupported")
    if not made.known:
        return _dead(schema, made)
    return made


def checked(
    draw_one: Callable[[Any], Any],
    is_right: Callable[[Any], bool],
    known: list[Any],
    dead: Counter[tuple[str, str]],
) -> SearchStrategy[Any]:
    """What is drawn and found right; else one of those that are known to be."""

    @st.composite
    def values(draw: Any) -> Any:
        for _ in range(TRIES):
            try:
                value = draw_one(draw)
            except DeadEndError as error:
                dead[error.place, error.keyword] += 1
                continue
            if is_right(value):
                return value
            dead["", ""] += 1
        if not known and dead.total() > MOST_FAILURES:
            raise NothingYetError
        return draw(st.deferred(lambda: _copies(known)))

    return values()


def known_of(strategy: SearchStrategy[Any]) -> list[Any]:
    """Some right values, the small ones first."""
    return sorted(sampled(strategy, _PROBES), key=lambda value: len(repr(value)))[:_KNOWN]


def _copies(known: list[Any]) -> SearchStrategy[Any]:
    return st.sampled_from(list(known)) if known else st.nothing()


def _no_value(schema: Schema, node: Node) -> Unservable:
    if node.complete:
        place = _shown(schema.library, _culprit(node) or "") or schema.name
        return Unservable(place, "", "no value can be all that is asked here", "unsatisfiable")
    return Unservable(schema.name, "", "too many combinations of alternatives", "unsupported")


def _culprit(node: Node) -> str | None:
    return node.demand[0].place if node.demand else None


def _dead(schema: Schema, made: Generator) -> Unservable:
    place, keyword = max(made.dead, key=made.dead.__getitem__, default=("", ""))
    shown = _shown(schema.library, place) or schema.name
    if any(option.facts.fewest > LONGEST_ARRAY for option in made.node.options):
        return Unservable(shown, "minItems", f"arrays of more than {LONGEST_ARRAY:,} items", "unsupported")
    return Unservable(shown, keyword, "no value was found that both validators take", "unsupported")


def _shown(library: Library, place: str) -> str:
    return library.shown(place) if place else ""
