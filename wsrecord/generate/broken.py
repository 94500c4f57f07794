"""Values that break exactly one keyword at one place, and which: what a near miss of a client would send.

A target is one keyword of one alternative at one place in values. The value is drawn as a right one is,
but for that place, where the keyword's opposite is asked for beside all that else holds there. The
reference validator has the last word: it must report that keyword there, and nothing beside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema.exceptions import ValidationError

from wsrecord.contract.pointer import Token, written

from .clauses import Clause
from .drawing import Plan
from .generator import TRIES, Generator
from .graph import NONE, Node, Option, TooLargeError
from .sampling import sampled
from .unservable import DeadEndError, Unservable

MOST_TARGETS = 400
DEEPEST = 6
MOST_WAYS = 4
_KINDS = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "contains"), ("array",)),
    **dict.fromkeys(
        ("required", "minProperties", "maxProperties", "propertyNames", "dependentRequired"), ("object",)
    ),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), ("integer", "fraction")
    ),
}
# Only where they say that there is nothing else; what they say of fields and items is broken there.
_CLOSING = {
    "additionalProperties": "object",
    "unevaluatedProperties": "object",
    "items": "array",
    "unevaluatedItems": "array",
}
_CHOICES = ("anyOf", "oneOf", "not", "if")
_CONTAINS = ("contains", "minContains", "maxContains")


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that is wrong in one way."""

    value: Any
    keyword: str
    pointer: str  # where in the value; of a missing field, its own place
    place: str  # file and pointer of the keyword's schema


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One alternative in which a keyword can be broken."""

    steps: tuple[tuple[Option, str | int], ...]  # from the value's top to the place
    clauses: Sequence[Clause]  # what is asked for there, the broken one among them

    def plan(self, node: Node) -> Plan:
        """How to get there."""
        plan = Plan(node)
        for option, step in reversed(self.steps):
            plan = Plan(None, option, step, plan)
        return plan


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One keyword to break, at one place."""

    keyword: str
    path: tuple[Token, ...]
    place: str
    ways: list[Way]

    @property
    def pointer(self) -> str:
        """Where in values."""
        return written(self.path)


def targets(made: Generator) -> list[Target]:
    """What can be broken, each keyword at each place once."""
    found: dict[tuple[Any, ...], Target] = {}
    try:
        for target in _walk(made, made.node, (), (), frozenset()):
            held = found.setdefault((target.path, target.keyword, target.place), target)
            if held is not target and len(held.ways) < MOST_WAYS:
                held.ways.extend(target.ways)
            if len(found) >= MOST_TARGETS:
                break
    except TooLargeError:  # what was found till then is enough to go on with
        pass
    return list(found.values())


def broken_at(made: Generator, target: Target) -> SearchStrategy[Broken] | None:
    """Values that break one target; None where nothing can break it alone."""
    drawn = _Drawn(made, [target])
    return drawn.strategy() if drawn.targets and drawn.known else None


def broken(made: Generator) -> SearchStrategy[Broken] | Unservable:
    """Values that break one thing, whichever."""
    drawn = _Drawn(made, targets(made)) if made.schema is not None else None
    if drawn is None or not drawn.known:
        return Unservable(made.name, "", "no keyword that could be broken alone", "unsupported")
    return drawn.strategy()


class _Drawn:
    """Draws broken values of some targets, those that lead nowhere left out."""

    def __init__(self, made: Generator, wanted: Sequence[Target]) -> None:
        self._made = made
        self.targets: list[tuple[Target, Way, Node]] = []
        for target, way in [(one, way) for one in wanted for way in one.ways]:
            node = made.drawing.graph.node_of(way.clauses)
            if node.height < NONE:
                self.targets.append((target, way, node))
        self.known: list[Broken] = []
        if self.targets:
            self.known = sampled(self._tried(), 20)

    def strategy(self) -> SearchStrategy[Broken]:
        """What is drawn and found broken as meant; else one of those that are known to be."""

        @st.composite
        def values(draw: Any) -> Broken:
            for _ in range(TRIES):
                found = self._one(draw)
                if found is not None:
                    return found
            return draw(st.sampled_from(self.known))  # type: ignore[no-any-return]

        return values()

    def _tried(self) -> SearchStrategy[Broken]:
        @st.composite
        def values(draw: Any) -> Broken | None:
            return self._one(draw)

        return values().filter(lambda found: found is not None)  # type: ignore[return-value]

    def _one(self, draw: Any) -> Broken | None:
        index = draw(st.integers(0, len(self.targets) - 1)) if len(self.targets) > 1 else 0
        target, way, node = self.targets[index]
        try:
            value = self._made.drawing.draw(draw, self._made.node, way.plan(node))
        except DeadEndError:
            return None
        return verdict(self._made, value, target)


