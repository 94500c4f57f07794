"""What two ends may do to each other: every one is a script that must run the same with wsrecord between.

Each has the name of a fact, and `tls` where it makes sense there too (TLS knows no half-close).
"""

from collections.abc import Iterator

from support import http
from support.script import Script, Step, client, server

BEHAVIOURS: dict[str, Script] = {}
OVER_TLS: dict[str, Script] = {}


def behaviour(script: Script) -> Script:
    """Add a script to the collection under its own name."""
    name = script.__name__.replace("_", " ")
    if name in BEHAVIOURS:
        raise ValueError(f"two behaviours are called {name!r}")
    BEHAVIOURS[name] = script
    return script


def also_over_tls(script: Script) -> Script:
    OVER_TLS[script.__name__.replace("_", " ")] = script
    return behaviour(script)


def opened(*headers: str, answer: tuple[str, ...] | None = None) -> Iterator[Step]:
    """The handshake; what the client asks for is agreed to unless `answer` says otherwise."""
    yield client(http.upgrade("/ws", *headers))
    yield server(http.switching(*(headers if answer is None else answer)))


def left() -> Iterator[Step]:
    """Both sides end their direction, the client first."""
    yield client.fin()
    yield server.fin()


def load() -> None:
    """Import every file of behaviours."""
    from live.behaviours import broken, closing, exchanges, handshakes, messages, pressure  # noqa: F401


load()
