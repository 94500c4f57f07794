"""Every field of a real recording, changed in every way, is caught by its code, with one finding."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from judge.drift.stream import told

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.recording import Recording, load
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.hear import ears, profile

RECORDING = load(Path(__file__).parents[3] / "cassettes" / "two-tools.wsr.jsonl")
READING = ears(RECORDING.sessions)
RECORDED = profile([RECORDING], READING)
Place = tuple[str, ...]


def said(message: Message) -> Any:
    """What the server said in a message; None if it said nothing."""
    told = message.sender == "server" and message.opcode is Opcode.TEXT
    return json.loads(message.payload) if told else None


def changed(change: Callable[[Any], Any]) -> Recording:
    """The recording with each of the server's events changed; what becomes None is left out."""
    sessions = []
    for session in RECORDING.sessions:
        messages = []
        for message in session.messages:
            value = said(message)
            if value is not None:
                value = change(value)
                if value is None:
                    continue
                messages.append(replace(message, payload=json.dumps(value).encode(), size=None))
            else:
                messages.append(message)
        sessions.append(replace(session, messages=messages))
    return replace(RECORDING, sessions=sessions)


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield (*path, name)
            yield from places(item, (*path, name))


EVENTS = [value for session in RECORDING.sessions for one in session.messages if (value := said(one))]
KINDS = sorted({event["type"] for event in EVENTS})
PLACES = sorted({(event["type"], place) for event in EVENTS for place in places(event) if place != ("type",)})


def gone(around: dict[str, Any], name: str) -> None:
    around.pop(name)


def renamed(around: dict[str, Any], name: str) -> None:
    around[f"{name}_x"] = around.pop(name)


def nulled(around: dict[str, Any], name: str) -> None:
    around[name] = None


def retyped(around: dict[str, Any], name: str) -> None:
    around[name] = 12345 if isinstance(around[name], str | list | dict) else "some text"


def wrapped(around: dict[str, Any], name: str) -> None:
    around["payload"] = {name: around.pop(name)}


def as_text(around: dict[str, Any], name: str) -> None:
    if isinstance(around[name], dict | list):
        around[name] = json.dumps(around[name])


CHANGES = {
    gone: "WS803", renamed: "WS808", nulled: "WS816", retyped: "WS805", wrapped: "WS809", as_text: "WS809",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_to_any_one_field_is_found(change: Callable[[dict[str, Any], str], None]) -> None:
    missed, many = [], []
    for kind, place in PLACES:
        hit = False

        def apply(event: Any, kind: str = kind, place: Place = place) -> Any:
            nonlocal hit
            around = event = copy.deepcopy(event)
            for step in place[:-1]:
                around = around.get(step) if isinstance(around, dict) else None
            if event["type"] == kind and isinstance(around, dict) and place[-1] in around:
                before = copy.deepcopy(event)
                change(around, place[-1])
                hit |= event != before
            return event

        live = profile([changed(apply)], READING)
        if not hit:
            continue
        found = compare(RECORDED, live)
        if CHANGES[change] not in [drift.code.number for drift in found]:
            missed.append((kind, place, told(found)))
        if len(found) > 1:
            many.append((kind, place, told(found)))
    # An object with one number in it, and that number in its place, is told as unwrapped.
    assert len(missed) <= (2 if change is retyped else 0), missed
    assert len(many) <= 1, many


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_gone_or_renamed_is_found(kind: str) -> None:
    without = changed(lambda event: None if event["type"] == kind else event)
    other = changed(lambda event: {**event, "type": "something"} if event["type"] == kind else event)
    for live in (without, other):
        found = compare(RECORDED, profile([live], READING))
        assert [(drift.code.number, drift.event) for drift in found] == [("WS801", kind)], told(found)
