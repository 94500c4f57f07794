"""Where judges get a recording from: its outline first, then its messages, as often as they like.

A cassette is read anew for each pass, so that the memory it takes does not grow with its length.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from pathlib import Path

from wsrecord.cassette.model import Message
from wsrecord.cassette.outline import outline, outline_of
from wsrecord.cassette.recording import Recording
from wsrecord.cassette.store import open_cassette


@dataclass(frozen=True, slots=True)
class Source:
    """A recording in two passes."""

    outline: Recording
    messages: Callable[[], Iterator[Message]]  # those of all sessions, in the order of their recording


def from_path(path: Path | str) -> Source:
    """The cassette of this name; what a recorder appends to it from now on is left out."""
    found = outline(path)
    count = sum(session.count for session in found.sessions)
    return Source(found, lambda: islice(_messages(path), count))


def from_recording(recording: Recording) -> Source:
    """A recording that is in memory: by time, then by the number of the session."""
    return Source(outline_of(recording), lambda: _merged(recording))


def _messages(path: Path | str) -> Iterator[Message]:
    with open_cassette(path) as reader:
        for record in reader:
            if isinstance(record, Message):
                yield record


def _merged(recording: Recording) -> Iterator[Message]:
    sessions = [session.messages for session in recording.sessions]
    return merge(*sessions, key=lambda message: (message.t, message.session))
