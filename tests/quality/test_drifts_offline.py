"""What `check` finds, and how little else: one change to a clean recording, one code, hardly any noise."""

import asyncio
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support import dialogues

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.recording import Recording, Session, load
from wsrecord.cassette.source import from_recording
from wsrecord.contract.load import load as load_contract
from wsrecord.judge import registry
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown

CONTRACT = load_contract(Path(__file__).parents[2] / "schemas")
SECOND = 1_000_000_000


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Twenty real sessions with more than two hundred runs in them."""
    return load(asyncio.run(dialogues.record(tmp_path_factory.mktemp("clean"))))


@pytest.fixture(scope="session")
def two_users(clean: Recording) -> Recording:
    """Two sessions of two users, small enough to be judged often; ended properly by the client."""
    return keep(clean, lambda session: session.number in chosen(clean))


def chosen(recording: Recording) -> set[int]:
    """One session each of two users, with a report, a tool and a ping in them."""
    found: dict[str, int] = {}
    for session in recording.sessions:
        names = [value["type"] for value in values(session)]
        user = next((value["user_id"] for value in values(session)), "")
        if user and {"final_report", "tool_completed", "pong"} <= set(names) and "cancel_run" not in names:
            found.setdefault(user, session.number)
    return set(sorted(found.values())[:2])


def keep(recording: Recording, wanted: Callable[[Session], bool]) -> Recording:
    return replace(recording, sessions=[session for session in recording.sessions if wanted(session)])


def values(session: Session) -> list[dict[str, Any]]:
    return [json.loads(one.payload) for one in session.messages if one.opcode is Opcode.TEXT]


def findings(recording: Recording) -> list[Finding]:
    shown = [Shown(CONTRACT)]
    case = registry.judge_cassette(from_recording(recording), shown, "drift")
    return case.findings + registry.judge_run(shown)


class Tape:
    """The first session's messages, to be changed."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.session = recording.sessions[0]
        self.other = recording.sessions[1]
        self.messages = self.session.messages

    def find(self, name: str, nth: int = 0, **fields: Any) -> int:
        found = [
            at
            for at, one in enumerate(self.messages)
            if one.opcode is Opcode.TEXT
            and (value := json.loads(one.payload)).get("type") == name
            and all(value.get(key) == wanted for key, wanted in fields.items())
        ]
        return found[nth]

    def value(self, at: int) -> dict[str, Any]:
        return dict(json.loads(self.messages[at].payload))

    def put(self, at: int, value: Any) -> None:
        self.raw(at, json.dumps(value, ensure_ascii=False).encode())

    def raw(self, at: int, payload: bytes, opcode: Opcode = Opcode.TEXT) -> None:
        self.messages[at] = replace(self.messages[at], payload=payload, opcode=opcode)

    def change(self, name: str, **fields: Any) -> None:
        at = self.find(name)
        self.put(at, {**self.value(at), **fields})

    def drop(self, name: str, nth: int = 0) -> Message:
        return self.messages.pop(self.find(name, nth))

    def swap(self, at: int, other: int) -> None:
        """Exchange what was said at two times."""
        one, two = self.messages[at], self.messages[other]
        self.messages[at], self.messages[other] = replace(two, t=one.t), replace(one, t=two.t)

    def later(self, at: int, nanoseconds: int) -> None:
        """From this message on all comes later."""
        self.messages[at:] = [replace(one, t=one.t + nanoseconds) for one in self.messages[at:]]
        self.session.ended[:] = [replace(one, t=one.t + nanoseconds) for one in self.session.ended]

    def server_ends(self, code: int | None = 1000) -> None:
        """The server is who leaves; without a code it leaves without a word."""
        self.messages[:] = [one for one in self.messages if one.opcode is not Opcode.CLOSE]
        if code is not None:
            last = self.messages[-1]
            payload = code.to_bytes(2, "big")
            self.messages.append(replace(last, sender="server", opcode=Opcode.CLOSE, payload=payload))
        ended = self.session.ended[0]
        self.session.ended[:] = [replace(ended, sender="server", t=self.messages[-1].t)]


@dataclass(frozen=True)
class Drift:
    """A change, and the code that it must lead to."""

    name: str
    code: Code
    make: Callable[[Tape], object]


