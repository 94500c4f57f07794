"""Events whose values are right and whose text or frames are not."""

from ..events import Event
from .drift import Piece, Stage, send, text


@text("breaking", "WS111", of="agent_thinking")
def not_json(data: bytes, event: Event, stage: Stage) -> bytes:
    """A thought is not JSON."""
    return b"Internal Server Error"


@text("breaking", "WS111", of="tool_completed")
def truncated(data: bytes, event: Event, stage: Stage) -> bytes:
    """What a tool found is cut off before its end."""
    return data[:-9]


@text("breaking", "WS111", of="tool_completed")
def not_a_number(data: bytes, event: Event, stage: Stage) -> bytes:
    """A duration is NaN, which is no JSON."""
    before, _, after = data.partition(b'"duration_ms":')
    return before + b'"duration_ms":NaN' + after.lstrip(b"0123456789")


@text("breaking", "WS103", of="agent_thinking")
def array_around(data: bytes, event: Event, stage: Stage) -> bytes:
    """A thought comes in an array of one."""
    return b"[" + data + b"]"


@text("warning", "WS117", of="agent_thinking")
def key_twice(data: bytes, event: Event, stage: Stage) -> bytes:
    """A thought has one key twice."""
    return data[:-1] + b',"type":"agent_thinking"}'


@text("breaking", "WS118", of="agent_thinking")
def half_a_character(data: bytes, event: Event, stage: Stage) -> bytes:
    """A thought is cut inside of a character that takes two escapes."""
    return data.replace(b'"text":"', b'"text":"\\ud83d', 1)


@send("breaking", "WS111", of="agent_thinking agent_completed")
def two_in_one(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """A thought waits, and shares one message with the next one or the answer."""
    waiting = stage.kept.pop("message", None)
    if waiting is None and event["type"] == "agent_thinking":
        stage.kept["message"] = data
        return []
    return [Piece("text", data if waiting is None else waiting + b"\n" + data)]


@send("breaking", "WS115 WS813", of="tool_completed")
def binary_for_text(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """What a tool found comes as a binary message."""
    return [Piece("binary", data)]


@send("breaking", "WS112", of="agent_thinking")
def not_utf8(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """A thought is Latin-1 where a text message must be UTF-8."""
    return [Piece("text", data.replace(b'"text":"', b'"text":"\xe9', 1))]
