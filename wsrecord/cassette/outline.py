"""A cassette without its messages: all that must be known before the first of them is read."""

from dataclasses import replace
from pathlib import Path

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.recording import Connection, Recording, Session, Tally, Tree
from wsrecord.cassette.store import open_cassette


def outline(path: Path | str) -> Recording:
    """The cassette of this name, each session with a tally in the place of its messages."""
    with open_cassette(path) as reader:
        tree = Tree(Recording(path=reader.path, head=reader.head))
        tallies: dict[int, Tally] = {}
        for record in reader.skim():
            if isinstance(record, tuple):
                number, t, count = record
            elif isinstance(record, Message):
                number, t, count = record.session, record.t, 1
            else:
                tree.add(record)
                continue
            tally = tallies.get(number)
            if tally is None:
                tally = tallies[number] = Tally()
                tree.session(number).tally = tally
            tally.count += count
            tally.last = t
            if isinstance(record, Message) and record.opcode is Opcode.CLOSE:
                tally.closes.append(record)
        found = tree.recording
        for session in found.sessions:
            session.tally = session.tally or Tally()
        found.cut, found.part, found.recording = reader.cut, reader.part, reader.recording
    return found


def outline_of(recording: Recording) -> Recording:
    """The same of a recording that is in memory, which stays as it is."""
    sessions = {id(one): _bare(one) for one in recording.sessions}

    def connection(one: Connection) -> Connection:
        session = one.session
        return one if session is None else replace(one, session=sessions.get(id(session)) or _bare(session))

    return replace(
        recording,
        connections=[connection(one) for one in recording.connections],
        sessions=list(sessions.values()),
    )


def _bare(session: Session) -> Session:
    return replace(session, messages=[], tally=Tally(session.count, session.last, session.closes))