def rename(event: str, old: str, new: str) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        at = tape.find(event)
        tape.put(at, {new if key == old else key: value for key, value in tape.value(at).items()})

    return make


def remove(event: str, field: str) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        at = tape.find(event)
        value = tape.value(at)
        del value[field]
        tape.put(at, value)

    return make


def setting(event: str, **fields: Any) -> Callable[[Tape], object]:
    return lambda tape: tape.change(event, **fields)


def renamed_event(event: str, new: str) -> Callable[[Tape], object]:
    return lambda tape: tape.change(event, type=new)


def dropped(event: str) -> Callable[[Tape], object]:
    return lambda tape: tape.drop(event)


def twice(event: str) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        at = tape.find(event)
        tape.messages.insert(at + 1, tape.messages[at])

    return make


def flattened(tape: Tape) -> None:
    at = tape.find("tool_completed")
    value = tape.value(at)
    tape.put(at, {**value.pop("results"), **value})


def wrapped(tape: Tape) -> None:
    at = tape.find("agent_thinking")
    tape.put(at, {"event": tape.value(at)})


def wrapped_in(tape: Tape) -> None:
    at = tape.find("tool_executing")
    value = tape.value(at)
    tape.put(at, {**value, "parameters": {"data": value["parameters"]}})


def swapped(first: str, second: str) -> Callable[[Tape], object]:
    return lambda tape: tape.swap(tape.find(first), tape.find(second))


def late(event: str, seconds: int) -> Callable[[Tape], object]:
    return lambda tape: tape.later(tape.find(event), seconds * SECOND)


def slow(seconds: int) -> Callable[[Tape], object]:
    """No event comes too late after the one before, but all of a run do."""

    def make(tape: Tape) -> None:
        run = tape.value(tape.find("agent_completed"))["run_id"]
        for at, message in enumerate(tape.messages):
            if message.opcode is Opcode.TEXT and message.sender == "server":
                value = tape.value(at)
                if value.get("run_id") == run and value["type"] not in ("agent_started", "final_report"):
                    tape.later(at, seconds * SECOND)

    return make


def foreign(event: str, *fields: str) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        other = next(value for value in values(tape.other) if value["type"] == event)
        tape.change(event, **{field: other[field] for field in fields})

    return make


def foreign_event(tape: Tape) -> None:
    theirs = next(one for one in tape.other.messages if b'"agent_thinking"' in one.payload)
    at = tape.find("agent_thinking")
    tape.messages.insert(at + 1, replace(theirs, session=tape.session.number, t=tape.messages[at].t))


def after_the_end(tape: Tape) -> None:
    at = tape.find("agent_completed")
    value = tape.value(at)
    thought = tape.value(tape.find("agent_thinking"))
    more = {**thought, "event_id": "00000000-0000-4000-8000-000000000000", "seq": value["seq"]}
    tape.messages.insert(at + 1, tape.messages[at])
    tape.put(at + 1, more)


def left_open(tape: Tape) -> None:
    """The server closes in the middle of a run."""
    del tape.messages[tape.find("agent_completed") :]
    tape.server_ends()


def unanswered(tape: Tape) -> None:
    del tape.messages[tape.find("pong") :]
    tape.messages.append(replace(tape.messages[-1], t=tape.messages[-1].t + 5 * SECOND, sender="client",
                                 opcode=Opcode.CLOSE, payload=b"\x03\xe8"))  # fmt: skip
    tape.session.ended[:] = [replace(one, t=tape.messages[-1].t) for one in tape.session.ended]


def status(code: int) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        assert tape.session.response is not None
        tape.session.response = replace(tape.session.response, status=code)
        tape.messages.clear()

    return make


def without_token(tape: Tape) -> None:
    assert tape.session.request is not None
    headers = tuple(pair for pair in tape.session.request.headers if pair[0].lower() != "authorization")
    tape.session.request = replace(tape.session.request, headers=headers)


def no_subprotocol(tape: Tape) -> None:
    assert tape.session.response is not None
    headers = tape.session.response.headers
    headers = tuple(pair for pair in headers if pair[0].lower() != "sec-websocket-protocol")
    tape.session.response = replace(tape.session.response, headers=headers)


