"""How runs end otherwise, and how connections do."""

from ..events import Event
from .drift import ENVELOPE, Leave, Stage, end, order


@order("breaking", "WS810", of="agent_completed final_report")
def error_for_answer(event: Event, stage: Stage) -> list[Event]:
    """A run ends with an error where it had an answer."""
    if event["type"] == "final_report":
        return []
    inner = {name: event[name] for name in ENVELOPE}
    return [
        {**inner, "type": "error", "code": "internal_error", "message": "the agent failed", "reply_to": None}
    ]


@order("breaking", "WS801 WS810", of="tool_completed")
def always_fallback(event: Event, stage: Stage) -> list[Event]:
    """Every tool fails, and the agent goes on without."""
    inner = {name: event[name] for name in (*ENVELOPE, "tool_call_id", "tool_name")}
    return [{**inner, "type": "agent_fallback", "reason": "TimeoutError: ", "text": "Going on without."}]


@end("breaking", "WS207", of="agent_thinking")
def leaves_in_a_run(event: Event, stage: Stage) -> Leave:
    """The server closes, politely, in the middle of a run."""
    return Leave(1000, "done")


@end("warning", "WS812", of="agent_completed")
def closes_after_the_answer(event: Event, stage: Stage) -> Leave:
    """The server closes after an answer, where the client used to."""
    return Leave(1000, "one answer for each connection")


@end("breaking", "WS411 WS812", of="agent_completed")
def close_1011(event: Event, stage: Stage) -> Leave:
    """The server closes with 1011 after an answer."""
    return Leave(1011, "internal error")


@end("breaking", "WS411 WS812", of="tool_executing")
def close_1008(event: Event, stage: Stage) -> Leave:
    """The server closes with 1008 as soon as a tool is called."""
    return Leave(1008, "policy")


@end("breaking", "WS412 WS812", of="agent_completed")
def no_close_message(event: Event, stage: Stage) -> Leave:
    """The server ends the connection after an answer without a close message."""
    return Leave()


@end("breaking", "WS412 WS812", of="agent_completed")
def reset(event: Event, stage: Stage) -> Leave:
    """The server resets the connection after an answer."""
    return Leave(reset=True)
