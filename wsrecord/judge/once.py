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


def _same_end(findings: list[Finding]) -> list[Finding]:
    """Put together what is missing in one session under keys that agree."""
    groups: list[list[Finding]] = []
    left: list[Finding] = []
    for finding in findings:
        keys = _open(finding)
        if keys is None:
            left.append(finding)
            continue
        for group in groups:
            first = group[0]
            if (
                first.place.session == finding.place.session
                and first.contract == finding.contract
                and not (_is_flow(finding) and any(map(_is_flow, group)))
                and any(_agree(keys, _open(one) or {}) for one in group)
                and not _two_questions(finding, group)
            ):
                group.append(finding)
                break
        else:
            groups.append([finding])
    return left + [_best(group, _UNFINISHED) for group in groups]


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


def _agree(keys: Mapping[str, object], others: Mapping[str, object]) -> bool:
    """Whether two sets of key values can be of one thing: they share a part, or one asks for none."""
    shared = keys.keys() & others.keys()
    return all(keys[part] == others[part] for part in shared) and bool(shared or not keys or not others)


def _best(group: list[Finding], order: tuple[str, ...]) -> Finding:
    if len(group) == 1:
        return group[0]
    first, *rest = sorted(group, key=lambda finding: order.index(finding.code))
    also = [*first.extra.get("also", ()), *dict.fromkeys(finding.code for finding in rest)]
    return replace(first, extra={**first.extra, "also": also})
