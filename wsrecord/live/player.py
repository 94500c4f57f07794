"""Acts out a dialogue against a target: a lane for each recorded connection, joined by their gates."""

import asyncio
import time

from wsrecord.cassette.model import Message, Response
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.steps import AnyStep, Ask, Connect, Dialogue
from wsrecord.live.client import Client
from wsrecord.live.lane import Book, Lane, Play
from wsrecord.live.played import Played, Stall
from wsrecord.live.reel import Reel
from wsrecord.live.scene import Scene
from wsrecord.live.settling import settling
from wsrecord.live.stage import Stage
from wsrecord.live.upstream import Upstream
from wsrecord.wire.frames import Direction


async def play(dialogue: Dialogue, bindings: Bindings, stage: Stage) -> Played:
    """Act it out once, within the stage's time; nothing of it is left running after."""
    return await Player(dialogue, bindings, stage).play()


class Player:
    """One replay."""

    def __init__(self, dialogue: Dialogue, bindings: Bindings, stage: Stage) -> None:
        for purse in (stage.purse, *stage.purses.values()):
            purse.check()  # before anything is connected
        zero = time.monotonic_ns()
        targets = {prefix: upstream.url for prefix, upstream in stage.routes.by_prefix}
        self.reel = Reel(targets, lambda: time.monotonic_ns() - zero)
        self._stage = stage
        self._scene = Scene(bindings)
        self._book = Book(self.reel.clock)
        self._clients: dict[Client, Lane] = {}
        self._sessions: dict[int, int] = {}
        self._exchanges: dict[tuple[int, int], tuple[int, int]] = {}
        shared = Play(
            dialogue,
            stage,
            self._scene,
            self._book,
            settling(dialogue),
            self._dial,
            lambda lane: all(one.done for one in self._lanes if one is not lane),
        )
        self._lanes = [Lane(shared, steps) for steps in _by_connection(dialogue)]

    async def play(self) -> Played:
        """Act it out."""
        timed_out = None
        try:
            async with asyncio.timeout(self._stage.timeout), asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(lane.run())
        except TimeoutError:
            timed_out = self._stage.timeout
            self._tell_where_they_were()
        except BaseExceptionGroup as group:  # each lane's own: the first stands for all
            raise group.exceptions[0] from None
        finally:
            for client in self._clients:
                client.kill()
            await asyncio.sleep(0)  # asyncio closes what was let go in its next turn
        for client in self._clients:
            if client.bug is not None:
                raise client.bug
        book = self._book
        return Played(
            recording=self.reel.recording(),
            reel=self.reel,
            taken=tuple(self._scene.taken),
            stalls=tuple(book.stalls),
            unsent=tuple(book.unsent),
            given_up=tuple(book.given_up),
            spared=tuple(book.spared),
            troubles=tuple(client.trouble for client in self._clients if client.trouble is not None),
            sessions=self._sessions,
            exchanges=self._exchanges,
            denied=frozenset(book.denied),
            bound=self._scene.bindings.known,
            timed_out=timed_out,
        )

    # -- what the clients tell: see live/client.py

    def answered(self, client: Client, response: Response) -> None:
        """A whole answer."""
        step = self._clients[client].answered(client, response)
        if isinstance(step, Ask):
            live = (response.connection, response.exchange)
            self._exchanges[step.connection, step.exchange] = live
        elif isinstance(step, Connect) and client.session is not None:
            self._sessions[step.session] = client.session

    def passed(self, client: Client, sender: Direction, messages: list[Message]) -> None:
        """Messages of a session."""
        self._clients[client].passed(client, messages)

    def over(self, client: Client) -> None:
        """A connection is over."""
        self._clients[client].over(client)

    # -- inside

    def _dial(self, lane: Lane, upstream: Upstream) -> Client:
        client = Client(upstream, self.reel, self, self._stage.patience)
        self._clients[client] = lane
        return client

    def _tell_where_they_were(self) -> None:
        """The time is over: what each lane was at is what it waited for."""
        for lane in self._lanes:
            step = lane.now
            if step is None or lane.finished:
                continue
            unmet = [gate for gate in step.gates if not self._scene.met(gate)]
            gates = [gate for gate in unmet if gate.hard] or unmet
            text = gates[0].text if gates else "the server to take it, or to end"
            why = gates[0].why if gates else "time"
            self._book.stalls.append(
                Stall(step.number, text, self._stage.timeout, why, lane.session, False, self.reel.clock())
            )


def _by_connection(dialogue: Dialogue) -> list[list[AnyStep]]:
    """The steps of each connection, in their order."""
    lanes: dict[object, list[AnyStep]] = {}
    of_session: dict[int, object] = {}
    for step in dialogue.steps:
        if isinstance(step, Connect):
            of_session[step.session] = step.connection or ("session", step.session)
        lane = step.connection if isinstance(step, Ask) else of_session[step.session]
        lanes.setdefault(lane, []).append(step)
    return list(lanes.values())
