"""A shrunk dialogue, as people read one."""

from dataclasses import replace
from pathlib import Path

from wsrecord.explore.failure import Failure
from wsrecord.explore.moves import Case, Close, Connect, Cut, HalfClose, Hear, Move, Probe, Raw, Say
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Place
from wsrecord.report.dialogue_text import move_lines, text


def line(move: Move) -> str:
    (only,) = move_lines(Case((move,)))
    return only


def test_what_stands_for_a_value_is_told_from_what_is_said() -> None:
    said = line(Say(value={"id": {"$new": 1}, "run": {"$given": ["started", "/run"]}, "text": "«new 2»"}))
    assert said == 's1  → {"id": «new 1», "run": «started/run», "text": "\\u00abnew 2\\u00bb"}'


def test_each_move_has_its_line() -> None:
    assert line(Connect(on=1, user=1)) == "s2  connect as user 2"
    binary = Say(data=b"\xff", binary=True, breaks="text, not binary")
    assert line(binary) == "s1  → binary b'\\xff'   [as binary where text is due]"
    assert line(Say(value=1, breaks="type at /id")) == "s1  → 1   [breaks: type at /id]"
    assert line(Say(value=1, cuts=(1,), ping_at=1, then="now")).endswith(
        "[2 frames]   [a ping between]   [without waiting]"
    )
    assert line(Raw(data=b"\x81\x00", breaks="no mask")) == "s1  → no mask: 81 00"
    assert line(Probe(size=3)) == "s1  → ping of 3 bytes"
    assert line(Probe(size=1)) == "s1  → ping of 1 byte"
    assert line(Hear(event="done")) == "s1    await done"
    assert line(Close(code=None)) == "s1  → close without a code"
    assert line(Cut()) == "s1  → reset"
    assert line(HalfClose()) == "s1  → half-close"


def test_text_is_shown_as_text() -> None:
    assert line(Say(data=b'{"id": 1e400}')) == 's1  → {"id": 1e400}'
    assert line(Say(data=b"")) == "s1  → an empty text"
    assert line(Say(data="é\n\0".encode())) == "s1  → é\u240a\u2400"
    assert line(Say(data=b"\xff\xfe")) == "s1  → b'\\xff\\xfe'"
    assert "\x1b" not in line(Say(data=b"\x1b[31m"))


def test_hostile_text_is_harmless() -> None:
    assert "\x1b" not in line(Say(value="\x1b[31m\u202e")) + line(Hear(event="\x1b[31m"))
    assert len(line(Say(value="x" * 1000))) < 200


def test_a_failure_is_told_with_votes_and_place() -> None:
    finding = Code.SERVER_BROKE.at(Place(), "the server broke", expected="an answer", got="a reset")
    failure = Failure(("WS903",), finding, Case((Cut(),)), (2, 3))
    assert text([failure], [Path("kept.wsr")]).splitlines() == [
        "WS903 the server broke (2 of 3 replays)",
        "    s1  → reset",
        "    expected an answer, got a reset",
        "",
        "kept kept.wsr",
    ]


def test_how_far_shrinking_came_is_told() -> None:
    finding = Code.SERVER_BROKE.at(Place(), "the server broke")
    failure = Failure(("WS903",), finding, Case((Cut(),)), (2, 3))
    first = [
        text([one], []).splitlines()[0]
        for one in (
            failure,
            replace(failure, in_time=False),
            replace(failure, shrunk=False, in_time=False),
            replace(failure, times=(0, 0), shrunk=False),
        )
    ]
    assert first == [
        "WS903 the server broke (2 of 3 replays)",
        "WS903 the server broke (2 of 3 replays; shrinking ran out of time)",
        "WS903 the server broke (2 of 3 replays; not shrunk)",
        "WS903 the server broke (seen once, not tried again; not shrunk)",
    ]
