"""From clauses to facts: one small function for each keyword, and one for its opposite."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from wsrecord.contract.formats import FORMATS

from .clauses import Clause
from .facts import KINDS, Facts, Held, Members, Row, Said, Some, Unevaluated, identity, without

_TYPES = {name: (name,) for name in KINDS} | {"number": ("integer", "fraction")}


def facts_of(clauses: Sequence[Clause]) -> Facts:
    """What the clauses come to."""
    facts = Facts()
    for clause in clauses:
        (_REFUSED if clause.negated else _ASKED)[clause.keyword](facts, clause)
    facts.settle()
    return facts


def exact(number: float) -> Fraction:
    """A number as JSON writes it: 0.1 is a tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def common(steps: Sequence[Fraction]) -> Fraction:
    """The smallest number that is a multiple of all."""
    made = steps[0]
    for step in steps[1:]:
        top = lcm(made.numerator * step.denominator, step.numerator * made.denominator)
        made = Fraction(top, made.denominator * step.denominator)
    return made


def _type(facts: Facts, clause: Clause) -> None:
    value = clause.value
    names = [value] if isinstance(value, str) else value
    kinds = {kind for name in names for kind in _TYPES[name]}
    facts.kinds &= (set(KINDS) - kinds) if clause.negated else kinds


def _enum(facts: Facts, clause: Clause) -> None:
    values = [clause.value] if clause.keyword == "const" else clause.value
    if clause.negated:
        facts.excluded += values
    elif facts.allowed is None:
        facts.allowed = list(values)
    else:
        kept = {identity(value) for value in values}
        facts.allowed = [value for value in facts.allowed if identity(value) in kept]
    if facts.allowed is not None:
        facts.allowed = without(facts.allowed, facts.excluded)


def _bound(facts: Facts, clause: Clause) -> None:
    bound = exact(clause.value)
    if clause.negated:
        facts.only("integer", "fraction")
    lower = clause.keyword in ("minimum", "exclusiveMinimum")
    is_open = clause.keyword.startswith("exclusive") is not clause.negated
    if lower is not clause.negated:
        facts.at_least(bound, is_open=is_open)
    else:
        facts.at_most(bound, is_open=is_open)


def _step(facts: Facts, clause: Clause) -> None:
    if clause.negated:
        facts.only("integer", "fraction")
        facts.refused.append(("multipleOf", Said(exact(clause.value), clause.part.place)))
    else:
        facts.steps.append(exact(clause.value))


def _least(attribute: str, kind: str, opposite: str) -> Callable[[Facts, Clause], None]:
    """minLength, minItems, minProperties; where negated, one less is the most."""

    def fold(facts: Facts, clause: Clause) -> None:
        if not clause.negated:
            setattr(facts, attribute, max(getattr(facts, attribute), int(clause.value)))
            return
        facts.only(kind)
        if clause.value <= 0:
            facts.kinds.clear()
        held = getattr(facts, opposite)
        most = int(clause.value) - 1
        setattr(facts, opposite, most if held is None else min(held, most))

    return fold


def _most(attribute: str, kind: str, opposite: str) -> Callable[[Facts, Clause], None]:
    def fold(facts: Facts, clause: Clause) -> None:
        value = int(clause.value)
        if clause.negated:
            facts.only(kind)
            setattr(facts, opposite, max(getattr(facts, opposite), value + 1))
            return
        held = getattr(facts, attribute)
        setattr(facts, attribute, value if held is None else min(held, value))

    return fold


def _pattern(facts: Facts, clause: Clause) -> None:
    said = Said(clause.value, clause.part.place)
    if clause.negated:
        facts.only("string")
        facts.refused.append(("pattern", said))
    else:
        facts.patterns.append(said)


def _format(facts: Facts, clause: Clause) -> None:
    said = Said(clause.value, clause.part.place)
    if clause.negated:
        facts.only(*(["string"] if clause.value in FORMATS else []))
        facts.refused.append(("format", said))
    elif clause.value in FORMATS:
        facts.formats.append(said)


def _required(facts: Facts, clause: Clause) -> None:
    name = str(clause.name)
    if clause.negated:
        facts.only("object")
        facts.fields[name] = (*facts.fields.get(name, ()), clause.part.made(schema=False))
    else:
        facts.required.setdefault(name, clause.part.place)


def _members(facts: Facts, clause: Clause) -> None:
    """The three keywords that speak of fields; additionalProperties brings the names it doesn't mean."""
    part = clause.part
    if clause.negated:
        _wrong_member(facts, clause)
        return
    if clause.keyword == "properties":
        named = {name: part.child("properties", name) for name in clause.value}
        facts.members.append(Members(named, {}, None, clause.within))
    elif clause.keyword == "patternProperties":
        patterns = {pattern: part.child("patternProperties", pattern) for pattern in clause.value}
        facts.members.append(Members({}, patterns, None, clause.within))
    else:
        facts.members.append(_others(clause, part.child("additionalProperties")))