def verdict(made: Generator, value: Any, target: Target) -> Broken | None:
    """The value, if the reference validator says that it breaks the target and nothing beside."""
    if made.schema is None or made.schema.is_valid(value) or not made.accepts(value):
        return None
    errors = list(made.schema.reference.iter_errors(value))
    if len({_said(error) for error in errors}) != 1:
        return None
    error = errors[0]
    for keyword, path in [_said(error), *map(_said, _leaves(error.context or ()))]:
        same = keyword == target.keyword or (target.keyword == "contains" and keyword in _CONTAINS)
        if path == target.path and same:
            return Broken(value, keyword, target.pointer, target.place)
    inside = "propertyNames" in error.absolute_schema_path
    if target.keyword == "propertyNames" and inside and tuple(error.absolute_path) == target.path:
        return Broken(value, target.keyword, target.pointer, target.place)
    return None


def _said(error: ValidationError) -> tuple[str, tuple[Token, ...]]:
    path: tuple[Token, ...] = tuple(error.absolute_path)
    if error.validator == "required":
        wanted: Any = error.validator_value
        instance: Any = error.instance
        path += tuple(
            name for name in wanted if name not in instance and error.message.startswith(repr(name))
        )[:1]
    return str(error.validator), path


def _leaves(errors: Sequence[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        yield error
        yield from _leaves(error.context or ())


def _walk(
    made: Generator,
    node: Node,
    path: tuple[Token, ...],
    way: tuple[tuple[Option, str | int], ...],
    above: frozenset[int],
) -> Iterator[Target]:
    """All targets at a place, then those below it."""
    if id(node) in above or len(path) > DEEPEST:
        return
    for option in node.live:
        for keyword, name, place, clauses in _breakable(option):
            at = path if name is None else (*path, name)
            yield Target(keyword, at, made.library.shown(place), [Way(way, clauses)])
    graph = made.drawing.graph
    for option in node.live:
        facts = option.facts
        if facts.allowed is not None:
            continue
        steps: list[str | int] = []
        if option.kind == "object":
            steps += facts.known()
        elif option.kind == "array":
            most = facts.prefix() + 1
            steps += range(most if facts.most is None else min(most, facts.most))
        for step in steps:
            demand = facts.field_named(step) if isinstance(step, str) else facts.item_at(step)
            inner = graph.node(demand)
            if inner.height < NONE:
                further = (*way, (option, step))
                yield from _walk(made, inner, (*path, step), further, above | {id(node)})


def _breakable(option: Option) -> Iterator[tuple[str, str | None, str, Sequence[Clause]]]:
    """The keywords of one option: what each is, which field it names, where it stands, what is asked then."""
    for clause in option.clauses:
        if clause.part.only.startswith("="):  # what was asked for besides the schema
            continue
        if clause.negated or clause.keyword in ("properties", "patternProperties", "prefixItems"):
            continue
        closing = _CLOSING.get(clause.keyword)
        if closing is not None and (closing != option.kind or clause.value is not False):
            continue
        if option.kind not in _KINDS.get(clause.keyword, (option.kind,)):
            continue
        others = [one for one in option.clauses if one is not clause]
        name = None if clause.name is None else str(clause.name)
        wrong = replace(clause, part=clause.part.opposite())
        yield clause.keyword, name, clause.part.place, [*others, wrong]
    seen: set[tuple[Any, ...]] = set()
    for clause in option.clauses:
        for part, keyword in clause.under:
            if (
                keyword in ("anyOf", "oneOf", "not", "if")
                and not part.negated
                and (part.key, keyword) not in seen
            ):
                seen.add((part.key, keyword))
                others = [
                    one
                    for one in option.clauses
                    if not any(mark.key == part.key and word == keyword for mark, word in one.under)
                ]
                yield keyword, None, part.place, [*others, Clause(part.keyword(keyword).opposite(), keyword)]
