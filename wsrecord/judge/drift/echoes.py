"""One fault, one finding: what only follows from another finding is a remark, and refers to it.

told = one_by_one(findings)     # of one replay, what contracts say and what differs from the recording
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding

from .blame import folded

_ENDS = (Code.ABNORMAL_END, Code.CLOSE_CODE)
_DOORS = (Code.SUBPROTOCOL_DIFFERS, Code.HANDSHAKE_STATUS, Code.NOT_REFUSED, Code.REFUSED_OTHERWISE)
_UNHEARD = (
    *(Code.INVALID_JSON, Code.NOT_UTF8, Code.INVALID_MSGPACK, Code.MALFORMED, Code.WRONG_KIND),
    *(Code.INCOMPLETE, Code.UNNAMED_UNIT, Code.UNKNOWN_EVENT, Code.AMBIGUOUS_EVENT),
)
_LATE = (Code.GAP_TOO_LONG, Code.FIRST_ANSWER_LATE, Code.ANSWER_LATE, Code.RUN_TOO_LONG)
_HELD_UP = (Code.STALLED, Code.NOT_SENT)
# What a finding explains: these codes; in the same session only, or wherever they are.
_EXPLAINS: tuple[tuple[tuple[Code, ...], tuple[Code, ...], bool], ...] = (
    (_ENDS, (Code.ANSWER_MISSING, Code.FIRST_ANSWER_LATE, Code.NEVER_ENDED, Code.OPEN_AT_END), True),
    (_ENDS, (Code.CLOSE_CHANGED,), False),
    (_DOORS, (Code.HANDSHAKE_CHANGED,), False),
    ((Code.WRONG_KIND,), (Code.KIND_CHANGED,), False),
    ((*_ENDS, *_DOORS, *_UNHEARD, *_LATE), _HELD_UP, False),
    ((Code.GAP_TOO_LONG,), (Code.ANSWER_LATE, Code.ANSWER_MISSING, Code.FIRST_ANSWER_LATE), True),
)


def one_by_one(findings: Iterable[Finding]) -> list[Finding]:
    """Each fault by a finding of its own; what it leads to weighs no more than a remark."""
    return _explained(_never_ended(_whole_events(_together(list(findings)))))


def _is(finding: Finding, codes: Iterable[Code]) -> bool:
    return any(finding.code == code.number for code in codes)


def _remark(finding: Finding, why: Finding) -> Finding:
    return replace(finding, severity="info", message=f"{finding.message} (see {why.code})")


def _together(findings: list[Finding]) -> list[Finding]:
    """The same fault of the same place in several kinds of event is told once, with all of them."""
    groups: dict[object, list[Finding]] = {}
    for one in findings:
        groups.setdefault(_sameness(one), []).append(one)
    return [_told_once(group) for group in groups.values()]


def _sameness(finding: Finding) -> object:
    place, code = finding.place, find(finding.code)
    by_place = code is not None and code.group in (Group.SCHEMA, Group.RULE)
    if not by_place or not place.pointer or finding.extra.get("blame") is None:
        return id(finding)
    return (
        *(finding.code, finding.severity, finding.contract, folded(place.pointer), finding.expected),
        *(finding.extra["blame"], finding.extra.get("rule")),
    )


def _told_once(group: Sequence[Finding]) -> Finding:
    events = list(dict.fromkeys(one.place.event for one in group if one.place.event is not None))
    first = group[0]
    if len(group) == 1:
        return first
    others = len(events) - 1
    also = f", in {others} other kind{'s' * (others > 1)} of event too" if others > 0 else ""
    extra = {**first.extra, "times": len(group), "events": events}
    return replace(first, message=f"{first.message} ({len(group)} times{also})", extra=extra)


def _whole_events(findings: list[Finding]) -> list[Finding]:
    """That none of several alternatives fits says nothing where a place is named that fits none of them."""
    named = {
        (one.place.event, one.contract): one for one in findings if _of_schema(one) and one.place.pointer
    }
    for one in list(named.values()):
        named.update({(event, one.contract): one for event in one.extra.get("events", ())})
    told = []
    for one in findings:
        why = named.get((one.place.event, one.contract))
        told.append(_remark(one, why) if _of_schema(one) and one.place.pointer == "" and why else one)
    return told


def _of_schema(finding: Finding) -> bool:
    return finding.code == Code.SCHEMA_INVALID.number


def _never_ended(findings: list[Finding]) -> list[Finding]:
    """A replay leaves when it has waited in vain: a run that it waited for was not cut off by that."""
    stalled = [one for one in findings if _is(one, (Code.STALLED,)) and one.severity == "breaking"]
    told = []
    for one in findings:
        waited = next((stall for stall in stalled if _waited_for(stall, one)), None)
        if waited is None:
            told.append(one)
            continue
        message = one.message.replace(
            "was cut off before its end", "never ended, and the client waited for it"
        )
        told.append(replace(one, code=Code.NEVER_ENDED.number, severity="breaking", message=message))
    return told


def _waited_for(stall: Finding, cut: Finding) -> bool:
    """Whether a step waited for the end of this flow, in the same session."""
    return _is(cut, (Code.CUT,)) and cut.flow is not None and cut.flow in stall.extra.get("flows", ())


def _explained(findings: list[Finding]) -> list[Finding]:
    breaking = [one for one in findings if one.severity == "breaking"]
    return [_as_remark(one, breaking) if one.severity != "info" else one for one in findings]


def _as_remark(finding: Finding, breaking: Sequence[Finding]) -> Finding:
    for causes, effects, near in _EXPLAINS:
        if not _is(finding, effects):
            continue
        why = _first(breaking, lambda one: _is(one, causes) and _near(one, finding, near))  # noqa: B023
        if why is not None:
            return _remark(finding, why)
    if _is(finding, _HELD_UP):
        awaited = {one.partition("#")[0] for one in finding.extra.get("awaited", ())}
        flows = set(finding.extra.get("flows", ()))
        why = _first(
            breaking, lambda one: not _is(one, _HELD_UP) and bool(_names(one) & awaited or {one.flow} & flows)
        )
        if why is not None:
            return _remark(finding, why)
    return finding


def _near(cause: Finding, effect: Finding, same_session: bool) -> bool:
    return not same_session or cause.place.session == effect.place.session


def _names(finding: Finding) -> set[str | None]:
    """The events that a finding is about, or misses."""
    extra = finding.extra
    return {
        finding.place.event,
        *extra.get("missing", ()),
        *extra.get("allowed", ()),
        *extra.get("events", ()),
    }


def _first(findings: Iterable[Finding], fits: Callable[[Finding], bool]) -> Finding | None:
    return next((one for one in findings if fits(one)), None)
