"""One fault, one finding: what several judges saw of one thing is told by the one that says most.

A message that was sent twice breaks its flow, a `unique` and an `increasing`; a request that was never
answered breaks its flow, an `answer` and a budget. What is not told stands in `extra["also"]`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding

# What one event can break at once, the most telling first.
_AT_ONE_EVENT = tuple(
    code.number
    for code in (
        Code.FOREIGN_ID, Code.NOT_UNIQUE, Code.NOT_STARTED, Code.OUTSIDE, Code.AFTER_END, Code.OUT_OF_ORDER,
        Code.KEY_MISSING, Code.NOT_ECHOED, Code.NOT_INCREASING,
    )
)  # fmt: skip
# What an event that has no place in its flow is not owed, either.
_OUT_OF_PLACE = tuple(
    code.number
    for code in (Code.NOT_UNIQUE, Code.NOT_STARTED, Code.OUTSIDE, Code.AFTER_END, Code.OUT_OF_ORDER)
)
# What never came, the most telling first.
_UNFINISHED = tuple(
    code.number
    for code in (
        Code.OPEN_AT_END, Code.NEVER_ENDED, Code.ANSWER_MISSING, Code.FIRST_ANSWER_LATE, Code.RUN_TOO_LONG,
        Code.GAP_TOO_LONG, Code.CUT,
    )
)  # fmt: skip


def settle(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one cassette, each fault once, in the order of sessions and time."""
    left = _same_event(list(findings))
    left = _never_came(left)
    left = _same_end(left)
    return sorted(left, key=_when)


def _when(finding: Finding) -> tuple[int, int, int]:
    place = finding.place
    return place.session or 0, place.t or 0, place.number or 0


def _same_event(findings: list[Finding]) -> list[Finding]:
    groups: dict[object, list[Finding]] = {}
    for at, finding in enumerate(findings):
        place = finding.place
        one = finding.code in _AT_ONE_EVENT and place.number is not None
        key = (finding.contract, place.session, place.number, place.event) if one else at
        groups.setdefault(key, []).append(finding)
    return [_best(group, _AT_ONE_EVENT) for group in groups.values()]


def _never_came(findings: list[Finding]) -> list[Finding]:
    """Leave out answers that are missing because of what a flow tells: it never began, or was not asked."""
    unbegun = [one for one in findings if one.code == Code.NOT_STARTED.number]
    misplaced = {_spot(one) for one in findings if one.code in _OUT_OF_PLACE}
    left: list[Finding] = []
    told: dict[int, list[str]] = {}
    for finding in findings:
        if finding.code != Code.ANSWER_MISSING.number:
            left.append(finding)
            continue
        if _spot(finding) in misplaced:
            continue
        first = next((one for one in unbegun if id(one) not in told and _begins(one, finding)), None)
        if first is None:
            left.append(finding)
        else:
            told[id(first)] = [finding.code]
    return [
        replace(one, extra={**one.extra, "also": [*one.extra.get("also", ()), *told[id(one)]]})
        if id(one) in told
        else one
        for one in left
    ]


def _spot(finding: Finding) -> tuple[object, ...]:
    return finding.contract, finding.place.session, finding.place.number, finding.place.event


def _begins(flow: Finding, answer: Finding) -> bool:
    """Whether the answer that is missing is what the flow should have begun with."""
    keys, asked = flow.extra["key"], answer.extra["open"]
    return (
        flow.contract == answer.contract
        and flow.place.session == answer.place.session
        and (flow.place.number or 0) > (answer.place.number or 0)
        and not {_plain(name) for name in flow.extra["allowed"]}.isdisjoint(answer.extra["missing"])
        and all(keys[part] == asked[part] for part in keys.keys() & asked.keys())
    )


def _same_end(findings: list[Finding]) -> list[Finding]:
    """Put together what is missing in one session: by keys that agree, and by what would end both."""
    groups: list[list[Finding]] = []
    by_session: dict[object, list[list[Finding]]] = {}
    left: list[Finding] = []
    for finding in findings:
        if _open(finding) is None:
            left.append(finding)
            continue
        mine = by_session.setdefault((finding.contract, finding.place.session), [])
        for group in mine:
            if any(_one_end(finding, one) for one in group) and not _two_questions(finding, group):
                group.append(finding)
                break
        else:
            mine.append([finding])
            groups.append(mine[-1])
    return left + [_best(group, _UNFINISHED) for group in groups]


def _one_end(finding: Finding, other: Finding) -> bool:
    """Whether one event is missing in both: their keys agree, and where those say nothing, its name."""
    keys, others = _open(finding) or {}, _open(other) or {}
    shared = keys.keys() & others.keys()
    if any(keys[part] != others[part] for part in shared) or (keys and others and not shared):
        return False
    if shared and not (_is_flow(finding) and _is_flow(other)):
        return True
    return not _missing(finding).isdisjoint(_missing(other))


def _missing(finding: Finding) -> set[str]:
    return {_plain(name) for name in finding.extra["missing"]}


def _plain(name: str) -> str:
    """The name without the side that an order may have before it."""
    side, colon, rest = name.partition(":")
    return rest if colon and side in ("client", "server") else name


def _two_questions(finding: Finding, group: list[Finding]) -> bool:
    """Whether another rule misses another answer, with no key that would say that both are of one thing."""
    code, rule = Code.ANSWER_MISSING.number, finding.extra.get("rule")
    return finding.code == code and any(
        one.code == code and one.extra.get("rule") != rule and not _open(finding) and not _open(one)
        for one in group
    )


def _is_flow(finding: Finding) -> bool:
    return finding.flow is not None


def _open(finding: Finding) -> Mapping[str, object] | None:
    """The key values of what is missing; None if nothing is."""
    if finding.code not in _UNFINISHED:
        return None
    found = finding.extra.get("key" if finding.flow is not None else "open")
    return found if isinstance(found, Mapping) else None


def _best(group: list[Finding], order: tuple[str, ...]) -> Finding:
    if len(group) == 1:
        return group[0]
    first, *rest = sorted(group, key=lambda finding: order.index(finding.code))
    also = [*first.extra.get("also", ()), *dict.fromkeys(finding.code for finding in rest)]
    return replace(first, extra={**first.extra, "also": also})
