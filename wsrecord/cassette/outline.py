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
        for record in reader.skim():
            if isinstance(record, tuple):
                number, t, count = record
                tally = _tally(tree.session(number))
                tally.count += count
                tally.last = t
            elif isinstance(record, Message):
                _count(_tally(tree.session(record.session)), record)
            else:
                tree.add(record)
        found = tree.recording
        for session in found.sessions:
            _tally(session)
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


def _tally(session: Session) -> Tally:
    if session.tally is None:
        session.tally = Tally()
    return session.tally


def _count(tally: Tally, message: Message) -> None:
    tally.count += 1
    tally.last = message.t
    if message.opcode is Opcode.CLOSE:
        tally.closes.append(message)
