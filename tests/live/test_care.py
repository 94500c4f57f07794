"""How a server is looked after: what is learned of it once, and what is not asked again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.frames import server as frames
from support.scripted import Peer, scripted

from wsrecord.contract.model import Contract
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.care import Care
from wsrecord.live.client import Patience
from wsrecord.live.door import Door, Way
from wsrecord.live.rules import Rules
from wsrecord.live.target import Target, TargetOptions, ready

CONTRACT_OF_NOTHING = Contract(name="nothing", file="contract.yaml")


@asynccontextmanager
async def cared_for(asked: list[bytes], *, pongs: bool) -> AsyncIterator[Care]:
    """For a server that notes each ping, and may answer them."""

    async def act(peer: Peer) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):  # who looks in leaves soon
            await peer.upgrade()
            while True:
                first, payload = await peer.frame()
                if first & 15 == 9:
                    asked.append(payload)
                    if pongs:
                        peer.write(frames.frame(10, payload))
                elif first & 15 == 8:
                    peer.write(frames.frame(8, payload))
                    return

    def rules(target: Target) -> Rules:
        doors = [Door(Way(), target.upstream, Patience())]
        return Rules(CONTRACT_OF_NOTHING, Vocabulary(CONTRACT_OF_NOTHING), frozenset(), doors)

    async with (
        scripted(act) as port,
        ready(TargetOptions(url=f"ws://127.0.0.1:{port}")) as target,
    ):
        yield Care(target, rules, None)


@pytest.mark.parametrize("pongs", [True, False])
def test_whether_there_are_pongs_is_learned_with_the_first_visit(pongs: bool) -> None:
    async def main() -> bool:
        async with cared_for([], pongs=pongs) as care:
            await care.knock()
            return care.has_pongs

    assert asyncio.run(main()) is pongs


def test_who_has_no_pongs_is_asked_once_in_a_run() -> None:
    asked: list[bytes] = []

    async def main() -> None:
        async with cared_for(asked, pongs=False) as care:
            await care.knock()
            for _ in range(3):
                await care.settled()
                async with care.watch() as watch:
                    await asyncio.sleep(0.12)
                assert not watch.alarmed

    asyncio.run(main())
    assert len(asked) == 1


def test_who_has_pongs_is_asked_each_time() -> None:
    asked: list[bytes] = []

    async def main() -> None:
        async with cared_for(asked, pongs=True) as care:
            await care.knock()
            await care.settled()
            async with care.watch():
                pass

    asyncio.run(main())
    assert len(asked) >= 3
