"""What takes longer than it did."""

from ..events import Event
from .drift import Stage, pause

# Beyond what schemas/contract.yaml allows, and not by much: 1 s for the first answer, 10 s of silence.
_FIRST, _SILENCE = 1.3, 10.3


@pause("breaking", "WS501 WS815", of="agent_started")
def slow_first_answer(event: Event, stage: Stage) -> float:
    """A run takes its time before it says that it has started."""
    return _FIRST


@pause("breaking", "WS502 WS815", of="tool_completed")
def silence(event: Event, stage: Stage) -> float:
    """A thread's first tool is followed by more than ten seconds of silence."""
    return 0.0 if stage.kept.setdefault("silent", event["event_id"]) != event["event_id"] else _SILENCE


@pause("breaking", "WS305 WS815", of="pong")
def slow_pong(event: Event, stage: Stage) -> float:
    """The answer to a ping takes more than a second."""
    return _FIRST
