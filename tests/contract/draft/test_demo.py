"""Ten recordings of the demo server make a contract that holds for a hundred more, and for no drift."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from contract.draft.demo_recordings import record

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.recording import Recording
from wsrecord.cassette.source import from_recording
from wsrecord.contract.draft.draft import draft
from wsrecord.contract.flow.expression import text
from wsrecord.contract.lint import lint
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.judge.finding import Finding
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown

pytestmark = pytest.mark.slow
Event = dict[str, Any]
NIL = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    return record(tmp_path_factory.mktemp("demo"), 110)


@pytest.fixture(scope="module")
def contract(recordings: list[Recording], tmp_path_factory: pytest.TempPathFactory) -> Contract:
    folder = tmp_path_factory.mktemp("draft")
    for name, content in draft(recordings[:10], "demo").files.items():
        (folder / name).write_text(content)
    return load(folder)


def faults(recording: Recording, contract: Contract) -> list[Finding]:
    return [
        one
        for one in judge_cassette(from_recording(recording), [Shown(contract)], "demo.wsr").findings
        if one.severity != "info"
    ]


def test_it_holds_for_a_hundred_more(recordings: list[Recording], contract: Contract) -> None:
    assert [one.message for recording in recordings[10:] for one in faults(recording, contract)] == []


def test_lint_has_nothing_to_say(contract: Contract) -> None:
    assert lint(contract) == []


def test_the_orders_are_what_a_person_would_write(contract: Contract) -> None:
    orders = {flow.name: text(flow.automaton.expression) for flow in contract.flows.all}
    assert orders["tool_call"] == "tool_executing (tool_completed | agent_fallback)"
    assert orders["run"] == (
        "agent_started (agent_thinking | agent_fallback | user_message | cancel_run)* "
        "(agent_completed final_report? | run_cancelled)"
    )
    assert contract.flows["tool_call"].spec.inside == "run"
    assert contract.flows["tool_call"].spec.but == {"run_cancelled"}


def test_what_a_resumed_session_is_sent_again_is_one_event(contract: Contract) -> None:
    for name in ("request", "run", "tool_call"):
        spec = contract.flows[name].spec
        assert (spec.scope, spec.dedupe) == ("user", "event_id")
    assert contract.isolation is not None
    assert str(contract.isolation.user) == "connection_established#/user_id"


def test_the_rules_are_those_that_a_person_would_think_of(recordings: list[Recording]) -> None:
    page = draft(recordings[:10], "demo").files["contract.yaml"]
    assert [line for line in page.splitlines() if line.startswith("  - ")] == [
        "  - increasing: /seq",
        "  - unique: /event_id",
        "  - echo: {from: start_agent#/prompt, in: agent_started#/prompt, per: request}",
    ]


def renamed(events: list[Event], name: str, field: str) -> Iterator[Event]:
    for event in events:
        if event["type"] == name:
            event = {f"{field}_x" if key == field else key: value for key, value in event.items()}  # noqa: PLW2901
        yield event


def changed(events: list[Event], name: str, **fields: Any) -> Iterator[Event]:
    for event in events:
        yield {**event, **fields} if event["type"] == name else event


def without(events: list[Event], name: str, field: str | None = None) -> Iterator[Event]:
    for event in events:
        if event["type"] != name:
            yield event
        elif field is not None:
            yield {key: value for key, value in event.items() if key != field}


def after(events: list[Event], name: str, other: str) -> Iterator[Event]:
    """Each of the one, moved to behind the next of the other."""
    held: list[Event] = []
    for event in events:
        if event["type"] == name:
            held.append(event)
            continue
        yield event
        if event["type"] == other:
            yield from held
            held = []
    yield from held


def twice(events: list[Event], name: str) -> Iterator[Event]:
    for event in events:
        yield event
        if event["type"] == name:
            yield {**event, "event_id": event["event_id"][:-4] + "0000", "seq": event["seq"]}


DRIFTS: dict[str, Callable[[list[Event]], Iterator[Event]]] = {
    "a field is renamed": lambda said: renamed(said, "agent_completed", "answer"),
    "a field of the envelope is renamed": lambda said: renamed(said, "tool_executing", "run_id"),
    "a field is dropped": lambda said: without(said, "agent_thinking", "text"),
    "a number becomes a text": lambda said: changed(said, "agent_completed", duration_ms="12"),
    "a text becomes an object": lambda said: changed(said, "agent_thinking", text={"en": "thinking"}),
    "a text becomes null": lambda said: changed(said, "agent_completed", answer=None),
    "a time loses its format": lambda said: changed(said, "agent_started", timestamp="yesterday"),
    "an id loses its format": lambda said: changed(said, "tool_executing", tool_call_id="call-1"),
    "an event is renamed": lambda said: changed(said, "tool_completed", type="tool_done"),
    "the ending is dropped": lambda said: without(said, "agent_completed"),
    "the beginning is dropped": lambda said: without(said, "agent_started"),
    "a tool never completes": lambda said: without(said, "tool_completed"),
    "a tool completes before it begins": lambda said: after(said, "tool_executing", "tool_completed"),
    "a run thinks after its end": lambda said: after(said, "agent_thinking", "agent_completed"),
    "a tool completes after the run": lambda said: after(said, "tool_completed", "agent_completed"),
    "an ending comes twice": lambda said: twice(said, "agent_completed"),
    "the greeting is dropped": lambda said: without(said, "connection_established"),
    "the numbers stand still": lambda said: changed(said, "agent_thinking", seq=1),
    "ids come again": lambda said: changed(said, "agent_thinking", event_id=NIL),
    "a result is empty": lambda said: changed(said, "tool_completed", results={}),
    "a tool has another's result": lambda said: changed(
        said, "tool_completed", results={"price": 1, "symbol": "ACME"}
    ),
    "another prompt comes back": lambda said: changed(said, "agent_started", prompt="what nobody asked"),
    "a field is added": lambda said: changed(said, "agent_thinking", extra=1),
}


CODES = {"a result is empty": "WS101", "another prompt comes back": "WS303"}


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_drift_is_found(drift: str, recordings: list[Recording], contract: Contract) -> None:
    recording = next(one for one in recordings[10:] if _has_all(one))
    drifted = [*_drifted(recording.sessions[0].messages, DRIFTS[drift])]
    session = replace(recording.sessions[0], messages=drifted)
    found = {finding.code for finding in faults(replace(recording, sessions=[session]), contract)}
    assert found
    if drift in CODES:
        assert CODES[drift] in found


def test_a_run_that_ends_in_neither_session_is_found(recordings: list[Recording], contract: Contract) -> None:
    recording = next(one for one in recordings[10:] if len(one.sessions) == 2)
    cut = [
        replace(one, messages=[*_drifted(one.messages, lambda said: without(said, "agent_completed"))])
        for one in recording.sessions
    ]
    assert faults(replace(recording, sessions=cut), contract) != []


def _has_all(recording: Recording) -> bool:
    said = b"".join(message.payload for message in recording.sessions[0].messages)
    return b'"tool_completed"' in said and b'"agent_completed"' in said and b'"pong"' in said


def _drifted(messages: list[Message], drift: Callable[[list[Event]], Iterator[Event]]) -> Iterator[Message]:
    """The messages, with what the server says changed; each keeps the time of the one whose place it has."""
    server = [one for one in messages if one.sender == "server" and one.opcode is Opcode.TEXT]
    original = [json.loads(one.payload) for one in server]
    where = {event["event_id"]: at for event, at in zip(original, map(messages.index, server), strict=True)}
    said = list(drift(original))
    kept = [(at, one) for at, one in enumerate(messages) if one not in server]
    place = 0
    made: list[tuple[int, int, Message]] = [(at, 0, one) for at, one in kept]
    for number, event in enumerate(said):
        place = max(place, where.get(event.get("event_id", ""), place))
        message = replace(
            messages[place], sender="server", opcode=Opcode.TEXT, payload=json.dumps(event).encode()
        )
        made.append((place, number + 1, message))
    made.sort(key=lambda one: one[:2])
    yield from (replace(message, size=None) for _, _, message in made)
