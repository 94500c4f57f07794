"""What a client can say under a contract: right values with holes, odd but right ones, and wrong by one rule.

Whether a value is right is never assumed: the contract's validators say so, of each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Contract, EventKey, EventSpec
from wsrecord.contract.pointer import Pointer, rule_at, written
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import ContractError

from .drawn import Drawn
from .moves import CANARY, GIVEN, NEW, filled, hole
from .roles import Given, Roles, opens, roles
from .schema import words
from .stand_ins import holds, places, stands_in
from .values import broken_of, candidates, made_of, variants_of

_SAMPLE = "3f2a1c90-5b7d-4e86-9a41-c0de5eed0001"
_SAMPLES = (_SAMPLE, "f0e4d2c6-a1b3-4c5d-8e6f-ab0cde1f2a3b", "00718293-8475-4920-b613-580274916358")
_BIRD = "canary-0123456789ab"
_REPAIRS = 40
_IDS = 6  # odd values of an id
_SEEDS = 12  # recorded values of one event that are kept


@dataclass(slots=True)
class Term:
    """One event of the client's."""

    name: str
    spec: EventSpec
    roles: Roles
    plain: Any  # a right value, with holes
    answered: bool  # whether the contract says that something follows
    drawn: Drawn
    seeds: list[Any] = field(default_factory=list)  # right values as they were recorded, with holes
    samples: dict[Pointer, Any] = field(default_factory=dict)  # what stands in for given values
    secrets: dict[Pointer, str] = field(default_factory=dict)  # texts with placeholders: right as they are

    @property
    def needs(self) -> tuple[Given, ...]:
        """What the server has to say first."""
        return tuple(role for role in self.roles.values() if isinstance(role, Given))


