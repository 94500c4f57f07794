"""Faults of flows as findings: what came, what was allowed instead, what is missing, and whose flow it is."""

from collections.abc import Iterable

from wsrecord.contract.wording import joined
from wsrecord.judge import codes
from wsrecord.judge.evidence import Evidence
from wsrecord.judge.finding import Finding
from wsrecord.judge.running import Placed, ref, run


def judge(evidence: Evidence) -> Iterable[Finding]:
    """What the flows found, in the order in which it shows."""
    found = evidence.once(run).faults
    for placed in sorted(found, key=lambda one: (one.told.number, one.index)):
        yield _finding(evidence, placed)


def _finding(evidence: Evidence, placed: Placed) -> Finding:
    fault = placed.fault
    code = codes.find(fault.code)
    assert code is not None
    told, index = placed.told, placed.index
    ended = fault.event is None
    heard = told.heard[index]
    first = ref(fault.first)
    others = (first[1],) if first is not None and first[0] is told else ()
    return code.at(
        told.place(index, event=None) if ended else told.place(index),
        fault.text,
        expected=_expected(placed),
        got=_end(placed) if ended else heard.shown,
        context=told.around(index, *others),
        contract=evidence.contract.name,
        flow=fault.flow,
        instance=fault.title,
        extra={"allowed": list(fault.allowed), "missing": list(fault.missing), "key": dict(fault.key)},
    )


def _expected(placed: Placed) -> str | None:
    fault = placed.fault
    if fault.code == "key-missing":
        return joined(fault.absent, "and")
    if fault.code == "outside":
        return f"inside {fault.parent}"
    if fault.code in ("never-ended", "cut", "open-at-end"):
        return joined(fault.missing, "or")
    return joined(fault.allowed, "or") or "nothing more"


def _end(placed: Placed) -> str:
    by = placed.told.ended_by
    return "the end of the recording" if by == "recorder" else f"the end of the session, by the {by}"
