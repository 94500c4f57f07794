"""A behaviour of two raw ends as a script: who sends what, in which order, and how it ends.

    def a_greeting():
        yield client(b"hello")      # sent, and awaited: the server has got every byte
        yield client.later(b"...")  # sent, not awaited
        yield server.fin()          # awaited: the client has seen the end

`play` runs it between two sockets, straight or through whatever stands between; `differences` compares
what the two ends saw. A step that did not come about in time is part of what was seen.
"""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from support.ends import End, Listener, dial, pump

Side = Literal["client", "server"]
Act = Literal["send", "dribble", "fill", "fin", "rst", "drop", "pause", "resume", "sees", "got"]
STALL = 0.3  # seconds without progress, after which a filled pipe counts as full
MOMENT = 0.002


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script."""

    who: Side
    act: Act
    data: bytes = b""
    awaited: bool = True
    what: str = ""
    count: int = 0

    def __str__(self) -> str:
        size = f" {len(self.data)} bytes" if self.data else ""
        return f"{self.who} {self.act}{size}{self.what and ' ' + self.what}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Makes the steps of one side."""

    who: Side

    def __call__(self, *data: bytes) -> Step:
        """Send, and wait until the other side has got it all."""
        return Step(self.who, "send", b"".join(data))

    def later(self, *data: bytes) -> Step:
        """Send, and go on."""
        return Step(self.who, "send", b"".join(data), awaited=False)

    def dribble(self, *data: bytes) -> Step:
        """Send byte by byte, each one given a moment to arrive alone; wait once all are sent."""
        return Step(self.who, "dribble", b"".join(data))

    def dribble_later(self, *data: bytes) -> Step:
        """Send byte by byte, and do not wait that they come."""
        return Step(self.who, "dribble", b"".join(data), awaited=False)

    def fill(self, *data: bytes) -> Step:
        """Send until nothing moves any more: the other side must be pausing."""
        return Step(self.who, "fill", b"".join(data))

    def fin(self) -> Step:
        return Step(self.who, "fin")

    def rst(self) -> Step:
        return Step(self.who, "rst")

    def rst_unseen(self) -> Step:
        return Step(self.who, "rst", awaited=False)

    def drop(self) -> Step:
        return Step(self.who, "drop")

    def pause(self) -> Step:
        return Step(self.who, "pause")

    def resume(self) -> Step:
        """Read again, and wait until all that was sent has come."""
        return Step(self.who, "resume")

    def sees(self, end: str) -> Step:
        return Step(self.who, "sees", what=end)

    def got(self, count: int) -> Step:
        """Wait until this side has got so many bytes since it began."""
        return Step(self.who, "got", count=count)


client = Actor("client")
server = Actor("server")
Script: TypeAlias = Callable[[], Iterator[Step]]


@dataclass(slots=True)
class Log:
    """What one end saw."""

    received: bytes = b""
    ended: str = "open"


@dataclass(slots=True)
class Transcript:
    """What both ends saw, and the steps that did not come about."""

    client: Log = field(default_factory=Log)
    server: Log = field(default_factory=Log)
    stuck: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tls:
    """The contexts of the two ends; the name is what the client asks for."""

    client: ssl.SSLContext
    server: ssl.SSLContext
    name: str = "localhost"


