"""Faults of flows as findings: what came, what was allowed instead, what is missing, and whose flow it is."""

from wsrecord.contract.wording import joined
from wsrecord.judge import codes
from wsrecord.judge.finding import Finding
from wsrecord.judge.running import Placed, Running, ref


class FlowsJudge(Running):
    """What the flows found, in the order in which it shows."""

    def finish(self) -> None:
        """Tell the faults."""
        super().finish()
        self.found += map(_finding, sorted(self.run.faults, key=lambda one: one.spot.mark[1:]))


def _finding(placed: Placed) -> Finding:
    fault, spot = placed.fault, placed.spot
    code = codes.find(fault.code)
    assert code is not None
    told = spot.told
    ended = fault.event is None
    first = ref(fault.first)
    others = (first,) if first is not None and first.told is told else ()
    return code.at(
        told.place(spot, event=None) if ended else told.place(spot),
        fault.text,
        expected=_expected(placed),
        got=_end(placed) if ended else spot.shown,
        context=told.around(spot, *others),
        contract=told.contract.name,
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
    by = placed.spot.told.ended_by
    return "the end of the recording" if by == "recorder" else f"the end of the session, by the {by}"
