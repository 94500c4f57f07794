"""What a client does with its connections: coming back, and not reading."""

import time
from typing import TYPE_CHECKING

from ..events import Event
from .bug import after, numbered, resume, slow, take_over
from .scene import Scene, World
from .steps import close, connect, cut, say, start, stop

if TYPE_CHECKING:
    from ..thread import Thread

_UNREAD = 4


@resume(
    "WS903",
    connect(),
    close(1000),
    connect("ada again", resume="$token@ada"),
    close(1000, on="ada again"),
    connect("ada once more", resume="$token@ada"),
)
def resume_token_twice(found: "Thread | None", token: str, world: World) -> "Thread | None":
    """A resume token that was used before is answered with 500."""
    used = world.kept.setdefault("tokens", set())
    if found is None and token in used:
        raise KeyError(token)
    used.add(token)
    return found


@after("WS101 WS306", connect(), close(1000), connect("ada again", resume="$token@ada", after=7))
def after_beyond_the_end(number: int, last: int, world: World) -> bool:
    """A thread can be resumed behind an event that there is not yet; what comes until then is not sent."""
    return number > last


@take_over("WS306", connect(), connect("ada again", resume="$token@ada"), say("ping"))
def resume_while_open(thread: "Thread", world: World) -> bool:
    """A connection whose thread another one takes over stays open, and is never answered."""
    return False


@numbered(
    "WS301",
    connect(),
    say("ping"),
    cut(),
    connect("ada again", resume="$token@ada"),
    say("ping", on="ada again"),
)
def numbers_begin_anew(event: Event, scene: Scene) -> Event:
    """After a resume, the numbers of new events begin at one again."""
    if scene.sessions > 1 and event["seq"] > scene.since:
        event["seq"] -= scene.since
    return event


@slow(
    "WS904",
    connect("grace"),
    connect(narrow=True),
    stop(),
    *[start("x" * 3900)] * _UNREAD,
)
def slow_reader_blocks(scene: Scene) -> None:
    """A client that does not read what it asked for keeps the whole server busy for two seconds."""
    if not scene.kept.setdefault("slept", False):
        scene.kept["slept"] = True
        time.sleep(2)  # on the event loop: that is the bug