class Vocabulary:
    """The events of a client's, and the values of each."""

    def __init__(self, contract: Contract, dialogues: Sequence[Dialogue] = ()) -> None:
        self.contract = contract
        self.terms: dict[str, Term] = {}
        self._variants: dict[str, list[tuple[str, Any]]] = {}  # they are asked for often
        self.unservable: dict[str, str] = {}  # events that no value was found for, and why
        self._classify = Classifier(contract).classify
        recorded = _recorded(dialogues)
        for key, spec in contract.events.items():
            if key.sender == "client":
                self._add(key, spec, recorded.get(key.name, []), dialogues)

    def right(self, term: Term, value: Any) -> bool:
        """Whether a value with holes is this event, and right."""
        return self._right(term.spec, self._filled(term, value))

    def wrong(self, term: Term, value: Any) -> str | None:
        """The first rule that a value with holes breaks; None: it is right."""
        full = self._filled(term, value)
        if self._right(term.spec, full):
            return None
        faults = term.spec.schema.validate(full) if term.spec.schema is not None else []
        first = next(iter(faults), None)
        return "an event that there is" if first is None else rule_at(first.keyword, first.pointer)

    def that(self, value: Any) -> Term | None:
        """The event that a value with holes is, if it is right."""
        return next((term for term in self.terms.values() if self.right(term, value)), None)

    def variants(self, term: Term) -> list[tuple[str, Any]]:
        """Right values that are odd in one place, with what is odd about them; plain ones aside."""
        if term.name not in self._variants:
            self._variants[term.name] = list(self._varied(term))
        return self._variants[term.name]

    def confided(self, term: Term) -> Any:
        """A right value with a text in it that nobody but its user can know; None if it has no such text."""
        for pointer in _texts(term.plain):
            if pointer != self.contract.name_at and pointer not in term.roles:
                value = put(term.plain, pointer, {CANARY: 1})
                if self.right(term, value):
                    return value
        return None

    def _varied(self, term: Term) -> Iterator[tuple[str, Any]]:
        said = self._words(term.spec)
        seen = [term.plain]
        for seed in term.seeds:
            if seed not in seen:
                seen.append(seed)
                yield "as recorded", seed
        for pointer, value in _by_turns(self._places(term, said, partial(self._odd, term))):
            changed = put(term.plain, pointer, value)
            if changed not in seen and self.right(term, changed):
                seen.append(changed)
                yield written(pointer), changed

        for value in term.drawn.values():
            changed = self._with_secrets(term, self._with_holes(term, value))
            if changed not in seen and self.right(term, changed):
                seen.append(changed)
                yield "drawn", changed

    def _odd(self, term: Term, at: Pointer, said: Mapping[str, Any]) -> Iterator[Any]:
        """Odd values for one place: few where an id stands."""
        if at in term.secrets:
            return iter(())
        texts = [seed for seed in (get(seed, at) for seed in term.seeds) if isinstance(seed, str)]
        texts = [text for text in texts if not holds(text)]
        found = variants_of(said, texts)
        return found if at not in term.roles else islice((one for one in found if one not in texts), _IDS)

    def breaks(self, term: Term) -> Iterator[tuple[str, Any]]:
        """Values that break one rule, with the rule."""
        said = self._words(term.spec)
        for name in said.get("required", ()):
            if isinstance(term.plain, dict) and name in term.plain:
                rest = {key: value for key, value in term.plain.items() if key != name}
                if not self.right(term, rest):
                    yield f"required at /{name}", rest
        if isinstance(term.plain, dict):
            for name in ("colour", "__proto__"):
                more = {**term.plain, name: "red"}
                if not self.right(term, more):
                    yield "additionalProperties", more
        for pointer, (rule, value) in _by_turns(self._places(term, said, lambda _, words: broken_of(words))):
            wrong = put(term.plain, pointer, value)
            if rule == "surrogate" or not self.right(term, wrong):
                yield rule_at(rule, written(pointer)), wrong
        for rule, value in term.drawn.broken():
            but = rule.rpartition(" at ")[2]
            wrong = self._with_secrets(term, self._with_holes(term, value, but=but), but=but)
            if not self.right(term, wrong):
                yield rule, wrong

    def _add(
        self, key: EventKey, spec: EventSpec, recorded: list[Any], dialogues: Sequence[Dialogue]
    ) -> None:
        found = roles(self.contract, key.name, dialogues)
        plain = next((value for value in sorted(recorded, key=_size) if self._right(spec, value)), None)
        drawn = Drawn(self.contract, key)
        if plain is None:
            plain = self._made(spec, key)
        if plain is None and drawn.simplest is not None and self._right(spec, drawn.simplest):
            plain = drawn.simplest
        if plain is None:
            self.unservable[key.name] = (
                "no right value was found; record a session in which the client says it"
            )
            return
        term = Term(key.name, spec, {}, None, opens(self.contract, key.name), drawn)
        term.roles = {at: role for at, role in found.items() if get(plain, at) is not None}
        term.samples = {at: get(plain, at) for at in term.roles}
        term.plain = self._with_holes(term, plain)
        term.secrets = dict(places(term.plain))
        seeds = (self._with_holes(term, value) for value in recorded if self._right(spec, value))
        term.seeds = list(islice((seed for seed in seeds if self.right(term, seed)), _SEEDS))
        self.terms[key.name] = term

    def _with_holes(self, term: Term, value: Any, *, but: str | None = None) -> Any:
        """A value with holes for what has a role; `but`: of a wrong value, the place that is wrong."""
        number = 0
        for pointer, role in term.roles.items():
            if get(value, pointer) is None or (but is not None and but.startswith(written(pointer))):
                continue
            if isinstance(role, Given):
                value = put(value, pointer, {GIVEN: [role.event, role.pointer]})
                continue
            number += 1
            with_hole = put(value, pointer, {NEW: number})
            # an id that is no free text is left as it is
            value = with_hole if but is not None or self._whatever(term, with_hole) else value
        return value

    def _whatever(self, term: Term, value: Any) -> bool:
        """Whether a value is right, whichever ids are made up for it."""
        return all(self._right(term.spec, self._filled(term, value, new=sample)) for sample in _SAMPLES)

    def _filled(self, term: Term, value: Any, *, new: str = _SAMPLE) -> Any:
        return filled(value, lambda kind, what: new if kind == NEW else self._stand_in(term, kind, what))

    def _with_secrets(self, term: Term, value: Any, *, but: str | None = None) -> Any:
        """A drawn value with the secrets that the plain one has: nobody draws those."""
        for pointer, text in term.secrets.items():
            if get(value, pointer) is not None and not (but is not None and but.startswith(written(pointer))):
                value = put(value, pointer, text)
        return value

    def _stand_in(self, term: Term, kind: str, what: Any) -> Any:
        if kind == CANARY:
            return _BIRD
        for pointer, role in term.roles.items():
            if isinstance(role, Given) and [role.event, role.pointer] == list(what[:2]):
                return term.samples[pointer]
        return _SAMPLE

    def _right(self, spec: EventSpec, value: Any) -> bool:
        try:
            event = self._classify(Unit(value, "client"))
        except ContractError:
            return False
        if not isinstance(event, Event) or event.spec is not spec:
            return False
        if spec.schema is None or spec.schema.is_valid(value):
            return True
        # how long a secret is, and what it is like, nobody knows
        return holds(value) and not spec.schema.faults(value, stands_in)

    def _words(self, spec: EventSpec) -> dict[str, Any]:
        if spec.schema is None:
            return {}
        return words(spec.schema.library, spec.schema.uri, spec.schema.value)

    def _made(self, spec: EventSpec, key: EventKey) -> Any:
        """A value by the schema's words; where a validator finds fault, other words are tried."""
        if spec.schema is None:
            value: Any = {}
        else:
            value = made_of(spec.schema.library, self._words(spec))
        if self.contract.name_at is not None and isinstance(value, dict):
            value = put(value, self.contract.name_at, key.name)
        tried: dict[str, int] = {}
        for _ in range(_REPAIRS):
            if self._right(spec, value):
                return value
            faults = spec.schema.validate(value) if spec.schema is not None else []
            place = next((one.pointer for one in faults if one.pointer), None)
            if place is None:
                return None
            number = tried[place] = tried.get(place, -1) + 1
            options = candidates()
            if number >= len(options):
                return None
            pointer = tuple(part.replace("~1", "/").replace("~0", "~") for part in place[1:].split("/"))
            value = put(value, pointer, options[number])
        return None

    def _places(
        self, term: Term, said: Mapping[str, Any], of: Any, at: Pointer = ()
    ) -> Iterator[tuple[Pointer, Any]]:
        """What `of` makes of each place's words, the event's name aside."""
        library = term.spec.schema.library if term.spec.schema is not None else None
        if library is None or len(at) > 2:
            return
        fields = said.get("properties", {}).items()
        for name, schema in sorted(fields, key=lambda field: not _is_choice(field[1])):
            pointer = (*at, name)
            if pointer == self.contract.name_at:
                continue
            inner = words(library, schema.get("$at", "") if isinstance(schema, dict) else "", schema)
            yield from ((pointer, value) for value in of(pointer, inner))
            if get(term.plain, pointer) is not None:
                yield from self._places(term, inner, of, pointer)