def _others(clause: Clause, value: Any) -> Members:
    """Names that are another keyword's say nothing here: true stands for them."""
    part = clause.part
    anything = part.made(schema=True)
    named = dict.fromkeys(part.schema.get("properties", ()), anything)
    patterns = dict.fromkeys(part.schema.get("patternProperties", ()), anything)
    return Members(named, patterns, value, clause.within)


def _wrong_member(facts: Facts, clause: Clause) -> None:
    part, name = clause.part, clause.name
    facts.only("object")
    if clause.keyword == "properties":
        wrong = part.child("properties", str(name), negated=True)
        facts.required.setdefault(str(name), part.place)
        facts.fields[str(name)] = (*facts.fields.get(str(name), ()), wrong)
    elif clause.keyword == "patternProperties":
        wrong = part.child("patternProperties", str(name), negated=True)
        facts.some.append(Some(str(name), None, (), (wrong,)))
    else:
        wrong = part.child("additionalProperties", negated=True)
        facts.some.append(Some(None, _others(clause, None), (), (wrong,)))


def _names(facts: Facts, clause: Clause) -> None:
    if clause.negated:
        facts.only("object")
        facts.some.append(Some(None, None, (clause.part.child("propertyNames", negated=True),), ()))
    else:
        facts.names = (*facts.names, clause.part.child("propertyNames"))


def _needs(facts: Facts, clause: Clause) -> None:
    facts.needs += [(name, one) for name, needed in clause.value.items() for one in needed]


def _items(facts: Facts, clause: Clause) -> None:
    part = clause.part
    before = len(part.schema.get("prefixItems", ()))
    if clause.negated:
        facts.only("array")
        _wrong_item(facts, before, part.child("items", negated=True))
    else:
        anything = part.made(schema=True)
        facts.rows.append(Row((anything,) * before, part.child("items"), clause.within))


def _first_items(facts: Facts, clause: Clause) -> None:
    if clause.negated:
        facts.only("array")
        index = int(clause.name or 0)
        _wrong_item(facts, index, clause.part.child("prefixItems", index, negated=True))
    else:
        first = tuple(clause.part.child("prefixItems", index) for index in range(len(clause.value)))
        facts.rows.append(Row(first, None, clause.within))


def _wrong_item(facts: Facts, index: int, wrong: Any) -> None:
    facts.fewest = max(facts.fewest, index + 1)
    facts.at[index] = (*facts.at.get(index, ()), wrong)


def _contains(facts: Facts, clause: Clause) -> None:
    schema = clause.part.schema
    least, most = int(schema.get("minContains", 1)), schema.get("maxContains")
    facts.held.append(Held(clause.part.child("contains"), least, None if most is None else int(most)))
    facts.fewest = max(facts.fewest, least)


def _unique(facts: Facts, clause: Clause) -> None:
    if clause.negated:
        facts.only(*(["array"] if clause.value else []))
        facts.repeated = True
        facts.fewest = max(facts.fewest, 2)
    elif clause.value:
        facts.unique = True


def _unevaluated(facts: Facts, clause: Clause) -> None:
    items = clause.keyword == "unevaluatedItems"
    scope = clause.within[-1] if clause.within else clause.part.key
    if clause.negated:
        # only what the schema's own keywords speak of is known here; the validators see to the rest
        wrong = clause.part.child(clause.keyword, negated=True)
        facts.only("array" if items else "object")
        if items:
            _wrong_item(facts, facts.prefix(), wrong)
        else:
            facts.some.append(Some(None, None, (), (wrong,)))
        return
    left = facts.left_items if items else facts.left_fields
    left.append(Unevaluated(scope, clause.part.child(clause.keyword), clause.within))


_BOTH: dict[str, Callable[[Facts, Clause], None]] = {
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
    "exclusiveMaximum": _bound,
    "multipleOf": _step,
    "minLength": _least("shortest", "string", "longest"),
    "maxLength": _most("longest", "string", "shortest"),
    "minItems": _least("fewest", "array", "most"),
    "maxItems": _most("most", "array", "fewest"),
    "minProperties": _least("least", "object", "largest"),
    "maxProperties": _most("largest", "object", "least"),
    "pattern": _pattern,
    "format": _format,
    "required": _required,
    "properties": _members,
    "patternProperties": _members,
    "additionalProperties": _members,
    "propertyNames": _names,
    "items": _items,
    "prefixItems": _first_items,
    "uniqueItems": _unique,
    "unevaluatedProperties": _unevaluated,
    "unevaluatedItems": _unevaluated,
}
_ASKED = _BOTH | {"contains": _contains, "dependentRequired": _needs}
_REFUSED = _BOTH
