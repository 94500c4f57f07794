"""What of a contract was exercised, and one score. `docs/check.md` has both formulas.

Coverage counts events, places and endings of flows, and the points of schemas. The percentage that
`--min-coverage` asks for is of events, places and endings: what a scenario can lead to.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.coverage import Coverage
from wsrecord.contract.model import Contract, Increasing, Unique
from wsrecord.errors import ContractError
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.shown import Shown

_WEIGHTS = {"events": 40, "flows": 40, "pairs": 20}
_KINDS = {"branch": "branches", "enum": "enum_values", "field": "optional_fields", "type": "types"}
_MOST_STATES = 2000


def document(found: Sequence[Shown]) -> dict[str, Any]:
    """Coverage as plain values: for the report and for the table."""
    return {
        "percent": percent(found),
        "score": score(found),
        "contracts": {one.contract.name: _of_contract(one) for one in found},
    }


def percent(found: Iterable[Shown]) -> float:
    """How much of the events, places and endings was seen, of 100."""
    counts = [pair for one in found for pair in _counts(one)]
    return _share(sum(seen for seen, _ in counts), sum(there for _, there in counts))


def score(found: Sequence[Shown]) -> float:
    """How well what was seen keeps to the contracts, of 100."""
    parts: dict[str, list[float]] = {name: [] for name in _WEIGHTS}
    for one in found:
        for name, value in _parts(one).items():
            if value is not None:
                parts[name].append(value)
    weighed = {name: sum(values) / len(values) for name, values in parts.items() if values}
    whole = sum(_WEIGHTS[name] for name in weighed)
    total = sum(_WEIGHTS[name] * value for name, value in weighed.items())
    return _floor(100 * total / whole) if whole else 0.0


def low(found: Sequence[Shown], min_coverage: float | None, min_score: float | None) -> Iterator[Finding]:
    """Findings for what is lower than is wanted."""
    covered, reached = percent(found), score(found)
    place = Place(file=found[0].contract.file if found else None)
    if min_coverage is not None and covered < min_coverage:
        yield Code.COVERAGE_LOW.at(
            place,
            f"{covered:g} % of the contract's events and flows was seen, {min_coverage:g} % is wanted",
            expected=f"{min_coverage:g} %",
            got=f"{covered:g} %",
        )
    if min_score is not None and reached < min_score:
        yield Code.SCORE_LOW.at(
            place,
            f"the score is {reached:g}, {min_score:g} is wanted",
            expected=f"{min_score:g}",
            got=f"{reached:g}",
        )


def required(contract: Contract) -> frozenset[tuple[str, str]]:
    """Flow and name of each event without which no instance of the flow can end."""
    return frozenset(
        (flow.name, name)
        for flow in contract.flows.all
        for name in flow.automaton.names
        if not _ends_without(flow.automaton, name)
    )


def _ends_without(automaton: Automaton, name: str) -> bool:
    seen = {automaton.start}
    queue = [automaton.start]
    try:
        while queue:
            state = queue.pop()
            if state.accepts:
                return True
            for one, target in automaton.moves(state).items():
                if one != name and target not in seen:
                    seen.add(target)
                    queue.append(target)
            if len(seen) > _MOST_STATES:
                return True
    except ContractError:  # too large to look at: then nothing of it is called required
        return True
    return False


def _parts(one: Shown) -> dict[str, float | None]:
    return {"events": _events(one), "flows": _flows(one), "pairs": _pairs(one)}


def _events(one: Shown) -> float | None:
    """Required events seen, times units that are right."""
    if not one.units:
        return None if one.refused and one.refused == one.sessions else 0.0
    wanted = {name.rpartition(":")[2] for _, name in required(one.contract)}
    names = {key.name for key in one.events}
    seen = len(wanted & names) / len(wanted) if wanted else 1.0
    return seen * one.sound / one.units


def _flows(one: Shown) -> float | None:
    """Instances that ended well, of those that were not cut off."""
    opened = one.opened.total() - one.cut.total()
    return max(0.0, 1 - one.broken.total() / opened) if opened > 0 else None


def _pairs(one: Shown) -> float | None:
    """What rules that pair values or events found right."""
    kinds = (Increasing, Unique)
    tallies = [
        tally
        for number, tally in one.tallies.items()
        if not isinstance(one.contract.rules[number], kinds) and tally.subjects
    ]
    subjects = sum(tally.subjects for tally in tallies)
    return max(0.0, 1 - sum(tally.wrong for tally in tallies) / subjects) if subjects else None


def _counts(one: Shown) -> Iterator[tuple[int, int]]:
    yield len(one.events), len(one.contract.events)
    for flow in one.contract.flows.all:
        covered = one.covered.get(flow.name, Coverage())
        yield len(covered.places), len(flow.automaton.places)
        yield len(covered.endings), len(flow.automaton.endings)


def _of_contract(one: Shown) -> dict[str, Any]:
    contract = one.contract
    found: dict[str, Any] = {
        "percent": percent([one]),
        "score": score([one]),
        "parts": {
            name: None if value is None else _floor(100 * value) for name, value in _parts(one).items()
        },
        "events": {str(key): one.events[key] for key in contract.events},
        "flows": {},
        "rules": [
            {
                "rule": type(rule).__name__.lower(),
                "where": rule.where,
                "judged": one.tallies[number].subjects if number in one.tallies else 0,
            }
            for number, rule in enumerate(contract.rules)
        ],
        "schemas": {},
    }
    for flow in contract.flows.all:
        covered = one.covered.get(flow.name, Coverage())
        found["flows"][flow.name] = {
            "instances": one.opened[flow.name],
            "places": [len(covered.places), len(flow.automaton.places)],
            "unread": [place.label for place in covered.unread(flow.automaton)],
            "endings": [len(covered.endings), len(flow.automaton.endings)],
            "unended": list(covered.unended(flow.automaton)),
        }
    found["schemas"] = _schemas(one)
    return found


def _schemas(one: Shown) -> dict[str, Any]:
    """By event and kind: how many points there are, how many were seen, which were not."""
    found: dict[str, Any] = {}
    if one.points is None:
        return found
    for key, points in one.points.all.items():
        for kind, title in _KINDS.items():
            mine = [point for point in points if point.kind == kind]
            if mine:
                unseen = [point for point in mine if point not in one.seen]
                found.setdefault(str(key), {})[title] = {
                    "seen": [len(mine) - len(unseen), len(mine)],
                    "unseen": [{"label": point.label, "schema": point.where} for point in unseen],
                }
    return found


def _share(part: int, whole: int) -> float:
    return _floor(100 * part / whole) if whole else 0.0


def _floor(value: float) -> float:
    """To a tenth, never rounded up: 100 is all of it."""
    return int(value * 10 + 1e-9) / 10
