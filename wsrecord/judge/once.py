"""One fault, one finding: what several judges saw of one thing is told by the one that says most.

A message that was sent twice breaks its flow, a `unique` and an `increasing`; a request that was never
answered breaks its flow, an `answer` and a budget. What is not told stands in `extra["also"]`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding

MOST_LOOKED = 100  # findings that one is compared with
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
# What came too late, the most telling first.
_LATE = tuple(
    code.number for code in (Code.ANSWER_LATE, Code.FIRST_ANSWER_LATE, Code.GAP_TOO_LONG, Code.RUN_TOO_LONG)
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
    left = _same_delay(left)
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


def _same_delay(findings: list[Finding]) -> list[Finding]:
    """One delay may break several limits: between two events, and of the run that they are in."""
    left: list[Finding] = []
    sessions: dict[object, dict[object, list[Finding]]] = {}
    for finding in findings:
        if finding.code in _LATE and "since" in finding.extra:
            between = finding.extra["since"], finding.place.t, finding.place.event
            mine = sessions.setdefault((finding.contract, finding.place.session), {})
            mine.setdefault(between, []).append(finding)
        else:
            left.append(finding)
    for mine in sessions.values():
        left += _without_runs([_best(group, _LATE) for group in mine.values()])
    return left


def _without_runs(late: list[Finding]) -> list[Finding]:
    """Leave out runs that were too long only for the delays in them."""
    causes = sorted(
        (one for one in late if one.code != Code.RUN_TOO_LONG.number), key=lambda one: int(one.extra["since"])
    )
    began = [int(one.extra["since"]) for one in causes]
    also: dict[int, list[str]] = {}
    left: list[Finding] = []
    for one in late:
        start = bisect_left(began, int(one.extra["since"]))
        inside = [
            cause
            for cause in causes[start : start + MOST_LOOKED]
            if (cause.place.t or 0) <= (one.place.t or 0) and _agree(cause.extra["key"], one.extra["key"])
        ]
        spent = one.extra["took"] - sum(cause.extra["took"] for cause in inside)
        if one.code == Code.RUN_TOO_LONG.number and inside and spent <= one.extra["within"]:
            longest = max(inside, key=lambda cause: int(cause.extra["took"]))
            also.setdefault(id(longest), []).append(one.code)
        else:
            left.append(one)
    return [_with(one, also[id(one)]) if id(one) in also else one for one in left]


def _agree(keys: Mapping[str, object], others: Mapping[str, object]) -> bool:
    return all(keys[part] == others[part] for part in keys.keys() & others.keys())


def _with(finding: Finding, also: list[str]) -> Finding:
    """The finding, with the codes of what it tells, too."""
    told = [*finding.extra.get("also", ()), *also]
    return replace(finding, extra={**finding.extra, "also": told})


def _never_came(findings: list[Finding]) -> list[Finding]:
    """Leave out answers that are missing because of what a flow tells: it never began, or was not asked."""
    unbegun: dict[object, list[Finding]] = {}  # by contract, session and what a flow should begin with
    for one in findings:
        if one.code == Code.NOT_STARTED.number:
            for name in set(map(_plain, one.extra["allowed"])):
                unbegun.setdefault((one.contract, one.place.session, name), []).append(one)
    misplaced = {_spot(one) for one in findings if one.code in _OUT_OF_PLACE}
    left: list[Finding] = []
    told: dict[int, list[str]] = {}
    for finding in findings:
        if finding.code != Code.ANSWER_MISSING.number:
            left.append(finding)
            continue
        if _spot(finding) in misplaced:
            continue
        names = [(finding.contract, finding.place.session, name) for name in finding.extra["missing"]]
        near = (one for name in names for one in islice(unbegun.get(name, ()), MOST_LOOKED))
        first = next((one for one in near if id(one) not in told and _begins(one, finding)), None)
        if first is None:
            left.append(finding)
        else:
            told[id(first)] = [finding.code]
    return [_with(one, told[id(one)]) if id(one) in told else one for one in left]


def _spot(finding: Finding) -> tuple[object, ...]:
    return finding.contract, finding.place.session, finding.place.number, finding.place.event


def _begins(flow: Finding, answer: Finding) -> bool:
    """Whether the answer that is missing is what the flow should have begun with."""
    keys, asked = flow.extra["key"], answer.extra["open"]
    return (flow.place.number or 0) > (answer.place.number or 0) and all(
        keys[part] == asked[part] for part in keys.keys() & asked.keys()
    )


def _same_end(findings: list[Finding]) -> list[Finding]:
    """Put together what is missing in one session: by keys that agree, and by what would end both."""
    groups: list[list[Finding]] = []
    near: dict[object, list[list[Finding]]] = {}  # by contract, session, and a key's value or a name
    left: list[Finding] = []
    for finding in findings:
        keys = _open(finding)
        if keys is None:
            left.append(finding)
            continue
        where = finding.contract, finding.place.session
        # Without keys of its own it may be of any group by name; with some also of one without.
        names: list[object] = [(*where, name) for name in _missing(finding)]
        marks: list[object] = [(*where, *item) for item in keys.items()] or names
        looked = [*marks, (*where, None)] if keys else marks
        found = (group for mark in looked for group in islice(near.get(mark, ()), MOST_LOOKED))
        for group in found:
            if any(_one_end(finding, one) for one in group[:MOST_LOOKED]) and not _two_questions(
                finding, group
            ):
                group.append(finding)
                break
        else:
            group = [finding]
            groups.append(group)
        own = [*marks, *names] if keys else [*marks, (*where, None)]
        for mark in own:
            held = near.setdefault(mark, [])
            if not held or held[-1] is not group:
                held.append(group)
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
    return _with(first, list(dict.fromkeys(finding.code for finding in rest)))
