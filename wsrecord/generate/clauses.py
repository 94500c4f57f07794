"""A demand as alternatives, each a list of clauses: single keywords that must hold, or must not, all at once.

References, allOf and choices (anyOf, oneOf, if, not, dependentSchemas) are gone then. A negated schema is
the choice of which of its keywords is broken. Alternatives that contradict themselves are left out while
they are made, so that a union of events told apart by a name stays as small as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, TypeAlias

from wsrecord.contract.library import Library
from wsrecord.contract.pointer import Token

from .part import Demand, Key, Part, followed

MOST_ALTERNATIVES = 48
MOST_STATES = 300  # kept at once while a demand is taken apart
Mark: TypeAlias = tuple[Part, str]


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One keyword of one part. `name`: only as far as it speaks of that field or place."""

    part: Part
    keyword: str
    name: Token | None = None
    under: tuple[Mark, ...] = ()  # the choices that it follows from
    within: tuple[Key, ...] = ()  # the schemas whose unevaluated… knows of it

    @property
    def value(self) -> Any:
        """What the keyword says."""
        return self.part.schema[self.keyword]

    @property
    def negated(self) -> bool:
        """Whether it must not hold."""
        return self.part.negated


Asked: TypeAlias = Part | Clause


@dataclass(slots=True)
class Taken:
    """What one part asks for: clauses, more parts, and choices of parts and clauses."""

    clauses: list[Clause] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    choices: list[tuple[str, list[list[Asked]]]] = field(default_factory=list)
    impossible: bool = False


