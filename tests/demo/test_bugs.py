"""The planted bugs: each does what it says in its own dialogue, and nothing anywhere else."""

import asyncio
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import dropwhile
from pathlib import Path
from typing import Any

import pytest
from demo.buggy import Play, Session
from demo.drifted import checked
from support.taped import taped

from wsrecord.demo import DemoError
from wsrecord.demo.bugs.bug import Bug
from wsrecord.demo.bugs.planted import choose, planted
from wsrecord.demo.bugs.steps import Step
from wsrecord.demo.chat import ChatOptions, chat
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

BUGS = planted()
NAMES = [bug.name for bug in BUGS]
ROOT = Path(__file__).parents[2]
OPTIONS = DemoOptions(pace=0.004)
# How long a server that is blocked for two seconds keeps others waiting, at least.
BLOCKED = 1.5


def crashed(play: Play) -> bool:
    return play.ada.close_code == 1011


def unanswered(play: Play) -> bool:
    return play.ada.stayed and len(play.ada.unanswered) == 1


def started(play: Play) -> bool:
    return bool(play.ada.all("agent_started"))


def pong(play: Play) -> bool:
    return bool(play.ada.all("pong"))


def twice(session: Session, kind: str) -> bool:
    """Whether one event came twice."""
    ids = [event["event_id"] for event in session.all(kind)]
    return len(ids) > len(set(ids))


def ends(session: Session) -> list[tuple[str, str]]:
    """Of each run, in order: what ended it, and what came after."""
    named = ("agent_started", "agent_completed", "final_report", "run_cancelled", "agent_thinking")
    return [(event["run_id"], event["type"]) for event in session.events if event["type"] in named]


def after_the_end(play: Play, kind: str) -> bool:
    """Whether the last event of a run came behind its end, and is of this kind."""
    (run_id, end), last = ends(play.ada)[-2:]
    return end == "agent_completed" and last == (run_id, kind)


def report_misplaced(play: Play) -> bool:
    first, second = (event["run_id"] for event in play.ada.all("final_report"))
    return bool(first == second)


def outcomes_missing(session: Session) -> int:
    begun = {event["tool_call_id"] for event in session.all("tool_executing")}
    done = {event["tool_call_id"] for event in session.all("tool_completed")}
    assert session.all("agent_completed")
    return len(begun - done)


def prompt_changed(play: Play) -> bool:
    return bool(play.ada.all("agent_started")[0]["prompt"] != play.steps[-1].fields["message"]["prompt"])


def foreign(session: Session, other: Session) -> bool:
    """Whether a session was sent an event with an id that was made for another user."""
    theirs = {event["run_id"] for event in other.all("agent_started")}
    mine = [event for event in session.events if event["run_id"] in theirs]
    return bool(mine) and session.events[0]["user_id"] != other.events[0]["user_id"]


def numbers_repeat(play: Play) -> bool:
    numbers = [event["seq"] for event in play.ada_again.events]
    return numbers != sorted(set(numbers))