def other_call(tape: Tape) -> None:
    tape.change("tool_completed", tool_call_id="00000000-0000-4000-8000-00000000beef")


def garbled(payload: bytes, opcode: Opcode = Opcode.TEXT) -> Callable[[Tape], object]:
    return lambda tape: tape.raw(tape.find("agent_thinking"), payload, opcode)


def whole(event: str, payload: Callable[[bytes], bytes]) -> Callable[[Tape], object]:
    def make(tape: Tape) -> None:
        at = tape.find(event)
        tape.raw(at, payload(tape.messages[at].payload))

    return make


S, U, N = Code.SCHEMA_INVALID, Code.UNKNOWN_EVENT, Code.UNNAMED_UNIT
DRIFTS = [
    Drift("a field renamed", S, rename("tool_completed", "results", "result")),
    Drift("a key renamed", S, rename("tool_completed", "run_id", "runId")),
    Drift("a call's key renamed", S, rename("tool_executing", "tool_call_id", "call_id")),
    Drift("a request's key renamed", S, rename("agent_started", "reply_to", "in_reply_to")),
    Drift("a client's field renamed", S, rename("start_agent", "prompt", "text")),
    Drift("a field removed", S, remove("agent_completed", "answer")),
    Drift("a key removed", S, remove("agent_completed", "run_id")),
    Drift("the opener's key removed", S, remove("agent_started", "run_id")),
    Drift("a time removed", S, remove("pong", "timestamp")),
    Drift("a number became a text", S, setting("tool_completed", duration_ms="12")),
    Drift("a text became a number", S, setting("agent_completed", answer=42)),
    Drift("a key became a number", S, setting("agent_thinking", run_id=7)),
    Drift("a key became null", S, setting("tool_executing", run_id=None)),
    Drift("an object became a list", S, setting("tool_completed", results=[])),
    Drift("a time without a zone", S, setting("agent_thinking", timestamp="2026-11-21 10:00:00")),
    Drift("a time that is none", S, setting("agent_started", timestamp="yesterday")),
    Drift("a value outside its enum", S, setting("tool_executing", tool_name="web")),
    Drift("a negative duration", S, setting("tool_completed", duration_ms=-1)),
    Drift("one field more", S, setting("agent_started", debug=True)),
    Drift("results flattened", S, flattened),
    Drift("parameters wrapped", S, wrapped_in),
    Drift("a whole event wrapped", N, wrapped),
    Drift("the name's field renamed", N, rename("agent_thinking", "type", "kind")),
    Drift("an event renamed", U, renamed_event("tool_completed", "tool_done")),
    Drift("an opener renamed", U, renamed_event("agent_started", "agent_begun")),
    Drift("an end renamed", U, renamed_event("agent_completed", "agent_finished")),
    Drift("the greeting renamed", U, renamed_event("connection_established", "hello")),
    Drift("the client renamed an event", U, renamed_event("ping", "heartbeat")),
    Drift("the other side's event", U, renamed_event("pong", "ping")),
    Drift("a tool never completed", Code.OPEN_AT_END, dropped("tool_completed")),
    Drift("a tool never announced", Code.NOT_STARTED, dropped("tool_executing")),
    Drift("a run never announced", Code.NOT_STARTED, dropped("agent_started")),
    Drift("a greeting that never came", Code.NOT_STARTED, dropped("connection_established")),
    Drift("an event sent twice", Code.NOT_UNIQUE, twice("agent_thinking")),
    Drift("an end sent twice", Code.NOT_UNIQUE, twice("agent_completed")),
    Drift("a call sent twice", Code.NOT_UNIQUE, twice("tool_executing")),
    Drift("call and outcome swapped", Code.NOT_STARTED, swapped("tool_executing", "tool_completed")),
    Drift("something before the greeting", Code.NOT_STARTED,
          swapped("connection_established", "agent_started")),
    Drift("something after the end", Code.OUT_OF_ORDER, after_the_end),
    Drift("a wrong pair", Code.NOT_STARTED, other_call),
    Drift("an answer to nobody", Code.NOT_STARTED, setting("agent_started", reply_to="nobody")),
    Drift("a prompt that is not the client's", Code.NOT_ECHOED, setting("agent_started", prompt="another")),
    Drift("a number that goes back", Code.NOT_INCREASING, setting("pong", seq=1)),
    Drift("another's run", Code.FOREIGN_ID, foreign("agent_thinking", "run_id")),
    Drift("another's user", Code.FOREIGN_ID, foreign("agent_thinking", "user_id")),
    Drift("another's thread", Code.FOREIGN_ID, foreign("tool_completed", "thread_id", "user_id")),
    Drift("another's whole event", Code.FOREIGN_ID, foreign_event),
    Drift("a late first answer", Code.FIRST_ANSWER_LATE, late("agent_started", 3)),
    Drift("a late pong", Code.ANSWER_LATE, late("pong", 3)),
    Drift("silence in a run", Code.GAP_TOO_LONG, late("agent_completed", 15)),
    Drift("a run that takes too long", Code.RUN_TOO_LONG, slow(9)),
    Drift("a server that leaves in a run", Code.NEVER_ENDED, left_open),
    Drift("a ping that nobody answers", Code.ANSWER_MISSING, unanswered),
    Drift("no JSON", Code.INVALID_JSON, garbled(b"Internal Server Error")),
    Drift("half of an event", Code.INVALID_JSON, whole("tool_completed", lambda payload: payload[:-9])),
    Drift("no UTF-8", Code.NOT_UTF8, garbled(b"\xff\xfe")),
    Drift("msgpack among texts", Code.WRONG_KIND, garbled(b"\x81\xa4type\xa1x", Opcode.BINARY)),
    Drift("half of a character", Code.SURROGATE,
          whole("agent_thinking", lambda payload: payload.replace(b'"text":"', b'"text":"\\ud83d'))),
    Drift("a key twice", Code.DUPLICATE_KEY,
          whole("agent_thinking", lambda payload: payload[:-1] + b',"type":"agent_thinking"}')),
    Drift("not an object", N, garbled(b"[]")),
    Drift("dropped without a word", Code.ABNORMAL_END, lambda tape: tape.server_ends(None)),
    Drift("an error's close", Code.CLOSE_CODE, lambda tape: tape.server_ends(1011)),
    Drift("a close that may not be sent", Code.CLOSE_CODE, lambda tape: tape.server_ends(1006)),
    Drift("refused with a token", Code.HANDSHAKE_STATUS, status(503)),
    Drift("accepted without a token", Code.NOT_REFUSED, without_token),
    Drift("no subprotocol", Code.SUBPROTOCOL_DIFFERS, no_subprotocol),
]  # fmt: skip


