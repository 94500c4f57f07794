"""Events that are dropped, doubled or swapped, that come too many, and numbers that go wrong."""

from ..events import Event
from .drift import ENVELOPE, Grade, Piece, Stage, field, order, send

_IN_A_RUN = "agent_thinking tool_executing tool_completed agent_fallback"


def _dropped(event_name: str, grade: Grade, codes: str, change: str) -> None:
    def drop(event: Event, stage: Stage) -> list[Event]:
        return []

    order.add(f"{event_name.replace('_', '-')}-dropped", grade, codes, change, drop, of=event_name)


_dropped("connection_established", "breaking", "WS201 WS801", "A connection is no longer greeted.")
_dropped("agent_started", "breaking", "WS201 WS801", "A run begins without a word.")
_dropped("tool_executing", "breaking", "WS201 WS801", "A tool's call is no longer announced.")
_dropped("tool_completed", "breaking", "WS206 WS801", "What a tool found is no longer told.")
_dropped("agent_fallback", "breaking", "WS206 WS801", "A tool that failed is no longer told of.")
_dropped("agent_completed", "breaking", "WS202 WS207 WS801", "A run's answer does not come.")
_dropped("run_cancelled", "breaking", "WS207 WS801", "A run that was cancelled never says so.")
_dropped("pong", "breaking", "WS306 WS801", "A ping has no answer.")
_dropped("final_report", "warning", "WS801", "The report that was asked for does not come.")


@order("breaking", "WS207 WS801", of="agent_completed final_report")
def run_never_ends(event: Event, stage: Stage) -> list[Event]:
    """A run never ends: neither its answer nor its report comes."""
    return []


@order("breaking", "WS206", of="tool_completed")
def lost_while_away(event: Event, stage: Stage) -> list[Event]:
    """What a tool found while the connection was down is lost; coming back does not bring it."""
    return [event] if stage.connected else []


@order("breaking", "WS207", of="agent_completed final_report")
def end_lost_while_away(event: Event, stage: Stage) -> list[Event]:
    """A run that ended while the connection was down never ends for its client."""
    return [event] if stage.connected else []


@send("breaking", "WS302", of="agent_completed")
def retry_duplicates(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """The answer is sent again, byte for byte, as a retry would."""
    return [Piece("text", data), Piece("text", data)]


@order("breaking", "WS302", of="agent_thinking")
def event_id_repeated(event: Event, stage: Stage) -> list[Event]:
    """A thought comes twice, with one id and two numbers."""
    return [event, dict(event)]


@order("breaking", "WS203", of="tool_completed")
def tool_completed_doubled(event: Event, stage: Stage) -> list[Event]:
    """A tool completes twice, as two events."""
    return [event, stage.new(event)]


@order("breaking", "WS203", of="agent_started")
def agent_started_doubled(event: Event, stage: Stage) -> list[Event]:
    """A run starts twice."""
    return [event, stage.new(event)]


@order("breaking", "WS202", of="connection_established")
def greeted_twice(event: Event, stage: Stage) -> list[Event]:
    """A connection is greeted twice."""
    return [event, stage.new(event)]


@order("breaking", "WS201", of="tool_executing tool_completed agent_fallback")
def completed_before_executing(event: Event, stage: Stage) -> list[Event]:
    """A tool's outcome comes before its call."""
    waiting = stage.kept.setdefault("calls", {})
    if event["type"] == "tool_executing":
        waiting[event["tool_call_id"]] = event
        return []
    call = waiting.pop(event["tool_call_id"], None)
    return [event] if call is None else [event, call]


@order("breaking", "WS206", of="tool_completed agent_completed")
def end_before_last_tool(event: Event, stage: Stage) -> list[Event]:
    """A run's answer overtakes the result of its last tool."""
    waiting = stage.kept.setdefault("results", {})
    before = waiting.pop(event["run_id"], None)
    if event["type"] == "agent_completed":
        return [event] if before is None else [event, before]
    waiting[event["run_id"]] = event
    return [] if before is None else [before]


@order("breaking", "WS202", of="agent_completed final_report")
def report_before_answer(event: Event, stage: Stage) -> list[Event]:
    """The final report comes before the answer."""
    if event["type"] == "final_report":
        return [event, *stage.kept.pop(event["run_id"], [])]
    if event["tool_calls"] < 2:  # the server's rule for when a report follows
        return [event]
    stage.kept[event["run_id"]] = [event]
    return []


@order("breaking", "WS201", of="agent_started agent_thinking")
def thought_before_start(event: Event, stage: Stage) -> list[Event]:
    """A run's first thought comes before it has started."""
    if event["type"] == "agent_started":
        stage.kept[event["run_id"]] = event
        return []
    start = stage.kept.pop(event["run_id"], None)
    return [event] if start is None else [event, start]


@order("breaking", "WS201 WS301", of="connection_established")
def event_before_greeting(event: Event, stage: Stage) -> list[Event]:
    """Something comes before the greeting: the answer to a ping of another connection."""
    pong = {name: event[name] for name in ENVELOPE}
    return [stage.new(pong, type="pong", reply_to="warm-up"), event]


@field("breaking", "WS201", of="tool_completed")
def other_call_id(event: Event, stage: Stage) -> None:
    """A tool's outcome names a call that was never made."""
    event["tool_call_id"] = stage.id()


@field("breaking", "WS201", of="agent_started pong")
def other_reply_to(event: Event, stage: Stage) -> None:
    """An answer names a message that was never sent."""
    event["reply_to"] = "somebody-else"


@order("breaking", "WS202", of="agent_thinking agent_completed")
def thought_after_end(event: Event, stage: Stage) -> list[Event]:
    """A run goes on thinking after its answer."""
    if event["type"] == "agent_thinking":
        stage.kept["thought"] = event
        return [event]
    thought = stage.kept.get("thought", event)
    return [event, stage.new(thought, run_id=event["run_id"], agent_name=event["agent_name"])]


@order("breaking", "WS203", of="agent_thinking final_report")
def thought_after_report(event: Event, stage: Stage) -> list[Event]:
    """A run goes on thinking after its report, when nothing may follow."""
    if event["type"] == "agent_thinking":
        stage.kept["thought"] = event
        return [event]
    thought = stage.kept.get("thought", event)
    return [event, stage.new(thought, run_id=event["run_id"], agent_name=event["agent_name"])]


@order("breaking", "WS102 WS802", of="agent_started")
def internal_event_leaks(event: Event, stage: Stage) -> list[Event]:
    """An internal event that no contract knows comes out."""
    inner = {name: event[name] for name in ENVELOPE}
    return [event, stage.new(inner, type="scheduler_tick", queue=3)]


@field("breaking", "WS301", of=_IN_A_RUN)
def seq_stands_still(event: Event, stage: Stage) -> None:
    """Events of a run have one and the same number."""
    event["seq"] = 1


@field("breaking", "WS301")
def seq_restarts(event: Event, stage: Stage) -> None:
    """The numbers begin anew after every five events."""
    event["seq"] %= 5


@field("breaking", "WS302", of=_IN_A_RUN)
def ids_run_out(event: Event, stage: Stage) -> None:
    """A run's events have the id of its first one."""
    event["event_id"] = stage.kept.setdefault(event["run_id"], event["event_id"])