SYMPTOMS: dict[str, Callable[[Play], Any]] = {
    # values
    "empty-text": crashed,
    "empty-prompt": crashed,
    "lone-surrogate": crashed,
    "nul-in-a-prompt": prompt_changed,
    "huge-number": lambda play: play.ada.stayed and play.ada.answers < play.ada.messages,
    "negative-number": crashed,
    "longest-prompt": lambda play: play.ada.errors == ["invalid_value"],
    "longest-message-id": unanswered,
    "deep-nesting": lambda play: not play.alive and play.ada.over,
    "unknown-type-unanswered": unanswered,
    "missing-field-unanswered": unanswered,
    "null-for-a-field": crashed,
    "extra-field-accepted": pong,
    "number-for-text": started,
    "text-for-boolean": started,
    "array-accepted": pong,
    "unknown-agent-accepted": started,
    "librarian": crashed,
    "run-id-unlike-any": crashed,
    "emoji-twice": lambda play: twice(play.ada, "agent_started"),
    "right-to-left": prompt_changed,
    "long-prompt-blocks": lambda play: play.grace.waited > BLOCKED,
    "health-after-an-array": lambda play: play.health == 500,
    "refusals-leak": lambda play: sum(map(len, play.world.kept.get("leaked", ()))) == 2 * 2**20,
    "error-without-reply-to": lambda play: "reply_to" not in play.ada.all("error")[0],
    "undocumented-code": lambda play: play.ada.errors == ["conflict"],
    "flood-of-pings": unanswered,
    # runs
    "second-report": report_misplaced,
    "third-run-at-once": lambda play: (
        len({event["run_id"] for event in play.ada.all("agent_started")}) == 2
        and len(play.ada.all("agent_started")) == 3
    ),
    "cancel-twice": crashed,
    "cancel-after-the-end": lambda play: after_the_end(play, "run_cancelled"),
    "cancel-before-any-run": crashed,
    "cancel-of-no-run": unanswered,
    "message-id-twice": lambda play: play.ada.stayed and play.ada.answers < play.ada.messages,
    "ping-in-a-run": lambda play: outcomes_missing(play.ada) == 1,
    "told-after-the-end": lambda play: after_the_end(play, "agent_thinking"),
    "three-calls-of-a-tool": lambda play: outcomes_missing(play.ada) == 1,
    "same-words-twice": lambda play: twice(play.ada, "agent_thinking"),
    # users
    "message-id-of-another": lambda play: foreign(play.grace, play.ada),
    "answer-from-the-cache": lambda play: foreign(play.ada, play.grace),
    "run-of-another": lambda play: foreign(play.grace, play.ada),
    "words-of-another": lambda play: "what only Grace knows" in play.ada.all("error")[0]["message"],
    "close-4000": lambda play: play.grace.over and play.grace.close_code is None,
    "half-closed": lambda play: not play.alive,
    "cut-in-a-run": lambda play: play.ada_again.errors == ["too_many_runs"],
    # connections
    "resume-token-twice": lambda play: play.ada_once_more.status == 500,
    "after-beyond-the-end": lambda play: [one["replayed"] for one in play.ada_again.events] == [-7],
    "resume-while-open": unanswered,
    "numbers-begin-anew": numbers_repeat,
    "slow-reader-blocks": lambda play: play.grace.waited > BLOCKED,
    # frames
    "binary-accepted": pong,
    "empty-binary": crashed,
    "ping-between-fragments": lambda play: play.ada.errors == ["invalid_json"],
    "third-fragment": lambda play: play.ada.errors == ["invalid_json"],
    "empty-fragment": lambda play: play.ada.errors == ["invalid_json"],
    "split-character": crashed,
    "longest-ping": lambda play: play.ada.stayed and play.ada.pongs != play.ada.pings,
    "close-without-a-code": lambda play: play.ada.close_code == 1005 and play.ada.close_payload != b"",
    "unmasked-accepted": pong,
    "reserved-bit-accepted": pong,
}


def played(bug: Bug, *, buggy: bool, steps: Sequence[Step] | None = None) -> Play:
    """Play a bug's dialogue, or other steps, with a server that has it, or with one that has none."""

    async def main() -> Play:
        options = DemoOptions(pace=OPTIONS.pace, bugs=(bug,) if buggy else ())
        async with serve_demo(options=options) as server:
            play = Play(server.port, server)
            await play.act(bug.dialogue if steps is None else steps)
            await play.leave()
        return play

    return asyncio.run(main())


def test_there_are_many_bugs_each_told_in_one_line_with_its_findings_and_its_dialogue() -> None:
    assert len(BUGS) >= 50
    assert set(SYMPTOMS) == set(NAMES)
    page = (ROOT / "docs" / "findings.md").read_text()
    known = set(re.findall(r"^### (WS\d{3})", page, re.MULTILINE))
    for bug in BUGS:
        assert re.fullmatch(r"[A-Z][^\n]{10,110}\.", bug.wrong), bug.name
        assert bug.codes
        assert all(code in known or re.fullmatch("WS90[1-9]", code) for code in bug.codes), bug.name
        assert bug.dialogue[0].do == "connect"
        assert json.loads(json.dumps([step.as_json() for step in bug.dialogue]))
    assert {code for bug in BUGS for code in bug.codes} >= {f"WS90{number}" for number in range(1, 10)}


@pytest.mark.parametrize("bug", BUGS, ids=NAMES)
def test_a_bugs_dialogue_provokes_it(bug: Bug) -> None:
    assert SYMPTOMS[bug.name](played(bug, buggy=True))


