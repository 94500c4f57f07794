"""What was said in some recordings, by event: the material of a draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from wsrecord.cassette.recording import Recording, Session
from wsrecord.codec.guess import guess
from wsrecord.codec.registry import Spec, make
from wsrecord.codec.unit import Unit
from wsrecord.errors import UsageError

from ..model import EventKey
from ..pointer import Pointer, at, parse
from ..values import as_json

_LONGEST_NAME = 120


class Secret(str):
    """A text that holds a placeholder: all that is known of it is that it was a text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One event as it was said."""

    key: EventKey
    value: Any
    session: int  # counted over all recordings
    t: int


@dataclass(frozen=True, slots=True)
class Samples:
    """All events of some recordings, and how they were told apart."""

    codec: Spec
    name_at: Pointer | None
    sessions: tuple[tuple[Sample, ...], ...]
    events: Mapping[EventKey, Sequence[Sample]]  # in the order of their first appearance
    handshakes: tuple[Session, ...]
    numbered: Mapping[EventKey, int] = field(default_factory=dict)  # events whose name is a number
    unnamed: int = 0
    unread: int = 0


def collect(recordings: Sequence[Recording]) -> Samples:
    """Read recordings as the likeliest codec does, and name what is in them."""
    held = [(recording.head.nonce, session) for recording in recordings for session in recording.sessions]
    found = guess([session for _, session in held if session.messages])
    if not found:
        raise UsageError(f"nothing was said in {_files(recordings)}: record a session with messages first")
    reader = _Reader(found[0].codec, None if found[0].name is None else parse(found[0].name))
    for number, (nonce, session) in enumerate(held):
        reader.read(session, f"wsr-{nonce}-", number)
    if not reader.events:
        raise UsageError(
            f"no event in {_files(recordings)} has a name: as {_spec(reader.codec)} they say nothing "
            "that tells them apart. Are they of different protocols? Then draft each by itself; else write "
            "the contract by hand, with `when` for each event"
        )
    return reader.samples(tuple(session for _, session in held))


def _files(recordings: Iterable[Recording]) -> str:
    return ", ".join(str(recording.path) for recording in recordings)


def _spec(codec: Spec) -> str:
    return codec if isinstance(codec, str) else next(iter(codec))


class _Reader:
    """Sessions in, events out."""

    def __init__(self, codec: Spec, name_at: Pointer | None) -> None:
        self.codec = codec
        self.events: dict[EventKey, list[Sample]] = {}
        self._name_at = name_at
        self._sessions: list[tuple[Sample, ...]] = []
        self._numbered: dict[EventKey, int] = {}
        self._unnamed = self._unread = 0

    def read(self, session: Session, placeholder: str, number: int) -> None:
        """One more session."""
        codec = make(self.codec, subprotocol=session.subprotocol)
        said: list[Sample] = []
        for unit in codec.units(session.messages):
            if unit.fault is not None:
                self._unread += 1
                continue
            key = self._key(unit)
            if key is None:
                self._unnamed += 1
                continue
            sample = Sample(key, without_secrets(as_json(unit.value), placeholder), number, unit.t)
            said.append(sample)
            self.events.setdefault(key, []).append(sample)
        if said:
            self._sessions.append(tuple(said))

    def samples(self, handshakes: tuple[Session, ...]) -> Samples:
        """All that was read."""
        return Samples(
            self.codec,
            self._name_at,
            tuple(self._sessions),
            self.events,
            handshakes,
            self._numbered,
            self._unnamed,
            self._unread,
        )

    def _key(self, unit: Unit) -> EventKey | None:
        said = unit.name if self._name_at is None else at(unit.value, self._name_at)
        if type(said) is int and self._name_at:
            key = EventKey(unit.sender, f"{self._name_at[-1]}_{said}")
            self._numbered[key] = said
            return key
        if not isinstance(said, str):
            said = unit.name
        if said is None or not said.strip() or said.startswith("/") or len(said) > _LONGEST_NAME:
            return None
        return EventKey(unit.sender, said)


def without_secrets(value: Any, placeholder: str) -> Any:
    """The value with each text that holds a placeholder marked as such."""
    if isinstance(value, str):
        return Secret(value) if placeholder in value else value
    if isinstance(value, list):
        return [without_secrets(item, placeholder) for item in value]
    if isinstance(value, dict):
        return {name: without_secrets(item, placeholder) for name, item in value.items()}
    return value


def all_of(samples: Samples) -> Iterable[Sample]:
    """Every event, session by session."""
    return chain.from_iterable(samples.sessions)
