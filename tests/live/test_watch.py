"""A session beside the others: what it notices, and what it must not take for anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.frames import server as frames
from support.scripted import Peer, scripted

from wsrecord.live.client import Patience
from wsrecord.live.door import Door, Way
from wsrecord.live.upstream import parse_target
from wsrecord.live.watch import Watch


@asynccontextmanager
async def watched(
    seen: list[str], *, pongs: int = 99, leaves: bool = False, asks: bool = True
) -> AsyncIterator[Watch]:
    async def act(peer: Peer) -> None:
        await peer.upgrade()
        seen.append("came")
        if leaves:
            if asks:
                _, payload = await peer.frame()
                peer.write(frames.frame(10, payload))
            return
        while True:
            first, payload = await peer.frame()
            if first & 15 == 9:
                seen.append("ping")
                if seen.count("ping") <= pongs:
                    peer.write(frames.frame(10, payload))
            elif first & 15 == 8:
                seen.append("left")
                peer.write(frames.frame(8, payload))
                return

    async with scripted(act) as port:
        door = Door(Way(), parse_target(f"ws://127.0.0.1:{port}", None), Patience())
        async with Watch(door, asks=asks) as watch:
            yield watch


def test_a_server_that_answers_is_not_waited_for() -> None:
    async def main() -> Watch:
        async with watched([]) as watch:
            await asyncio.sleep(0.3)
        return watch

    watch = asyncio.run(main())
    assert watch.longest < 0.25
    assert not watch.lost


def test_one_that_does_not_answer_is_an_alarm() -> None:
    async def main() -> Watch:
        async with watched([], pongs=1) as watch:
            assert not watch.alarmed
            await asyncio.sleep(1.2)
            assert watch.alarmed
        return watch

    assert asyncio.run(main()).longest > 1.0


def test_time_in_which_this_program_did_not_listen_does_not_count() -> None:
    async def main() -> None:
        async with watched([], pongs=1) as watch:
            await asyncio.sleep(1.2)
            watch.excuse(1.0)
            assert not watch.alarmed

    asyncio.run(main())


@pytest.mark.parametrize("asks", [True, False])
def test_a_session_that_the_server_ends_is_lost(asks: bool) -> None:
    async def main() -> Watch:
        async with watched([], leaves=True, asks=asks) as watch:
            await asyncio.sleep(0.2)
        return watch

    assert asyncio.run(main()).lost


def test_where_there_are_no_pongs_nobody_asks_and_a_session_that_goes_on_is_not_lost() -> None:
    seen: list[str] = []

    async def main() -> Watch:
        async with watched(seen, pongs=0, asks=False) as watch:
            await asyncio.sleep(0.3)
            await watch.renew()
        return watch

    watch = asyncio.run(main())
    assert seen == ["came", "left", "came", "left"]
    assert not watch.alarmed


def test_another_session_takes_over_and_none_is_lost() -> None:
    seen: list[str] = []

    async def main() -> Watch:
        async with watched(seen) as watch:
            await watch.renew()
            assert [one for one in seen if one != "ping"] == ["came", "left", "came"]
        return watch

    assert not asyncio.run(main()).lost


def test_a_server_without_pongs_keeps_nobody_waiting() -> None:
    async def main() -> Watch:
        async with watched([], pongs=0) as watch:
            await asyncio.sleep(0.2)
        return watch

    watch = asyncio.run(main())
    assert not watch.alarmed
    assert watch.longest == 0.0