def shortened(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """A dialogue without one of its messages, and without what is waited for behind it or at the end."""
    last = max(number for number, step in enumerate(steps) if step.do != "hear") + 1
    for number, step in enumerate(steps):
        if step.is_message and step not in steps[:number]:
            rest = dropwhile(lambda after: after.do == "hear", steps[number + 1 : last])
            yield [*steps[:number], *rest]


# How much a client must leave unread is the kernel's to say.
COUNTED = [bug for bug in BUGS if bug.messages and bug.name != "slow-reader-blocks"]


@pytest.mark.slow
@pytest.mark.parametrize("bug", COUNTED, ids=lambda bug: bug.name)
def test_a_bugs_dialogue_needs_each_of_its_messages(bug: Bug) -> None:
    for steps in shortened(bug.dialogue):
        # Less was said: what the symptom is about, or what a step refers to, may not be there at all.
        shown = False
        with suppress(IndexError, KeyError, ValueError, AssertionError):
            shown = SYMPTOMS[bug.name](played(bug, buggy=True, steps=steps))
        assert not shown, steps


@pytest.mark.parametrize("bug", BUGS, ids=NAMES)
def test_the_good_server_stands_a_bugs_dialogue(bug: Bug) -> None:
    play = played(bug, buggy=False)
    assert not SYMPTOMS[bug.name](play)
    assert (play.alive, play.health) == (True, 200)
    for session in play.sessions.values():
        assert session.close_code != 1011
        assert session.waited < BLOCKED
        assert "internal_error" not in session.errors
        assert not session.stayed or (session.unanswered, session.answers) == ([], session.messages)


def test_a_normal_chat_meets_no_bug(tmp_path: Path) -> None:
    free = asyncio.Semaphore(6)

    async def one(name: str, bugs: tuple[Bug, ...]) -> None:
        async with free, serve_demo(options=DemoOptions(pace=0.001, bugs=bugs)) as server:

            async def talk(port: int) -> None:
                options = ChatOptions(username="ada", password="analytical", url=f"ws://127.0.0.1:{port}")
                await chat(options, ["2 + 2", "what is a token?", "/ping", "weather; 6 * 7"], io.StringIO())

            await taped(server, tmp_path / f"{name}.wsr", talk)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for bug in BUGS:
                group.create_task(one(bug.name, (bug,)))
            group.create_task(one("all-at-once", tuple(BUGS)))

    asyncio.run(main())
    assert len(list(tmp_path.glob("*.wsr"))) == len(BUGS) + 1
    found = checked(tmp_path)
    assert [f"{name} {one}" for name in found for one in found[name] if one["severity"] != "info"] == []


@pytest.mark.slow
def test_check_names_the_bugs_that_a_recording_shows(tmp_path: Path) -> None:
    """Of each bug that existing judges can see, they say one of its codes; the good server gives none."""
    seen = [bug for bug in BUGS if any(not code.startswith("WS9") for code in bug.codes)]
    free = asyncio.Semaphore(6)

    async def one(bug: Bug, folder: str, bugs: tuple[Bug, ...]) -> None:
        async with free, serve_demo(options=DemoOptions(pace=OPTIONS.pace, bugs=bugs)) as server:

            async def talk(port: int) -> None:
                play = Play(port, server)
                await play.act(bug.dialogue)
                if any(session.unanswered for session in play.sessions.values() if session.stayed):
                    await asyncio.sleep(1.3)  # the contract gives answers a second, if nobody leaves
                await play.leave()

            await taped(server, tmp_path / folder / f"{bug.name}.wsr", talk)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for bug in seen:
                group.create_task(one(bug, "buggy", (bug,)))
                group.create_task(one(bug, "good", ()))

    (tmp_path / "buggy").mkdir()
    (tmp_path / "good").mkdir()
    asyncio.run(main())
    buggy, good = checked(tmp_path / "buggy"), checked(tmp_path / "good")
    codes = {name: {one["code"] for one in found} for name, found in buggy.items()}
    assert {
        bug.name: codes.get(bug.name) for bug in seen if not codes.get(bug.name, set()) & set(bug.codes)
    } == {}
    codes = {name: {one["code"] for one in found} for name, found in good.items()}
    assert {bug.name: codes[bug.name] for bug in seen if codes.get(bug.name, set()) & set(bug.codes)} == {}


def test_a_bug_that_is_none() -> None:
    with pytest.raises(DemoError, match="'nix' is no bug: `wsrecord demo bugs` lists them"):
        choose("nix")
