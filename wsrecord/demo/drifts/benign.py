"""What may differ from one run to the next, and from one release to the next, without harm."""

import json
from dataclasses import replace
from typing import Any

from ..events import Event
from ..tools import Call
from .drift import Door, Piece, Stage, door, field, login, order, pause, plan, send, text

_MOST_CALLS = 6  # a run may make eight, and may be told more
_MORE = "Weighing one more possibility."


@order("benign", of="agent_thinking")
def more_thoughts(event: Event, stage: Stage) -> list[Event]:
    """Three thoughts for every one."""
    more = [stage.new(event, text=_MORE, reply_to=None) for _ in range(2)]
    return [event, *more]


@order("benign", of="agent_thinking")
def fewer_thoughts(event: Event, stage: Stage) -> list[Event]:
    """No thoughts but those that answer somebody."""
    return [event] if event["reply_to"] is not None else []


@plan("benign")
def more_tools(calls: list[Call], stage: Stage) -> list[Call]:
    """One search more for every request."""
    return [*calls, Call("search", {"query": "record"})] if len(calls) < _MOST_CALLS else calls


@plan("benign")
def fewer_tools(calls: list[Call], stage: Stage) -> list[Call]:
    """Only the first of the tools that a request needs."""
    return calls[:1]


@plan("benign")
def other_tools(calls: list[Call], stage: Stage) -> list[Call]:
    """The archive is asked where the corpus was searched."""
    return [Call("archive_lookup", {"topic": "mocks"}) if call.tool == "search" else call for call in calls]


@plan("benign")
def tools_in_reverse(calls: list[Call], stage: Stage) -> list[Call]:
    """The tools are called in the opposite order."""
    return calls[::-1]


@text("benign")
def keys_in_other_order(data: bytes, event: Event, stage: Stage) -> bytes:
    """The keys of an event come in alphabetical order."""
    return json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@text("benign")
def pretty_printed(data: bytes, event: Event, stage: Stage) -> bytes:
    """Events are indented JSON."""
    return json.dumps(json.loads(data), ensure_ascii=False, indent=2).encode()


@text("benign")
def unicode_escapes(data: bytes, event: Event, stage: Stage) -> bytes:
    """What is not ASCII comes as escapes."""
    return json.dumps(json.loads(data), separators=(",", ":")).encode()


@send("benign")
def fragments(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """Every message comes in fragments of 100 bytes."""
    cuts = [data[at : at + 100] for at in range(0, len(data), 100)]
    last = len(cuts) - 1
    return [Piece("more" if at else "text", cut, fin=at == last) for at, cut in enumerate(cuts)]


@send("benign")
def pings(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """A ping of the server goes before each message."""
    return [Piece("ping", b"still there?"), Piece("text", data)]


@send("benign")
def pings_between_fragments(data: bytes, event: Event, stage: Stage) -> list[Piece]:
    """Every message comes in two fragments, with a ping between them."""
    half = len(data) // 2
    return [Piece("text", data[:half], fin=False), Piece("ping", b""), Piece("more", data[half:])]


@pause("benign")
def other_pauses(event: Event, stage: Stage) -> float:
    """Events come 10 ms later than they did, each."""
    return 0.01


@field("benign", of="agent_thinking agent_completed")
def longer_texts(event: Event, stage: Stage) -> None:
    """Thoughts and answers are three times as long."""
    name = "text" if "text" in event else "answer"
    event[name] = " ".join([event[name]] * 3)


@field("benign", of="agent_thinking")
def other_words(event: Event, stage: Stage) -> None:
    """Thoughts are worded differently."""
    event["text"] = f"Überlegung {event['step']} …"


@field("benign", of="tool_completed")
def fewer_hits(event: Event, stage: Stage) -> None:
    """A search finds one document at most."""
    if "hits" in event["results"]:
        event["results"]["hits"] = event["results"]["hits"][:1]


@field("benign")
def ids_in_capitals(event: Event, stage: Stage) -> None:
    """Events' ids are UUIDs in capital letters."""
    event["event_id"] = event["event_id"].upper()


@door("benign")
def header_added(way: Door) -> Door:
    """The answer to an upgrade has a header more."""
    return replace(way, headers=(("X-Served-By", "worker-7"),))


@login("benign")
def optional_field_added(body: dict[str, Any]) -> None:
    """The answer to a log-in has a field more: of the events, none may."""
    body["scope"] = "chat"


@login("benign")
def optional_field_absent(body: dict[str, Any]) -> None:
    """The answer to a log-in no longer says when the token expires."""
    del body["expires_in"]
