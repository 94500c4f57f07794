"""All bugs there are, by name."""

from .. import DemoError
from . import connections, frames, runs, users, values
from .bug import REGISTERED, Bug

# Importing a file registers its bugs; a new one gets its place here.
FILES = (values, runs, users, connections, frames)


def planted() -> list[Bug]:
    """Return every bug."""
    return list(REGISTERED.values())


def choose(name: str) -> Bug:
    """Return the bug with this name."""
    bug = REGISTERED.get(name)
    if bug is None:
        raise DemoError(f"{name!r} is no bug: `wsrecord demo bugs` lists them")
    return bug
