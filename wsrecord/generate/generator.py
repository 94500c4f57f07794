"""A schema's values as a Hypothesis strategy; or what stands in the way, by name and place.

Whatever was drawn is checked by both validators before it leaves. A draw that fails is made again a few
times, then one that is known to be right is taken: nobody who uses the strategy meets a health check.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wsrecord.contract.library import Library
from wsrecord.contract.schemas import Schema

from .drawing import Drawing
from .graph import LONGEST_ARRAY, NONE, Graph, Node, TooLargeError
from .part import Demand, root
from .sampling import NothingYetError, sampled
from .unservable import DeadEndError, Unservable

TRIES = 4
MOST_FAILURES = 100  # draws that came to nothing, before anything was right
_PROBES = 25
_KNOWN = 8  # right values that are kept
Accepts: TypeAlias = Callable[[Any], bool]


def anything(_value: Any) -> bool:
    """Where nobody else is to be asked."""
    return True


@dataclass(slots=True, eq=False)
class Generator:
    """What makes the values of one demand."""

    name: str  # as errors call it
    schema: Schema | None  # whose validators judge; None: there is none, whatever is drawn is right
    drawing: Drawing
    node: Node
    accepts: Accepts = anything
    known: list[Any] = field(default_factory=list)  # values that are right, small ones first
    dead: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def library(self) -> Library:
        """Where its schemas are from."""
        return self.drawing.graph.library

    def values(self) -> SearchStrategy[Any]:
        """Right values."""
        return checked(lambda draw: self.drawing.draw(draw, self.node), self.is_right, self.known, self.dead)

    def is_right(self, value: Any) -> bool:
        """Whether both validators take a value, and whoever else was to be asked."""
        return (self.schema is None or right(self.schema, value)) and self.accepts(value)


def right(schema: Schema, value: Any) -> bool:
    """Whether both validators take a value."""
    return schema.is_valid(value) and bool(schema.reference.is_valid(value))


def generator(schema: Schema) -> Generator | Unservable:
    """A generator for a schema that has values; else why there is none."""
    return generator_of(schema.library, (root(schema.library, schema.uri),), schema, schema.name)


def generator_of(
    library: Library, demand: Demand, schema: Schema | None, name: str, accepts: Accepts = anything
) -> Generator | Unservable:
    """A generator for all that is demanded; `accepts` has the last word on each value."""
    try:
        graph = Graph(library)
        node = graph.node(demand)
        made = Generator(name, schema, Drawing(graph), node, accepts)
        if node.height == NONE:
            return _no_value(made)
        made.known = known_of(made.values())
    except TooLargeError:
        return Unservable(name, "", "more parts than can be looked at; split it", "unsupported")
    except RecursionError:
        return Unservable(name, "", "nested too deeply to generate for", "unsupported")
    return made if made.known else _dead(made)


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


def _no_value(made: Generator) -> Unservable:
    if made.node.complete:
        return Unservable(made.name, "", "no value can be all that is asked here", "unsatisfiable")
    return Unservable(made.name, "", "too many combinations of alternatives", "unsupported")


def _dead(made: Generator) -> Unservable:
    place, keyword = max(made.dead, key=made.dead.__getitem__, default=("", ""))
    shown = made.library.shown(place) if place else made.name
    if any(option.facts.fewest > LONGEST_ARRAY for option in made.node.options):
        return Unservable(shown, "minItems", f"arrays of more than {LONGEST_ARRAY:,} items", "unsupported")
    return Unservable(shown, keyword, "no value was found that both validators take", "unsupported")
