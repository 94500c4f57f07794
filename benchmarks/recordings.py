"""Whether a recording holds everything that crossed: a broken recorder must not win."""

import mmap
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import SECRET
from benchmarks.payloads import TEXT


class BrokenRecordingError(Exception):
    """Something crossed the wire that the recording does not hold."""


@dataclass
class Tally:
    """What the load sent through a contestant, in whole messages; closes don't count."""

    client: int = 0
    server: int = 0
    payload_bytes: int = 0
    complete: bool = True  # False: a session was cut while messages were on their way

    def add(self, *, client: int = 0, server: int = 0, size: int = 0) -> None:
        """Count whole messages, and the payload bytes of those that matter for size."""
        self.client += client
        self.server += server
        self.payload_bytes += size


def check_size(recording: Path, tally: Tally, thorough: bool) -> None:
    """No reader of our own: the file is there, and at least as large as what it has to hold."""
    if not recording.exists():
        raise BrokenRecordingError("there is no recording")
    size = recording.stat().st_size
    if tally.complete and size < tally.payload_bytes:
        raise BrokenRecordingError(f"{size} bytes can't hold {tally.payload_bytes} bytes of payload")


def check_wsrecord(recording: Path, tally: Tally, thorough: bool) -> None:
    """Size, no secret in it and, when thorough, complete by reading all of it."""
    check_size(recording, tally, thorough)
    with recording.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(SECRET) >= 0:
            raise BrokenRecordingError("the session's credential stands in it")
    if tally.complete and thorough:
        found = _count_texts(recording)
        if found != (tally.client, tally.server):
            raise BrokenRecordingError(f"it holds {found} messages of {(tally.client, tally.server)}")


def _count_texts(recording: Path) -> tuple[int, int]:
    """The client's and the server's text messages in a cassette, by reading it to its end."""
    from wsrecord.cassette.model import End, Message
    from wsrecord.cassette.store import open_cassette

    client = server = 0
    with open_cassette(recording) as cassette:
        for record in cassette:
            if isinstance(record, Message) and record.opcode == TEXT:
                client, server = client + (record.sender == "client"), server + (record.sender == "server")
            elif isinstance(record, End) and record.incomplete is not None:
                raise BrokenRecordingError(f"incomplete by its own account: {record.incomplete}")
    return client, server
