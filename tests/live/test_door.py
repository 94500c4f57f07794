"""The way into servers whose every byte is the test's: logins that are refused, tokens that expire."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import pytest
from live.recorded import Recorded
from live.test_player import closed
from support.scripted import Peer, nothing_left, scripted

from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.errors import TargetError
from wsrecord.explore.moves import Case, Connect
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.acting import act
from wsrecord.live.care import Care
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.door import Answers, Door, Entry, Way
from wsrecord.live.handshake import accept_for
from wsrecord.live.reel import Reel
from wsrecord.live.rules import Rules
from wsrecord.live.target import TargetOptions, ready
from wsrecord.live.upstream import parse_target

RECORDED = "tkn-4f3c9a1b7d2e8a6c"
NOTHING = Contract(name="nothing", file="contract.yaml")
REFUSED = "POST /login was answered with 401 (200 in the recording), without token"
Found = TypeVar("Found")


class Server:
    """Gives those a token who may log in, and lets in who has one that is good."""

    def __init__(self, *users: str) -> None:
        self.users = users
        self.good: set[str] = {"given"}
        self.logins = self.upgrades = 0

    async def act(self, peer: Peer) -> None:
        head, body = await peer.request()
        if head.startswith(b"POST"):
            self.logins += 1
            token = f"tkn-{self.logins}a9b8c7d6e5f4a3b"
            may = json.loads(body)["user"] in self.users
            self.good |= {token} if may else set()
            answer = json.dumps({"token": token} if may else {"detail": "no"}).encode()
            status = b"200 OK" if may else b"401 Unauthorized"
            peer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(answer)) + answer)
            await peer.reader.read()
            return
        self.upgrades += 1
        if not any(one.encode() in head for one in self.good):
            peer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await peer.reader.read()
            return
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = accept_for(key.partition(b":")[2].decode().strip())
        peer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept.encode()
        )
        await closed(peer)


def way(user: str, purse: Purse | None = None) -> Way:
    recorded = Recorded().ask("/login", {"user": user}, {"token": RECORDED})
    recorded.upgrade(2, f"/ws?token={RECORDED}").server({"type": "welcome"}, session=2).close(session=2)
    return Way(script(recorded.recording), purse=purse or Purse())


def with_doors(server: Server, ways: list[Way], do: Callable[[list[Door], int], Awaitable[Found]]) -> Found:
    async def run() -> Found:
        async with nothing_left(), scripted(server.act) as port, asyncio.timeout(5):
            upstream = parse_target(f"ws://127.0.0.1:{port}", None)
            return await do([Door(one, upstream, Patience(close=0.3)) for one in ways], port)

    return asyncio.run(run())


async def come(door: Door) -> Entry:
    entry = await door.enter(Reel({}, lambda: 0), Answers())
    if entry.refused is None:
        await entry.client.close()
    entry.client.kill()
    await asyncio.sleep(0)
    return entry


def test_a_refused_login_is_named_and_no_upgrade_is_sent() -> None:
    server = Server("ada")
    entry = with_doors(server, [way("bob")], lambda doors, _: come(doors[0]))
    assert (entry.status, entry.refused) == (None, REFUSED)
    assert (server.logins, server.upgrades) == (1, 0)


def test_a_login_that_was_refused_is_tried_again_by_the_next_who_comes() -> None:
    server = Server()

    async def twice(doors: list[Door], _: int) -> tuple[Entry, Entry]:
        first = await come(doors[0])
        server.users = ("ada",)
        return first, await come(doors[0])

    first, second = with_doors(server, [way("ada")], twice)
    assert (first.refused, second.refused, second.status) == (REFUSED, None, 101)


def test_a_given_parameter_may_do_what_the_login_did_not() -> None:
    server = Server()
    entry = with_doors(
        server, [way("bob", Purse(given_query=(("token", "given"),)))], lambda doors, _: come(doors[0])
    )
    assert (entry.refused, entry.status) == (None, 101)


def test_one_whose_token_has_expired_logs_in_anew() -> None:
    server = Server("ada")

    async def twice(doors: list[Door], _: int) -> tuple[Entry, Entry]:
        first = await come(doors[0])
        server.good.clear()
        return first, await come(doors[0])

    first, second = with_doors(server, [way("ada")], twice)
    assert (first.status, second.status, second.refused) == (101, 101, None)
    assert (server.logins, server.upgrades) == (2, 3)


def rules(doors: list[Door]) -> Rules:
    return Rules(NOTHING, Vocabulary(NOTHING), frozenset(), doors)


def test_a_case_whose_user_can_not_log_in_says_nothing_of_the_server() -> None:
    case = Case((Connect(on=1), Connect(on=2, user=1)))
    acted = with_doors(
        Server("ada"), [way("ada"), way("bob")], lambda doors, _: act(case, rules(doors), Random(1))
    )
    assert (acted.facts, acted.denied, acted.dead) == ((), REFUSED, False)


@pytest.mark.parametrize(
    ("users", "whose"),
    [(("ada", "bob"), ""), (("ada",), "does not let the user of "), (("bob",), "lets nobody in: ")],
)
def test_every_door_is_tried_before_anything_is_played(users: tuple[str, ...], whose: str) -> None:
    server = Server(*users)
    ways = [way("ada"), way("bob")] if whose != "lets nobody in: " else [way("ada")]

    async def knock(doors: list[Door], port: int) -> None:
        async with ready(TargetOptions(url=f"ws://127.0.0.1:{port}/ws")) as target:
            await Care(target, lambda _: rules(doors), None).knock()

    if not whose:
        with_doors(server, ways, knock)
        assert server.upgrades == 2
        return
    with pytest.raises(TargetError, match=whose) as error:
        with_doors(server, ways, knock)
    assert REFUSED in str(error.value)
