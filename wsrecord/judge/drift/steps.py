"""What a replay could not do: steps whose gates never came, and values that it could not send.

They are often the echo of a drift: where the event or the field that was awaited is gone, that is the
finding, and the step that it held up is told with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wsrecord.contract.pointer import written
from wsrecord.judge.codes import Code

from .drift import Drift, Path
from .node import Spot


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a step waited for: an event, or a value that a link takes from it."""

    event: str
    path: Path | None = None

    def __str__(self) -> str:
        return self.event if self.path is None else f"{self.event}#{written(self.path)}"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a replay: what it was to send, and where in the recording it stands."""

    name: str
    recorded: Spot


def stalled(step: Step, awaited: Sequence[Awaited], waited: int) -> Drift:
    """A step was sent late, after all the time there was, because what it follows on never came."""
    names = " and ".join(map(str, awaited))
    return Drift(
        code=Code.STALLED, severity="breaking", event=step.name, recorded=step.recorded,
        message=f"{step.name} waited {waited / 1e9:.3g} s for {names}, which never came, and was then sent",
        expected=names, got="nothing", extra={"awaited": [str(one) for one in awaited]},
    )  # fmt: skip


def not_sent(step: Step, pointer: str, awaited: Awaited) -> Drift:
    """A step was not sent: a value in it is the server's to give, and it gave none."""
    return Drift(
        code=Code.NOT_SENT, severity="breaking", event=step.name, recorded=step.recorded,
        message=f"{step.name} was not sent: its {pointer} is the {awaited} of the live session, "
        "which never came",
        expected=str(awaited), got="nothing", extra={"awaited": [str(awaited)]},
    )  # fmt: skip


def failed(text: str, kind: str, live: Spot | None = None) -> Drift:
    """A connection broke down in a way that no client can live with."""
    return Drift(
        code=Code.CONNECTION_FAILED, severity="breaking", message=text, live=live,
        expected="a connection that works", got=kind,
    )  # fmt: skip


def died(how: str) -> Drift:
    """The server under test ended by itself; `how`: `ended with exit code 1`."""
    return Drift(
        code=Code.TARGET_DIED, severity="breaking", message=f"the server under test {how}",
        expected="that it lives", got=how,
    )  # fmt: skip


def settled(drifts: Iterable[Drift], steps: Iterable[Drift]) -> list[Drift]:
    """All of both, the drifts first; a step held up by what a drift says is gone is no more than a remark.

    What held a step up weighs as much as the step does: a friendly close, too, if it came before its time.
    """
    told = list(drifts)
    for step in steps:
        found = (at for at, one in enumerate(told) if _explains(one, step.extra.get("awaited", ())))
        at = next(found, None)
        if at is None:
            told.append(step)
            continue
        cause = told[at] = replace(told[at], severity=step.severity)
        message = f"{step.message} (see {cause.code.number} {cause.event or 'of the session'})"
        told.append(replace(step, severity="info", message=message))
    return told


_LOSSES = (
    Code.EVENT_GONE, Code.FIELD_GONE, Code.FIELD_RENAMED, Code.FIELD_MOVED, Code.FIELD_RETYPED,
    Code.FIELD_NULLABLE, Code.ENDING_CHANGED, Code.HANDSHAKE_CHANGED, Code.CLOSE_CHANGED,
)  # fmt: skip


def _explains(drift: Drift, awaited: Sequence[str]) -> bool:
    if drift.code not in _LOSSES or drift.severity == "info":
        return False
    if drift.event is None:
        # the session as such: nothing could come; another extension says nothing of that
        return drift.code is Code.CLOSE_CHANGED or drift.severity == "breaking"
    missing = (drift.expected or "").split(" or ") if drift.code is Code.ENDING_CHANGED else [drift.event]
    for one in awaited:
        event, _, pointer = one.partition("#")
        if event not in (*missing, *drift.extra.get("events", ())):
            continue
        if drift.pointer is None or not pointer or f"{pointer}/".startswith(f"{drift.pointer}/"):
            return True
    return False
