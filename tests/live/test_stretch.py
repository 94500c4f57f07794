"""Many cases at a time: when they go on, and when all come home."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from support.frames import server as frames
from support.scripted import Peer, scripted

from wsrecord.contract.model import Contract
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.finding import Finding, Place
from wsrecord.live.care import Care
from wsrecord.live.client import Patience
from wsrecord.live.door import Door, Way
from wsrecord.live.outcome import Acted
from wsrecord.live.reel import Reel
from wsrecord.live.rules import Rules
from wsrecord.live.stretch import Player, Stretch
from wsrecord.live.suspects import suspects
from wsrecord.live.target import Target, TargetOptions, ready

CONTRACT_OF_NOTHING = Contract(name="nothing", file="contract.yaml")
FINDING = Finding(code="WS902", severity="breaking", message="refused", place=Place(session=1))
AT_ONCE, ROUND = 2, 10


def cases(count: int) -> Iterator[Case]:
    return (Case((Say(event=str(number)),)) for number in range(count))


def number(case: Case) -> int:
    (move,) = case.moves
    assert isinstance(move, Say)
    return int(move.event or "")


def acted(case: Case, *, denied: str | None = None, dead: bool = False) -> Acted:
    return Acted(case, Reel({}, lambda: 0), (), frozenset(), frozenset(), denied=denied, dead=dead)


class Server:
    """It answers pings, as long as it is let."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()

    async def act(self, peer: Peer) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # who looks in leaves soon
            await peer.upgrade()
            while True:
                first, payload = await peer.frame()
                if first & 15 == 9:
                    await self.free.wait()
                    peer.write(frames.frame(10, payload))
                elif first & 15 == 8:
                    peer.write(frames.frame(8, payload))
                    return


async def stretch(
    count: int,
    act: Callable[[Case], Awaitable[Acted]],
    *,
    fails: Callable[[Case], bool] = lambda case: False,
    known: bool = False,
    told: Callable[[], None] = lambda: None,
    server: Server | None = None,
) -> Stretch:
    """One of them, against a server that says nothing but pongs."""

    def rules(target: Target) -> Rules:
        doors = [Door(Way(), target.upstream, Patience())]
        return Rules(CONTRACT_OF_NOTHING, Vocabulary(CONTRACT_OF_NOTHING), frozenset(), doors)

    url = "ws://127.0.0.1:{}"
    async with (
        scripted((server or Server()).act) as port,
        ready(TargetOptions(url=url.format(port))) as target,
    ):
        player = Player(
            act=act,
            judge=lambda one: (one.case, FINDING) if fails(one.case) else None,
            may=lambda: True,
            fresh=lambda finding: not known,
            is_open=lambda case: False,
            heavy=lambda: False,
            late=lambda: False,
            told=told,
        )
        one = Stretch(cases(count), AT_ONCE, Care(target, rules, None), player)
        async with asyncio.timeout(20):
            await one.run()
        return one


async def at_once(case: Case) -> Acted:
    await asyncio.sleep(0)
    return acted(case)


def test_nobody_waits_for_the_slowest() -> None:
    async def main() -> None:
        many = asyncio.Event()

        async def act(case: Case) -> Acted:
            if number(case) == 3:
                await many.wait()  # as long as the others take for four rounds
            if number(case) == 4 * ROUND:
                many.set()
            return await at_once(case)

        done = await stretch(5 * ROUND, act)
        assert done.exhausted
        assert done.failed == []

    asyncio.run(main())


def test_a_failure_that_is_to_be_looked_into_ends_it() -> None:
    begun: list[int] = []

    async def act(case: Case) -> Acted:
        begun.append(number(case))
        return await at_once(case)

    done = asyncio.run(stretch(10 * ROUND, act, fails=lambda case: number(case) == 12))
    assert [(number(case), finding) for case, finding in done.failed] == [(12, FINDING)]
    assert not done.exhausted
    assert 12 <= len(begun) <= 12 + 2 * AT_ONCE


def test_one_that_is_known_does_not() -> None:
    looks: list[None] = []

    async def act(case: Case) -> Acted:
        await asyncio.sleep(0.001)  # the looks go on meanwhile
        return acted(case)

    done = asyncio.run(
        stretch(
            10 * ROUND,
            act,
            fails=lambda case: not number(case) % 3,
            known=True,
            told=lambda: looks.append(None),
        )
    )
    assert done.exhausted
    assert looks


def test_nothing_is_begun_any_more_where_nobody_answers() -> None:
    async def act(case: Case) -> Acted:
        await asyncio.sleep(0)
        return acted(case, dead=number(case) == 5)

    done = asyncio.run(stretch(10 * ROUND, act))
    assert len(done.timed) <= 5 + AT_ONCE
    assert any(one.acted.dead for one in done.timed)


def test_a_server_that_lets_nobody_in_is_told_after_a_round() -> None:
    async def act(case: Case) -> Acted:
        await asyncio.sleep(0)
        return acted(case, denied="the upgrade was answered with 401")

    done = asyncio.run(stretch(10 * ROUND, act))
    assert done.denied == "the upgrade was answered with 401"
    assert len(done.timed) < ROUND + AT_ONCE


def test_one_that_lets_some_in_is_not_said_to() -> None:
    async def act(case: Case) -> Acted:
        await asyncio.sleep(0)
        return acted(case, denied="429" if number(case) % 2 else None)

    assert asyncio.run(stretch(3 * ROUND, act)).denied is None


def test_those_that_were_under_way_when_another_session_began_to_wait() -> None:
    async def main() -> Stretch:
        server = Server()

        async def act(case: Case) -> Acted:
            if number(case) == 20:
                server.free.clear()
                await asyncio.sleep(1.5)
                server.free.set()
            await asyncio.sleep(0.01)
            return acted(case)

        return await stretch(1000 * ROUND, act, server=server)

    done = asyncio.run(main())
    assert done.alarmed
    assert not done.exhausted
    around = [number(case) for case in suspects(done.timed, done.watch.when)]
    assert 20 in around
