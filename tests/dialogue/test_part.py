"""The server's part of a recording: its lines, what each follows on, and live ids for recorded ones."""

import time
from random import Random

import pytest
from dialogue.recordings import Writer, secret

from wsrecord.cassette.model import Opcode
from wsrecord.codec.unit import Unit
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.part import Line, Part, part
from wsrecord.dialogue.steps import Close, Control, Cut, Say
from wsrecord.errors import CassetteError

RUN, OTHER = "run-5510af29cc", "run-7731be40dd"
MINE, HIS = "q-77ab3c91de", "q-18cd2f65aa"


def lines(found: Part, session: int = 1) -> list[Line]:
    return list(found.roles[session].lines)


def said(found: Part, line: Line) -> str:
    assert isinstance(line.step, Say)
    return found.dialogue.occurrences[line.step.occurrences[0]].kind


def needs(found: Part, line: Line, session: int = 1) -> list[str]:
    """The kinds of what a line can't do without."""
    return [
        one.kind
        for one in found.roles[session].expected
        if one.number < line.cue.before and one.number not in line.cue.aside
    ]


def test_what_came_before_the_clients_first_word_needs_nothing() -> None:
    found = part(
        Writer().server({"type": "hello"}).client({"type": "ask"}).server({"type": "done"}).recording
    )
    first, second = lines(found)
    assert (said(found, first), needs(found, first)) == ("hello", [])
    assert (said(found, second), needs(found, second)) == ("done", ["ask"])


def test_a_run_does_not_wait_for_another_one_like_it() -> None:
    writer = Writer().client({"type": "ask", "id": MINE}).server({"type": "started", "run": RUN, "to": MINE})
    writer.client({"type": "ask", "id": HIS}).server({"type": "started", "run": OTHER, "to": HIS})
    writer.server({"type": "done", "run": RUN}).server({"type": "done", "run": OTHER})
    found = part(writer.recording)
    assert [needs(found, line) for line in lines(found)] == [["ask"], ["ask", "ask"], ["ask"], ["ask", "ask"]]


def test_an_approval_without_an_id_is_waited_for() -> None:
    writer = Writer().client({"type": "ask", "id": MINE}).server({"type": "may_i", "run": RUN})
    writer.client({"type": "approve"}).server({"type": "done", "run": RUN})
    found = part(writer.recording)
    assert needs(found, lines(found)[1]) == ["ask", "approve"]


def test_answers_that_name_the_same_user_are_no_run() -> None:
    user = "user-8f21c0d4e6"
    writer = Writer()
    for _ in range(3):
        writer.client({"type": "say"}).server({"type": "reply", "user": user})
    found = part(writer.recording)
    assert [len(needs(found, line)) for line in lines(found)] == [1, 2, 3]


def test_a_greeting_that_crossed_with_an_eager_client_is_only_kept_in_order() -> None:
    writer = Writer().client({"type": "ask", "id": MINE})
    writer.server({"type": "hello", "thread": "8f21c0d4e6a1"}).server({"type": "done", "to": MINE})
    found = part(writer.recording)
    greeting, answer = lines(found)
    assert (needs(found, greeting), needs(found, answer)) == ([], ["ask"])
    echo = part(Writer().client({"type": "ask"}).server({"type": "answer"}).recording)
    assert needs(echo, lines(echo)[0]) == ["ask"]


def test_heartbeats_cause_nothing_and_are_answered_whenever_they_come() -> None:
    writer = Writer().client({"type": "ask"})
    for second in range(1, 5):
        writer.at(second).client({"type": "ping", "n": second}).server({"type": "pong", "n": second})
        writer.server({"type": "delta"})
    found = part(writer.recording)
    role = found.roles[1]
    assert [one.kind for one in role.expected] == ["ask"]
    assert {said(found, line) for line in role.lines} == {"delta"}
    assert len(role.beats) == 4
    assert role.pulse["ping"] is not None
    assert found.dialogue.occurrences[role.pulse["ping"].occurrences[0]].kind == "pong"