def _recorded(dialogues: Iterable[Dialogue]) -> dict[str, list[Any]]:
    """What clients said in recordings, by event."""
    found: dict[str, list[Any]] = {}
    for dialogue in dialogues:
        for one in dialogue.occurrences:
            if one.sender == "client" and one.unit is not None and one.unit.readable:
                found.setdefault(one.kind, []).append(one.value)
    return found


def _by_turns(places: Iterable[tuple[Pointer, Any]]) -> Iterator[tuple[Pointer, Any]]:
    """Of each place one, as long as there are any: breadth first."""
    rows: dict[Pointer, list[Any]] = {}
    for pointer, value in places:
        rows.setdefault(pointer, []).append(value)
    for number in range(max(map(len, rows.values()), default=0)):
        yield from ((pointer, row[number]) for pointer, row in rows.items() if number < len(row))


def _texts(value: Any, at: Pointer = ()) -> Iterator[Pointer]:
    """Where texts stand."""
    if hole(value) is not None:
        return
    if isinstance(value, str):
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _texts(one, (*at, str(name)))


def _is_choice(schema: Any) -> bool:
    """Whether a field has a few values only: they are tried first."""
    return isinstance(schema, dict) and ("enum" in schema or schema.get("type") == "boolean")


def _size(value: Any) -> int:
    return len(repr(value))


def get(value: Any, pointer: Pointer) -> Any:
    """What stands at a place; None if nothing does."""
    for part in pointer:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def put(value: Any, pointer: Pointer, new: Any) -> Any:
    """A copy with something else at a place; what leads there is made where it is missing."""
    if not pointer:
        return new
    made = deepcopy(value)
    inner = made
    for part in pointer[:-1]:
        if isinstance(inner, list) and part.isdigit() and int(part) < len(inner):
            inner = inner[int(part)]
        elif isinstance(inner, dict):
            inner = inner.setdefault(part, {})
        else:
            return made
    if isinstance(inner, list) and pointer[-1].isdigit() and int(pointer[-1]) < len(inner):
        inner[int(pointer[-1])] = new
    elif isinstance(inner, dict):
        inner[pointer[-1]] = new
    return made
