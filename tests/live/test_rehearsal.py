"""One cassette against one target, once: what could not be done is told in the recording's words."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from live.chat import OLD, chat, conversation, without
from live.recorded import Recorded
from live.test_player import QUICK, closed, hear, say
from support.scripted import Peer, nothing_left, scripted

from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.dialogue.script import script
from wsrecord.judge.drift.options import Options
from wsrecord.judge.finding import Finding
from wsrecord.live.client import Patience
from wsrecord.live.played import Played
from wsrecord.live.rehearsal import Piece, compared, judged, perform, vacuous, whole, written
from wsrecord.live.stage import Stage
from wsrecord.live.upstream import Routes, parse_target

NONCE = "abcdef012345"


def piece(recorded: Recorded | None = None) -> Piece:
    recording = (recorded or conversation()).recording
    return Piece(name="chat.wsr", recorded=recording, dialogue=script(recording))


async def played(one: Piece, act: Callable[[Peer], Awaitable[None]], **stage: Any) -> Played:
    async with nothing_left(), scripted(act) as port:
        routes = Routes.of({"/": parse_target(f"ws://127.0.0.1:{port}", None)})
        patience = Patience(connect=1, close=0.3, drain=0.5)
        given = {"waits": QUICK, "patience": patience, "timeout": 5.0, **stage}
        return await perform(one, Stage(routes, **given), {}, None)


def found(
    folder: Path, act: Callable[[Peer], Awaitable[None]], recorded: Recorded | None = None, **stage: Any
) -> tuple[Played, list[Finding]]:
    one = piece(recorded)
    done = asyncio.run(played(one, act, **stage))
    _, live = written(done.reel, folder / "live.wsr", Redactor(nonce=NONCE), NONCE)
    return done, judged(one, done, live, [], Options())


def messages(findings: list[Finding], code: str) -> list[str]:
    return [one.message for one in findings if one.code == code]


def test_what_was_awaited_is_named_with_event_and_place(tmp_path: Path) -> None:
    async def forgets(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome", "motto": "hello there"})
        await hear(peer)
        await say(peer, {"type": "started"}, {"type": "thinking"}, {"type": "done", "answer": "42"})
        await closed(peer)

    done, findings = found(tmp_path, forgets)
    assert messages(findings, "WS821") == []  # that it waited is no second fault
    [unsent] = messages(findings, "WS822")
    assert unsent.startswith("rate was not sent: it needs run_id from started")
    assert "; nor was the close" in unsent
    assert not whole(done)
    # One cause, one breaking finding; the steps that it held up are remarks.
    assert {one.severity for one in findings if one.code in ("WS821", "WS822")} == {"info"}


def test_a_session_that_ends_first_is_told_as_such(tmp_path: Path) -> None:
    async def leaves(peer: Peer) -> None:
        await peer.upgrade()
        await say(peer, {"type": "welcome", "motto": "hello there"})
        await hear(peer)

    _, findings = found(tmp_path, leaves)
    assert [one.code for one in findings if one.severity == "breaking"] == ["WS412"]
    [unsent] = messages(findings, "WS822")
    assert unsent.startswith("rate was not sent: it needs run_id from started")


def test_a_replay_that_is_ended_says_how_long_it_may_take(tmp_path: Path) -> None:
    async def silent(peer: Peer) -> None:
        await peer.upgrade()
        await asyncio.sleep(20)

    done, findings = found(tmp_path, silent, timeout=0.3)
    assert done.timed_out == 0.3
    assert any(one.severity == "breaking" for one in findings)
    assert not whole(done)


def test_broken_frames_are_told_even_where_nothing_else_is_wrong(tmp_path: Path) -> None:
    async def breaks_at_the_end(peer: Peer) -> None:
        await chat()(peer)
        peer.write(b"\x83\x00\x83\x00")

    _, findings = found(tmp_path, breaks_at_the_end)
    assert all(one.code in ("WS401", "WS823", "WS406") or one.severity != "breaking" for one in findings)


def test_two_runs_are_compared_by_the_sessions_they_stand_for(tmp_path: Path) -> None:
    """The sessions of three runs have numbers of their own, in the order in which they were opened."""
    one = piece(conversation().upgrade(2).server({"type": "other"}, session=2).close(session=2))

    async def both() -> tuple[Played, Played]:
        def act(answer: bool) -> Callable[[Peer], Awaitable[None]]:
            talk = chat() if answer else chat(without("done", "answer"))

            async def act(peer: Peer) -> None:
                await talk(peer)

            return act

        return await played(one, act(False)), await played(one, act(True))

    mine, theirs = asyncio.run(both())
    live = [
        written(take.reel, tmp_path / f"{number}.wsr", Redactor(nonce=NONCE), NONCE)[1]
        for number, take in enumerate((mine, theirs))
    ]
    pairs = (mine, live[0]), (theirs, live[1])
    assert [each.code for each in compared(one, *pairs, [], Options()) if each.severity == "breaking"] == [
        "WS803"
    ]
    again = (theirs, live[1])
    assert compared(one, again, again, [], Options()) == []


def test_nothing_to_compare_is_told_once_for_each_cassette() -> None:
    silent = Recorded().upgrade().client({"type": "x", "id": OLD}).close()
    assert [one.code for one in vacuous(piece(silent)) if one.severity == "breaking"] == ["WS608"]
    assert [one.code for one in vacuous(piece()) if one.severity == "breaking"] == []
    refused = Recorded().upgrade(status=401)
    assert [one.code for one in vacuous(piece(refused)) if one.severity == "breaking"] == []


def test_what_a_replay_carried_over_is_the_same_where_every_value_counts(tmp_path: Path) -> None:
    recorded = Recorded().upgrade().client({"type": "open"}).server({"type": "opened", "handle": 47})
    recorded.client({"type": "read", "handle": 47}).server(
        {"type": "data", "handle": 47, "at": "/f/47"}
    ).close()

    def answers(handle: int) -> Callable[[Peer], Awaitable[None]]:
        async def act(peer: Peer) -> None:
            await peer.upgrade()
            await hear(peer)
            await say(peer, {"type": "opened", "handle": 12})
            await hear(peer)
            await say(peer, {"type": "data", "handle": handle, "at": "/f/47"})
            await closed(peer)

        return act

    def differing(handle: int) -> list[str]:
        one = piece(recorded)
        done = asyncio.run(played(one, answers(handle)))
        _, live = written(done.reel, tmp_path / f"{handle}.wsr", Redactor(nonce=NONCE), NONCE)
        assert done.bound == {47: 12}
        return messages(judged(one, done, live, [], Options(match="exact")), "WS820")

    assert differing(12) == []
    assert differing(13) == ["data: /handle is 13; in the recording 47"]