def test_what_another_session_said_shortly_before_is_waited_for_softly() -> None:
    writer = Writer().open(1).open(2)
    writer.client({"type": "say"}, 1).server({"type": "heard"}, 2)
    writer.client({"type": "say"}, 1).at(60).server({"type": "tick"}, 2)
    found = part(writer.recording)
    heard, tick = lines(found, 2)
    spoken = [one.number for one in found.roles[1].expected]
    assert spoken[0] in heard.cue.soft
    assert not tick.cue.soft
    assert needs(found, heard, 2) == []


def test_pings_and_the_servers_own_end_have_their_place() -> None:
    writer = Writer().client({"type": "ask"})
    writer.server(b"beat", opcode=Opcode.PING).server(b"\x0f\xa1why", opcode=Opcode.CLOSE)
    closed = part(writer.recording)
    ping, close = lines(closed)
    assert isinstance(ping.step, Control)
    assert isinstance(close.step, Close)
    assert (close.step.code, close.step.reason, needs(closed, close)) == (4001, "why", ["ask"])
    cut = part(Writer().client({"type": "ask"}).end(sender="server", how="reset").recording)
    assert [line.step.how for line in lines(cut) if isinstance(line.step, Cut)] == ["reset"]
    left = part(Writer().client({"type": "ask"}).client(b"\x03\xe8", opcode=Opcode.CLOSE).recording)
    assert lines(left) == []


def test_a_message_that_was_not_kept_whole_cant_be_said() -> None:
    writer = Writer().client({"type": "ask"}).server({"type": "large"}, size=1 << 30)
    with pytest.raises(CassetteError, match=r"session 1, message 2: .* the server can't say it again"):
        part(writer.recording)


def test_live_ids_stand_for_recorded_ones_and_come_back() -> None:
    writer = Writer().client({"type": "ask", "id": MINE}).server({"type": "started", "run": RUN, "to": MINE})
    writer.client({"type": "stop", "run": RUN}).server({"type": "stopped", "run": RUN, "to": MINE})
    found = part(writer.recording)
    for fresh in (None, Random(1)):
        bindings = Bindings(found.dialogue, fresh=fresh)
        assert bindings.heard(1, Unit({"type": "ask", "id": "live-0001-aa"}, "client")) is not None
        started, stopped = lines(found)
        assert isinstance(started.step, Say)
        assert isinstance(stopped.step, Say)
        filled = bindings.fill(started.step)
        bindings.taken(started.step, filled)
        told = filled.units[0].value
        assert told["to"] == "live-0001-aa"
        assert (told["run"] == RUN) == (fresh is None)
        assert bindings.heard(1, Unit({"type": "stop", "run": "another-99ff"}, "client")) is None or fresh
        assert bindings.fill(stopped.step).units[0].value["run"] == told["run"]


def test_placeholders_are_said_as_they_are_or_as_given() -> None:
    token = secret("token")
    writer = Writer(token).server({"type": "hello", "token": token}).client({"type": "go", "token": token})
    found = part(writer.recording)
    line = lines(found)[0].step
    assert isinstance(line, Say)
    assert Bindings(found.dialogue).fill(line).units[0].value["token"] == token
    given = Bindings(found.dialogue, secrets={"token": "the real one"}).fill(line)
    assert given.units[0].value["token"] == "the real one"


def test_ten_thousand_messages_take_little_time() -> None:
    writer = Writer()
    for number in range(1000):
        writer.client({"type": "ask", "id": f"q-{number:06x}a1b2"})
        for _ in range(9):
            writer.server({"type": "delta", "to": f"q-{number:06x}a1b2", "run": f"run-{number:06x}c3d4"})
    begun = time.process_time()
    found = part(writer.recording)
    assert time.process_time() - begun < 5
    assert len(lines(found)) == 9000
