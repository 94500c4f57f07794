"""A made-up dialogue against servers whose every byte is the test's."""

import asyncio
import json
import time
from pathlib import Path
from random import Random

import pytest
from support.frames import server
from support.scripted import Peer, scripted

from wsrecord.contract.load import load
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.fuzz import Bare, Meant
from wsrecord.live.acting import act
from wsrecord.live.client import Patience
from wsrecord.live.door import Door, Way
from wsrecord.live.rules import Rules, Waiting
from wsrecord.live.upstream import parse_target

CONTRACT = """
contract: talk
name: /type
client: {say: {type: object, required: [id], properties: {id: {type: string}}}}
server: {said: null}
keys: {message: /id}
flows: {message: {key: message, order: say said}}
"""
CLOSE, PING, PONG = 0x88, 0x89, 0x8A


@pytest.mark.parametrize("pongs", [True, False])
def test_a_pong_may_come_behind_the_answer(tmp_path: Path, pongs: bool) -> None:
    """A server with a thread for each direction answers in any order; but it answers."""
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    contract = load(tmp_path)

    async def answers_the_message_first(peer: Peer) -> None:
        await peer.upgrade()
        text, ping = b"", b""
        first = 0
        while not first & 0x80 or first == PING:
            first, payload = await peer.frame()
            text, ping = (text, payload) if first == PING else (text + payload, ping)
        said = {"type": "said", "id": json.loads(text)["id"]}
        peer.write(server.text(json.dumps(said)))
        await asyncio.sleep(0.1)  # the other thread's turn
        if pongs:
            peer.write(server.pong(ping))
        await peer.frame()
        peer.write(server.close(1000))

    async def run() -> list[Bare]:
        async with scripted(answers_the_message_first) as port:
            door = Door(Way(), parse_target(f"ws://127.0.0.1:{port}", None), Patience())
            rules = Rules(contract, Vocabulary(contract), frozenset(), [door])
            move = Say(event="say", value={"type": "say", "id": {"$new": 1}}, cuts=(9,), ping_at=1)
            acted = await act(Case((move,)), rules, Random(1))
            return [fact for fact in acted.facts if isinstance(fact, Bare)]

    (fact,) = asyncio.run(run())
    assert fact.what == "a message in several frames with a ping between them"
    assert fact.got == (None if pongs else "no pong")


def test_the_wait_for_an_answer_was_silence_too(tmp_path: Path) -> None:
    """Who has not answered by then is not waited for once more, until nothing is open."""
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    contract = load(tmp_path)

    async def never_answers(peer: Peer) -> None:
        await peer.upgrade()
        while (await peer.frame())[0] != CLOSE:
            pass
        peer.write(server.close(1000))

    async def run() -> float:
        async with scripted(never_answers) as port:
            door = Door(Way(), parse_target(f"ws://127.0.0.1:{port}", None), Patience())
            waiting = Waiting(answer=0.3, quiet=5.0)
            rules = Rules(contract, Vocabulary(contract), frozenset(), [door], waiting=waiting)
            began = time.monotonic()
            move = Say(event="say", value={"type": "say", "id": {"$new": 1}})
            acted = await act(Case((move,)), rules, Random(1))
            assert [fact.answer for fact in acted.facts if isinstance(fact, Meant)] == ["none"]
            return time.monotonic() - began

    assert 0.3 <= asyncio.run(run()) < 4


def test_answers_that_come_one_after_the_other_are_answers(tmp_path: Path) -> None:
    """A server that is slow is not silent: who waits for the last waits for those before it."""
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    contract = load(tmp_path)

    async def answers_in_turn(peer: Peer) -> None:
        await peer.upgrade()
        while (frame := await peer.frame())[0] != CLOSE:
            await asyncio.sleep(0.15)
            peer.write(server.text(json.dumps({"type": "said", "id": json.loads(frame[1])["id"]})))
        peer.write(server.close(1000))

    async def run() -> list[str]:
        async with scripted(answers_in_turn) as port:
            door = Door(Way(), parse_target(f"ws://127.0.0.1:{port}", None), Patience())
            waiting = Waiting(answer=0.6, quiet=0.6, whole=6.0)
            rules = Rules(contract, Vocabulary(contract), frozenset(), [door], waiting=waiting)
            moves = [
                Say(event="say", value={"type": "say", "id": {"$new": n}}, then="now") for n in range(25)
            ]
            acted = await act(Case(tuple(moves)), rules, Random(1))
            return [fact.answer for fact in acted.facts if isinstance(fact, Meant)]

    assert asyncio.run(run()) == ["answered"] * 25


def test_what_a_server_says_unasked_keeps_nobody_waiting(tmp_path: Path) -> None:
    told = CONTRACT.replace("{said: null}", "{said: null, more: null, tick: null}")
    (tmp_path / "contract.yaml").write_text(told.replace("say said}", "say said more}"))
    contract = load(tmp_path)

    async def ticks(peer: Peer) -> None:
        await peer.upgrade()
        _, said = await peer.frame()
        peer.write(server.text(json.dumps({"type": "said", "id": json.loads(said)["id"]})))
        leaving = asyncio.create_task(peer.frame())
        while not (await asyncio.wait([leaving], timeout=0.05))[0]:
            peer.write(server.text('{"type": "tick"}'))
        peer.write(server.close(1000))

    async def run() -> float:
        async with scripted(ticks) as port:
            door = Door(Way(), parse_target(f"ws://127.0.0.1:{port}", None), Patience())
            waiting = Waiting(answer=0.3, quiet=0.3, whole=60.0)
            rules = Rules(contract, Vocabulary(contract), frozenset(), [door], waiting=waiting)
            move = Say(event="say", value={"type": "say", "id": {"$new": 1}})
            began = time.monotonic()
            await act(Case((move,)), rules, Random(1))
            return time.monotonic() - began

    assert asyncio.run(run()) < 6  # a third of the whole was waited