class Stage:
    """One connection and the two ends on it."""

    def __init__(self, within: float) -> None:
        self.within = within
        self.ends: dict[str, End] = {}
        self.seen = Transcript()
        self.one_end = False  # TLS: the end of one direction ends both

    def open(self, port: int, listener: Listener, tls: Tls | None, server_tls: bool) -> bool:
        listener.drain()
        self.one_end = tls is not None
        sock = dial(port)
        if tls:
            sock = tls.client.wrap_socket(sock, server_hostname=tls.name, do_handshake_on_connect=False)
        self.ends["client"] = caller = End("client", sock)
        waiting: list[End] = [caller] if tls else []
        if tls:
            caller.send(b"")
            self._shake(caller)

        def accepted() -> bool:
            if "server" not in self.ends and (taken := listener.accept()):
                if tls and server_tls:
                    taken = tls.server.wrap_socket(taken, server_side=True, do_handshake_on_connect=False)
                end = self.ends["server"] = End("server", taken)
                if tls and server_tls:
                    waiting.append(end)
            waiting[:] = [end for end in waiting if not self._shake(end)]
            return "server" in self.ends and not waiting

        if not pump(() if tls else (caller,), accepted, self.within, tick=0.001):
            self.seen.stuck.append("the server never got a connection")
            return False
        return True

    @staticmethod
    def _shake(end: End) -> bool:
        try:
            end.sock.do_handshake()  # type: ignore[attr-defined]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True

    def act(self, step: Step) -> None:
        end = self.ends[step.who]
        other = self.ends["server" if step.who == "client" else "client"]
        if step.act == "send":
            end.send(step.data)
        elif step.act == "dribble":
            for i in range(len(step.data)):
                end.send(step.data[i : i + 1])
                self._until(lambda: len(other.received) >= end.sent, MOMENT)
        elif step.act == "fill":
            self._fill(end, step.data)
            return
        elif step.act == "pause":
            end.paused = True
            return
        elif step.act == "resume":
            end.paused = False
        elif step.act in ("fin", "rst", "drop"):
            getattr(end, step.act)()
        if step.awaited and not self._until(self._awaited(step, end, other)):
            self.seen.stuck.append(str(step))
        self._nothing_came_early(step)

    def _nothing_came_early(self, step: Step) -> None:
        """What an end sees before the other did it was done by something between them."""
        for end, other in (self.ends.values(), reversed(self.ends.values())):
            if len(end.received) > other.sent:
                self.seen.stuck.append(f"{step}: before it the {end.name} got what nobody had sent")
            if end.ended != "open" and not other.ending and not self.one_end:
                self.seen.stuck.append(f"{step}: before it the {end.name} saw {end.ended}, by nobody's hand")

    def _awaited(self, step: Step, end: End, other: End) -> Callable[[], bool]:
        if step.act == "resume":
            return lambda: not other.unsent and len(end.received) >= other.sent
        if step.act == "got":
            return lambda: len(end.received) >= step.count
        if step.act == "sees":
            return lambda: end.ended == step.what
        if step.act in ("fin", "drop", "rst"):
            return lambda: other.over
        return lambda: not end.unsent and len(other.received) >= end.sent

    def _fill(self, end: End, data: bytes) -> None:
        end.send(data)
        before = -1
        while end.unsent and before != end.sent:
            before = end.sent
            self._until(lambda: end.sent != before, STALL)  # noqa: B023
        if not end.unsent:
            self.seen.stuck.append(f"{end.name} filled {len(data)} bytes and nothing held it back")

    def finish(self) -> Transcript:
        ends = self.ends.values()
        if not self._until(lambda: all(end.over for end in ends)):
            self.seen.stuck.append("the end")
        for end in ends:
            log = Log(bytes(end.received), "own" if end.closed and end.ended == "open" else end.ended)
            setattr(self.seen, end.name, log)
            if not end.closed:
                end.drop()
        return self.seen

    def _until(self, condition: Callable[[], bool], within: float | None = None) -> bool:
        return pump(tuple(self.ends.values()), condition, self.within if within is None else within)


def play(
    script: Script,
    listener: Listener,
    port: int | None = None,
    *,
    within: float = 10.0,
    tls: Tls | None = None,
    server_tls: bool = True,
) -> Transcript:
    """Act the script out, through `port` or straight to the listener."""
    stage = Stage(within)
    if stage.open(port or listener.port, listener, tls, server_tls):
        for step in script():
            stage.act(step)
            if stage.seen.stuck:
                stage.within = min(within, 0.2)  # nothing more is to be learnt: bring it to an end
                break
    return stage.finish()


def differences(direct: Transcript, through: Transcript) -> list[str]:
    """What the two ends saw otherwise than without the thing between; empty: nothing."""
    found = [f"did not come about: {step}" for step in through.stuck]
    for side in ("client", "server"):
        a: Log = getattr(direct, side)
        b: Log = getattr(through, side)
        if a.received != b.received:
            found.append(f"{side} got other bytes: {_first_difference(a.received, b.received)}")
        if a.ended != b.ended:
            found.append(f"{side} saw {b.ended}, not {a.ended}")
    return found


def _first_difference(a: bytes, b: bytes) -> str:
    low, high = 0, min(len(a), len(b))
    while low < high:  # binary search over digests would be no faster: equal prefixes compare in C
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[:middle] == b[:middle] else (low, middle - 1)
    around = slice(max(0, low - 20), low + 40)
    return (
        f"{len(b)} instead of {len(a)} (sha256 {hashlib.sha256(b).hexdigest()[:8]}), "
        f"from byte {low}: {b[around]!r} instead of {a[around]!r}"
    )
