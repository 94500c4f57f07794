"""Rules are drafted where recordings bear them out, and not where they only might."""

import json
from collections.abc import Iterable
from pathlib import Path

from judge.transcript import recording

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.source import from_recording
from wsrecord.contract.draft.draft import draft
from wsrecord.contract.load import load
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown

WORDS = ("hello there", "how are you", "what is 2 + 2", "tell me more", "and then?", "stop it now")


def rules(recordings: list[Recording]) -> list[str]:
    text = draft(recordings, "drafted").files["contract.yaml"]
    return [line.strip()[2:] for line in text.splitlines() if line.startswith("  - ")]


def codes(drafted: list[Recording], checked: Recording, folder: Path) -> list[str]:
    for name, content in draft(drafted, "drafted").files.items():
        (folder / name).write_text(content)
    wanted = load(folder)
    found = judge_cassette(from_recording(checked), [Shown(wanted)], "test")
    return [one.code for one in found.findings if one.severity != "info"]


def streamed(number: int, *, keyed: bool = True, lost: bool = False) -> Recording:
    """An answer in pieces, twice."""
    lines: list[str] = []
    for turn in range(2):
        run = f" run_id=r{turn}" if keyed else ""
        text = WORDS[(number + turn) % len(WORDS)]
        lines.append(f"> ask{run} prompt={json.dumps(text).replace(' ', '_')}")
        answer = f"you-said-{text.replace(' ', '_')}"
        pieces = [answer[at : at + 5] for at in range(0, len(answer), 5)]
        said = pieces[:-1] if lost else pieces
        lines += [f"< delta{run} text={json.dumps(piece)}" for piece in said]
        lines.append(f"< done{run} text={json.dumps(answer)}")
    return recording(*lines)


def test_pieces_that_add_up_are_a_concat(tmp_path: Path) -> None:
    drafted = [streamed(number) for number in range(6)]
    assert "concat: {of: delta#/text, is: done#/text, per: run}" in rules(drafted)
    assert codes(drafted, streamed(8), tmp_path) == []
    assert "WS304" in codes(drafted, streamed(8, lost=True), tmp_path)


def test_without_a_key_the_pieces_of_a_session_are_joined(tmp_path: Path) -> None:
    drafted = [streamed(number, keyed=False) for number in range(6)]
    assert "concat: {of: delta#/text, is: done#/text}" in rules(drafted)
    assert "WS304" in codes(drafted, streamed(8, keyed=False, lost=True), tmp_path)


def test_pieces_that_once_did_not_add_up_are_none() -> None:
    drafted = [streamed(number) for number in range(6)]
    assert not [one for one in rules([*drafted, streamed(7, lost=True)]) if one.startswith("concat")]


def test_a_text_that_always_came_whole_is_no_concat() -> None:
    said = [recording("< part text=hello", "< done text=hello", "< part text=x", "< done text=x")] * 6
    assert not [one for one in rules(said) if one.startswith("concat")]


def repeated(number: int, wrong: str = "") -> Recording:
    lines: list[str] = []
    for turn in range(3):
        text = json.dumps(WORDS[(number + turn) % len(WORDS)].replace(" ", "_"))
        lines.append(f"> ask id=q{turn} prompt={text}")
        lines.append(f"< taken reply_to=q{turn} prompt={json.dumps(wrong) if wrong else text}")
    return recording(*lines)


def test_what_is_repeated_under_a_key_is_an_echo(tmp_path: Path) -> None:
    drafted = [repeated(number) for number in range(6)]
    assert "echo: {from: ask#/prompt, in: taken#/prompt, per: request}" in rules(drafted)
    assert codes(drafted, repeated(9), tmp_path) == []
    assert "WS303" in codes(drafted, repeated(9, wrong="something_else"), tmp_path)


def test_what_was_once_not_repeated_is_no_echo() -> None:
    drafted = [repeated(number) for number in range(6)]
    assert not [one for one in rules([*drafted, repeated(1, wrong="other")]) if one.startswith("echo")]


def test_the_words_of_a_chat_room_are_no_echo_of_ones_own() -> None:
    """One that hears itself only, until somebody else comes in."""
    said = [recording(*_room(number)) for number in range(4)]
    assert not [one for one in rules(said) if one.startswith("echo")]


def _room(number: int) -> Iterable[str]:
    for turn in range(3):
        text = WORDS[(number + turn) % len(WORDS)].replace(" ", "_")
        yield f"> say text={text}"
        yield f"< said text={text}"


def pinged(*answers: bool) -> Recording:
    lines = ["< welcome", "> move x=1"]
    for number, answered in enumerate(answers):
        lines += ["> ping", *["< pong"] * answered, f"< state n={number}", "< state n=0"]
    return recording(*lines, "< bye", "x server 1000")


def test_what_is_always_answered_is_an_answer(tmp_path: Path) -> None:
    drafted = [pinged(*[True] * 3) for _ in range(4)]
    assert "answer: {to: ping, with: pong}" in rules(drafted)
    assert "WS306" not in codes(drafted, pinged(True, True), tmp_path)
    assert "WS306" in codes(drafted, pinged(True, False), tmp_path)


def test_what_once_stayed_without_an_answer_is_no_question() -> None:
    drafted = [pinged(*[True] * 3) for _ in range(4)]
    assert not [one for one in rules([*drafted, pinged(False, True)]) if one.startswith("answer")]


def test_once_a_session_is_no_habit() -> None:
    drafted = [pinged(True) for _ in range(8)]
    assert not [one for one in rules(drafted) if one.startswith("answer")]


def test_any_event_at_any_time_is_no_order() -> None:
    said = [recording(*["> a", "< b", "< b", "> a", "> a"] * 3), recording("< b", "> a", "> a", "< b")] * 3
    assert draft(said, "drafted").flows == []
