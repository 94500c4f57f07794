"""Oddities of places: pointers of keys, rules and isolation that lead nowhere."""

from collections.abc import Iterator

from ..model import Answer, Concat, Contract, Echo, EventKey, Increasing, Rule, Selector, Unique
from ..pointer import Pointer, written
from ..reach import Reach, reach
from .remark import Remark


def place_remarks(contract: Contract) -> Iterator[Remark]:
    """Look at every pointer."""
    for rule in contract.rules:
        for selector in _selectors(rule):
            yield from _selected(contract, selector, rule.where)
    if (isolation := contract.isolation) is not None:
        user = () if isolation.user is None else (isolation.user,)
        for selector in (*user, *isolation.values, *isolation.shared):
            yield from _selected(contract, selector, isolation.where)
    for pin in contract.links.pins:
        for selector in (pin.source, pin.target):
            yield from _selected(contract, selector, pin.where)
    yield from _keys(contract)


def _selectors(rule: Rule) -> tuple[Selector, ...]:
    match rule:
        case Increasing() | Unique():
            return (rule.of,)
        case Echo():
            return (*rule.sources, rule.target)
        case Concat():
            return (rule.of, rule.whole)
        case Answer():
            return ()


def _selected(contract: Contract, selector: Selector, where: str) -> Iterator[Remark]:
    if selector.events is None:
        reaches = {_reach(contract, event, selector.pointer) for event in contract.events}
        if "declared" not in reaches:
            yield from _remark(
                f"{selector}", "impossible" if reaches == {"impossible"} else "open", where, "any event"
            )
        return
    for event in selector.events:
        yield from _remark(f"{selector}", _reach(contract, event, selector.pointer), where, str(event))


def _remark(place: str, found: Reach, where: str, event: str) -> Iterator[Remark]:
    if found == "impossible":
        yield Remark("error", "place-impossible", where, f"{place}: the schema of {event} has no such place")
    elif found == "open":
        yield Remark(
            "warning",
            "place-unspecified",
            where,
            f"{place}: the schema of {event} doesn't speak of this place",
        )


def _keys(contract: Contract) -> Iterator[Remark]:
    flows = {part for flow in contract.flows.all for part in (*flow.spec.key, flow.spec.dedupe)}
    used = flows | {part for rule in (*contract.rules, *contract.budgets) for part in rule.per}
    for key in contract.keys.values():
        if key.name not in used:
            yield Remark(
                "warning", "key-unused", key.where, f"no flow, rule or budget uses the key {key.name}"
            )
        for pointer in key.pointers:
            if not any(_reach(contract, event, pointer) == "declared" for event in contract.events):
                yield Remark(
                    "warning",
                    "key-nowhere",
                    key.where,
                    f"{key.name}: no event's schema speaks of {written(pointer)}",
                )
        for event, pointers in key.own.items():
            for pointer in pointers:
                yield from _remark(
                    f"{key.name}: {event}#{written(pointer)}",
                    _reach(contract, event, pointer),
                    key.where,
                    str(event),
                )


def _reach(contract: Contract, event: EventKey, pointer: Pointer) -> Reach:
    schema = contract.events[event].schema
    return "declared" if schema is None else reach(schema, pointer)[0]