def test_there_are_forty_drifts_and_more() -> None:
    assert len(DRIFTS) >= 40
    assert len({drift.name for drift in DRIFTS}) == len(DRIFTS)


@pytest.mark.slow
@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_a_drift_is_found_and_little_else(drift: Drift, two_users: Recording) -> None:
    recording = deepcopy(two_users)
    drift.make(Tape(recording))
    found = [one for one in findings(recording) if not _of_the_run(one)]
    told = [f"{one.code} {one.message}" for one in found]
    assert drift.code.number in [one.code for one in found], told
    assert len(found) <= 3, told


@pytest.mark.slow
def test_nothing_is_found_in_two_hundred_clean_runs(clean: Recording) -> None:
    said = [value for session in clean.sessions for value in values(session)]
    assert len({value["run_id"] for value in said if value["type"] == "agent_started"}) >= 200
    assert [one.message for one in findings(clean)] == []


@pytest.mark.slow
def test_nothing_is_found_in_each_clean_session_by_itself(clean: Recording) -> None:
    for session in clean.sessions:
        alone = keep(clean, lambda one, number=session.number: one.number == number)  # type: ignore[misc]
        found = registry.judge_cassette(from_recording(alone), [Shown(CONTRACT)], "alone").findings
        assert [one.message for one in found if not _resumed(one)] == []


def _resumed(finding: Finding) -> bool:
    """Half of a run that went on over two connections can't be judged by itself."""
    return finding.code in (Code.NOT_STARTED.number, Code.CUT.number)


def _of_the_run(finding: Finding) -> bool:
    """Whether it says what the two sessions do not show at all."""
    code = find(finding.code)
    return code is not None and code.group is Group.COVERAGE
