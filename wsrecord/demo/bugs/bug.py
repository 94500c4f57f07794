"""What a bug is, and the places in the server where one sits.

Adding one is a function below its hook's decorator, in a file of this folder:

    @text("WS903 WS411", connect(), step.text(""))
    def empty_text(said: str, scene: Scene) -> str:
        \"\"\"An empty text message crashes its session, which closes with 1011.\"\"\"
        return said if said[0] else ""

Its name is the function's, with dashes; its sentence the docstring. The codes are those of the findings by
which it may be known, one of which is enough; the steps are the shortest dialogue that provokes it. A bug
that sits in two places has a second function, below `also(name)`. An exception that a bug raises ends its
session with 1011, as an unhandled one would.

| hook        | when                                    | it gets, and returns                              |
| ----------- | --------------------------------------- | ------------------------------------------------- |
| `bytes_in`  | a read brought bytes                    | them; the bytes to go on with                     |
| `frame`     | a frame came                            | it; the frames to go on with                      |
| `text`      | a text message is whole                 | it; the text to go on with, or None: dropped      |
| `said`      | a message was understood                | it; the message to act on, or None: dropped       |
| `refused`   | a message is refused                    | the refusal; the one to send, or None: none       |
| `made`      | an event is made, and has no number yet | it; the events to let out                         |
| `numbered`  | an event has its number                 | it; itself, changed                               |
| `sent`      | a frame or answer leaves a session      | its bytes; the bytes to write                     |
| `slow`      | a client does not read what is sent     | nothing; nothing                                  |
| `gone`      | a session's connection ended            | how; nothing                                      |
| `resume`    | a client comes with a resume token      | a thread or None, the token; the thread to resume |
| `after`     | … and says where to go on               | the number, the last one; whether it is let pass  |
| `take_over` | … while the thread has a session        | it; whether its session is told                   |

The last three are about a server, not a thread: they get a `World`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .steps import Step

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Gone:
    """How a session's connection ended."""

    code: int | None  # of the client's close message, if it sent one
    half: bool  # whether the client only said that it sends nothing more


@dataclass(frozen=True)
class Bug:
    """One planted bug."""

    name: str
    codes: tuple[str, ...]
    wrong: str
    dialogue: tuple[Step, ...]
    acts: dict[str, Callable[..., Any]] = field(compare=False)

    @property
    def messages(self) -> int:
        """How many messages the client sends at least."""
        return sum(step.is_message for step in self.dialogue)


# Filled by the decorators below when the files of this folder are imported; see planted.py.
REGISTERED: dict[str, Bug] = {}


class Hook:
    """A place in the server; calling it gives the decorator that registers a bug there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, codes: str, *dialogue: Step) -> Callable[[F], F]:
        """Register the function below, with the findings and the dialogue that belong to it."""

        def register(function: F) -> F:
            name = function.__name__.strip("_").replace("_", "-")
            assert name not in REGISTERED, name
            wrong = function.__doc__ or ""
            REGISTERED[name] = Bug(name, tuple(codes.split()), wrong, dialogue, {self.name: function})
            return function

        return register

    def also(self, name: str) -> Callable[[F], F]:
        """Register the function below as another part of a bug."""

        def register(function: F) -> F:
            REGISTERED[name].acts[self.name] = function
            return function

        return register


bytes_in = Hook("bytes_in")
frame = Hook("frame")
text = Hook("text")
said = Hook("said")
refused = Hook("refused")
made = Hook("made")
numbered = Hook("numbered")
sent = Hook("sent")
slow = Hook("slow")
gone = Hook("gone")
resume = Hook("resume")
after = Hook("after")
take_over = Hook("take_over")
