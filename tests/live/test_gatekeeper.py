"""How long a step waits: told events by hand, so that only the clock is left to chance."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import pytest
from live.recorded import Recorded

from wsrecord.cassette.model import Message, Opcode, Response
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import AnyStep, Connect, Say
from wsrecord.live.gatekeeper import Missed, await_gates
from wsrecord.live.scene import Scene
from wsrecord.live.stage import Waits

ID, LIVE = "0b5e7c1a-41f7-4f6e-9d52-c7a1d0e3b101", "f3a9d2c8-77aa-4b1e-8c0d-5d6e7f809fff"


def a_dialogue() -> tuple[Scene, list[AnyStep]]:
    """The second message of the client needs an id (hard), and came after a `note` (soft)."""
    recorded = (
        Recorded()
        .upgrade()
        .client({"type": "start"})
        .server({"type": "begun", "id": ID})
        .server({"type": "note"})
        .client({"type": "go", "id": ID})
        .close()
    )
    dialogue = script(recorded.recording)
    scene = Scene(Bindings(dialogue))
    connect, start, *rest = dialogue.steps
    assert isinstance(connect, Connect)
    assert isinstance(start, Say)
    scene.take(connect)
    place = {"connection": 1, "exchange": 1, "session": 1}
    scene.answered(connect, Response(t=0, began=0, status=101, reason="", headers=(), **place), None)
    scene.take(start)
    return scene, rest


def come(scene: Scene, **event: object) -> None:
    payload = json.dumps(event).encode()
    scene.passed(1, [Message(t=0, session=1, sender="server", opcode=Opcode.TEXT, payload=payload)])


def wait(act: Callable[[Scene], Awaitable[None]], waits: Waits) -> tuple[list[Missed], float]:
    async def run() -> tuple[list[Missed], float]:
        scene, (go, _) = a_dialogue()
        acting = asyncio.create_task(act(scene))  # type: ignore[arg-type]
        begun = time.monotonic()
        missed = await await_gates(scene, go, waits)
        took = time.monotonic() - begun
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        return missed, took

    return asyncio.run(run())


async def all_comes(scene: Scene) -> None:
    await asyncio.sleep(0.1)
    come(scene, type="note")
    come(scene, type="begun", id=LIVE)


async def the_note_does_not_come(scene: Scene) -> None:
    come(scene, type="begun", id=LIVE)


async def the_id_does_not_come(scene: Scene) -> None:
    come(scene, type="note")


async def the_session_ends(scene: Scene) -> None:
    await asyncio.sleep(0.1)
    scene.end(1)


async def other_things_keep_coming(scene: Scene) -> None:
    come(scene, type="begun", id=LIVE)
    for _ in range(60):
        await asyncio.sleep(0.05)
        come(scene, type="else")


def test_what_comes_is_not_waited_for_any_longer() -> None:
    missed, took = wait(all_comes, Waits(hard=5, soft=5))
    assert missed == []
    assert 0.1 <= took < 0.5


def test_a_soft_gate_is_given_up_when_it_is_quiet() -> None:
    (missed,), took = wait(the_note_does_not_come, Waits(hard=5, soft=0.2))
    assert not missed.gate.hard
    assert not missed.hopeless
    assert 0.2 <= took < 0.6


def test_a_hard_gate_has_its_deadline() -> None:
    (missed,), took = wait(the_id_does_not_come, Waits(hard=0.4, soft=0.1))
    assert missed.gate.why == "link"
    assert 0.4 <= took < 0.8
    assert missed.waited >= 0.4


async def a_slow_server_begins(scene: Scene) -> None:
    await asyncio.sleep(0.6)
    come(scene, type="else")


def test_the_silence_of_a_server_that_has_not_begun_says_nothing() -> None:
    missed, took = wait(a_slow_server_begins, Waits(hard=2, soft=0.2))
    assert {one.gate.why: round(one.waited, 1) for one in missed}["kind"] == pytest.approx(0.8, abs=0.15)
    assert took < 2.5


def test_nothing_more_comes_once_the_session_is_over() -> None:
    missed, took = wait(the_session_ends, Waits(hard=5, soft=5))
    assert {one.hopeless for one in missed} == {True}
    assert {one.gate.hard for one in missed} == {True, False}
    assert took < 0.5


def test_soft_gates_have_a_last_moment_too() -> None:
    (missed,), took = wait(other_things_keep_coming, Waits(hard=5, soft=0.2))
    assert not missed.gate.hard
    assert 0.2 <= took < 1.5


OTHER, OTHERS = "77e0a4d2-5b1c-4c39-8a6f-1d2e3f405162", "c2b4f6a8-0d1e-4f3a-b5c7-9e8d7c6b5a49"


def wait_for_its_own(act: Callable[[Scene], Awaitable[None]], waits: Waits) -> tuple[list[Missed], float]:
    """Two runs are open, and each is rated when it is done: how long the first one's rating waits."""
    recorded = Recorded().upgrade().client({"type": "start"})
    for run in (ID, OTHER):
        recorded.server({"type": "begun", "run": run})
    for run in (ID, OTHER):
        recorded.server({"type": "done", "run": run}).client({"type": "rate", "run": run})
    dialogue = script(recorded.close().recording)
    connect, start, rate, *_ = dialogue.steps
    assert isinstance(connect, Connect)

    async def run() -> tuple[list[Missed], float]:
        scene = Scene(Bindings(dialogue))
        scene.take(connect)
        place = {"connection": 1, "exchange": 1, "session": 1}
        scene.answered(connect, Response(t=0, began=0, status=101, reason="", headers=(), **place), None)
        scene.take(start)
        for live in (LIVE, OTHERS):
            come(scene, type="begun", run=live)
        acting = asyncio.create_task(act(scene))  # type: ignore[arg-type]
        begun = time.monotonic()
        missed = await await_gates(scene, rate, waits)
        took = time.monotonic() - begun
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        return missed, took

    return asyncio.run(run())


async def the_other_run_ends_first(scene: Scene) -> None:
    come(scene, type="done", run=OTHERS)
    for _ in range(20):
        await asyncio.sleep(0.05)
        come(scene, type="word", run=LIVE)
    come(scene, type="done", run=LIVE)


async def only_the_other_run_ends(scene: Scene) -> None:
    come(scene, type="done", run=OTHERS)


async def words_without_end(scene: Scene) -> None:
    while True:
        come(scene, type="word", run=LIVE)
        await asyncio.sleep(0.05)


def test_another_runs_end_is_not_its_own_however_long_words_come() -> None:
    missed, took = wait_for_its_own(the_other_run_ends_first, Waits(hard=5, soft=0.2))
    assert missed == []
    assert 1.0 <= took < 2.0


def test_its_own_end_is_given_up_after_a_longer_silence() -> None:
    (missed,), took = wait_for_its_own(only_the_other_run_ends, Waits(hard=5, soft=0.2))
    assert missed.gate.same
    assert 0.6 <= took < 1.2


def test_its_own_end_has_the_hard_gates_deadline() -> None:
    (missed,), took = wait_for_its_own(words_without_end, Waits(hard=1, soft=0.2))
    assert missed.gate.same
    assert 1.0 <= took < 1.6