_CHOICES = ("anyOf", "oneOf", "not", "if", "dependentSchemas")
_REFERENCES = ("$ref", "$dynamicRef")
_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")
# What is a clause as it stands. minContains and the like are read with what they belong to.
PLAIN = frozenset(
    (
        *("type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("multipleOf", "minLength", "maxLength", "pattern", "format", "required", "properties"),
        *("patternProperties", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
        *("dependentRequired", "items", "prefixItems", "contains", "uniqueItems", "minItems", "maxItems"),
        *_UNEVALUATED,
    )
)


class Expansion:
    """Takes demands apart. `dead` says whether clauses contradict each other at first sight."""

    def __init__(self, library: Library, dead: Callable[[Sequence[Clause]], bool]) -> None:
        self._library = library
        self._dead = dead

    def alternatives(self, demand: Demand, clauses: Sequence[Clause] = ()) -> tuple[list[list[Clause]], bool]:
        """The alternatives, and whether these are all."""
        states = [_State(list(clauses), set(), [(part, (), ()) for part in demand], [])]
        done: list[list[Clause]] = []
        complete = True
        while states:
            following: list[_State] = []
            for state in states:
                if not self._advance(state) or self._dead(state.clauses):
                    continue
                if state.choices:
                    following += [state.chosen(index) for index in range(len(state.choices[0].options))]
                else:
                    done.append(state.clauses)
            complete = complete and len(following) <= MOST_STATES
            states = _spread(following, MOST_STATES)
        return _spread(done, MOST_ALTERNATIVES), complete

    def outline(self, part: Part) -> list[Clause]:
        """What a part asks for whatever is chosen."""
        state = _State([], set(), [(part, (), ())], [])
        return state.clauses if self._advance(state) else []

    def _advance(self, state: "_State") -> bool:
        """Take up what is asked for until only choices are left; False if it is impossible."""
        while state.pending:
            asked, under, within = state.pending.pop()
            if isinstance(asked, Clause):
                state.clauses.append(replace(asked, under=under, within=within))
                continue
            if asked.key in state.seen:
                continue
            state.seen.add(asked.key)
            taken = self._negative(asked) if asked.negated else self._positive(asked)
            if taken.impossible:
                return False
            scope = within
            if not asked.negated and any(
                name in asked.schema for name in _UNEVALUATED if asked.schema is not True
            ):
                scope = (*within, asked.key)
            state.clauses += [replace(one, under=under, within=scope) for one in taken.clauses]
            state.pending += [(part, under, () if part.negated else scope) for part in taken.parts]
            state.choices += [
                _Choice(options, (*under, (asked, keyword)), scope) for keyword, options in taken.choices
            ]
        return True

    def _positive(self, part: Part) -> Taken:
        if part.schema is True:
            return Taken()
        if part.schema is False:
            return Taken(impossible=True)
        taken = Taken()
        for keyword, value in part.schema.items():
            if keyword in _REFERENCES:
                taken.parts.append(followed(self._library, part, value))
            elif keyword == "allOf":
                taken.parts += [part.child("allOf", index) for index in range(len(value))]
            elif keyword == "required":
                mini = part.keyword(keyword)
                taken.clauses += [Clause(mini, keyword, name) for name in value]
            elif keyword in PLAIN:
                taken.clauses.append(Clause(part.keyword(keyword), keyword))
            elif keyword in _CHOICES:
                taken.choices += [(keyword, options) for options in self._options(part, keyword)]
        return taken

    def _options(self, part: Part, keyword: str) -> Iterable[list[list[Asked]]]:
        value = part.schema[keyword]
        if keyword == "anyOf":
            yield [[part.child(keyword, index)] for index in range(len(value))]
        elif keyword == "oneOf":
            yield [self._one_of(part, index) for index in range(len(value))]
        elif keyword == "not":
            yield [[part.child(keyword).opposite()]]
        elif keyword == "if":
            then: list[Asked] = [part.child("then")] if "then" in part.schema else []
            other: list[Asked] = [part.child("else")] if "else" in part.schema else []
            if then or other:
                yield [[part.child("if"), *then], [part.child("if").opposite(), *other]]
        else:
            for name in value:
                absent = part.made({"properties": {name: False}})
                present = part.made({"required": [name]})
                yield [[absent], [present, part.child(keyword, name)]]

    def _one_of(self, part: Part, index: int) -> list[Asked]:
        """One branch, and none of those that it doesn't exclude anyway."""
        mine = part.child("oneOf", index)
        others = [part.child("oneOf", one) for one in range(len(part.schema["oneOf"])) if one != index]
        tags = self._tags(mine)
        return [mine, *(other.opposite() for other in others if not _apart(tags, self._tags(other)))]

    def _tags(self, part: Part) -> "_Tags":
        kinds: set[str] | None = None
        said: dict[str, list[Any]] = {}
        required: set[str] = set()
        for clause in self.outline(part):
            if clause.negated:
                continue
            if clause.keyword == "type":
                kinds = set([clause.value] if isinstance(clause.value, str) else clause.value)
            elif clause.keyword == "required":
                required.add(str(clause.name))
            elif clause.keyword == "properties":
                for name in clause.value:
                    inner = (
                        self.outline(clause.part.child("properties", name))
                        if _tagged(clause.value[name])
                        else []
                    )
                    for one in inner:
                        if one.keyword in ("const", "enum") and not one.negated:
                            said[name] = [one.value] if one.keyword == "const" else one.value
        return _Tags(kinds, said, required)

    def _negative(self, part: Part) -> Taken:
        if part.schema is True:
            return Taken(impossible=True)
        if part.schema is False:
            return Taken()
        options = [option for keyword in part.schema for option in self._broken(part, keyword)]
        if not options:
            return Taken(impossible=True)
        return Taken(choices=[("not", options)])

    def _broken(self, part: Part, keyword: str) -> Iterable[list[Asked]]:
        """The ways in which a value can break one keyword of a (negated) part."""
        value = part.schema[keyword]
        mini = part.keyword(keyword)
        if keyword in _REFERENCES:
            yield [followed(self._library, part, value)]
        elif keyword in ("properties", "patternProperties", "prefixItems"):
            names = range(len(value)) if keyword == "prefixItems" else value
            for name in names:
                yield [Clause(mini, keyword, name)]
        elif keyword == "required":
            for name in value:
                yield [Clause(mini, keyword, name)]
        elif keyword == "contains":
            yield from _broken_contains(part)
        elif keyword == "dependentRequired":
            for name, needed in value.items():
                for one in needed:
                    schema = {"type": "object", "required": [name], "properties": {one: False}}
                    yield [part.made(schema)]
        elif keyword in PLAIN:
            yield [Clause(mini, keyword)]
        elif keyword == "not":
            yield [part.child(keyword)]
        elif keyword in ("allOf", "anyOf", "oneOf", "if", "dependentSchemas"):
            yield from _broken_choice(part, keyword)


@dataclass(frozen=True, slots=True)
class _Choice:
    options: list[list[Asked]]
    under: tuple[Mark, ...]
    within: tuple[Key, ...]


@dataclass(slots=True)
class _State:
    clauses: list[Clause]
    seen: set[Key]
    pending: list[tuple[Asked, tuple[Mark, ...], tuple[Key, ...]]]
    choices: list[_Choice]

    def chosen(self, index: int) -> "_State":
        """The state with one option of its first choice taken."""
        choice, *rest = self.choices
        pending = [
            (asked, choice.under, () if isinstance(asked, Part) and asked.negated else choice.within)
            for asked in choice.options[index]
        ]
        return _State(list(self.clauses), set(self.seen), list(pending), rest)


def _spread(some: list[Any], most: int) -> list[Any]:
    """Some of them, from all over the list."""
    return some if len(some) <= most else [some[index * len(some) // most] for index in range(most)]


@dataclass(frozen=True, slots=True)
class _Tags:
    """What tells a branch from others at first sight."""

    kinds: set[str] | None
    said: dict[str, list[Any]]
    required: set[str]


def _tagged(schema: Any) -> bool:
    return isinstance(schema, dict) and not {"const", "enum", *_REFERENCES}.isdisjoint(schema)


def _apart(one: _Tags, other: _Tags) -> bool:
    """Whether no value can be both."""
    if one.kinds is not None and other.kinds is not None:
        kinds = one.kinds | ({"integer"} if "number" in one.kinds else set())
        others = other.kinds | ({"integer"} if "number" in other.kinds else set())
        if kinds.isdisjoint(others):
            return True
    if one.kinds != {"object"} and other.kinds != {"object"}:
        return False
    return any(
        name in one.required | other.required and not any(value in other.said[name] for value in values)
        for name, values in one.said.items()
        if name in other.said
    )


def _broken_contains(part: Part) -> Iterable[list[Asked]]:
    inner = part.schema["contains"]
    least, most = int(part.schema.get("minContains", 1)), part.schema.get("maxContains")
    if least > 0:
        schema = {"type": "array", "contains": inner, "minContains": 0, "maxContains": least - 1}
        yield [part.made(schema)]
    if most is not None:
        yield [part.made({"type": "array", "contains": inner, "minContains": int(most) + 1})]


def _broken_choice(part: Part, keyword: str) -> Iterable[list[Asked]]:
    """For a negated part; `child` gives what is asked for, `opposite` what is refused."""
    value = part.schema[keyword]
    if keyword == "allOf":
        for index in range(len(value)):
            yield [part.child(keyword, index, negated=True)]
    elif keyword == "anyOf":
        yield [part.child(keyword, index, negated=True) for index in range(len(value))]
    elif keyword == "oneOf":
        yield [part.child(keyword, index, negated=True) for index in range(len(value))]
        for one, other in list(combinations(range(len(value)), 2))[:8]:
            yield [part.child(keyword, one), part.child(keyword, other)]
    elif keyword == "if":
        if "then" in part.schema:
            yield [part.child("if"), part.child("then", negated=True)]
        if "else" in part.schema:
            yield [part.child("if", negated=True), part.child("else", negated=True)]
    else:
        for name in value:
            yield [
                part.made({"type": "object", "required": [name]}),
                part.child(keyword, name, negated=True),
            ]
