"""The sides of a recording swapped: who plays the server hears what a client says, as a client does a server.

Links are then values that a client gave and the server said later, what is made up is the server's, and
`Bindings` take what a live client says. A unit keeps its own sender: codecs and contracts go by it.
"""

from dataclasses import replace

from wsrecord.wire.frames import Direction

from .occurrences import Told

_OTHER: dict[Direction, Direction] = {"client": "server", "server": "client"}


def swapped(told: Told) -> Told:
    """What was said, with each side called by the other's name."""
    return replace(
        told, occurrences=tuple(replace(one, sender=_OTHER[one.sender]) for one in told.occurrences)
    )
