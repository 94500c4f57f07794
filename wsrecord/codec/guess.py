"""Which codec a recording is in, and where its events' names stand: what `contract init` proposes.

Every codec that may be it reads a sample; a codec stands as high as the share of messages it reads
without a fault. Then every place that holds a short word in nearly all of a side's units may be where
the name stands: a place stands high if it is one that protocols give to names, if few words stand
there, and if units with equal words look alike.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TypeAlias

from wsrecord.cassette.model import Direction, Opcode
from wsrecord.cassette.recording import Session

from .builtin.jupyter import SUBPROTOCOL as JUPYTER
from .builtin.prefix import json_start
from .registry import Spec, make
from .unit import Unit

_SAMPLE = 1000  # messages of one session
_SESSIONS = 20
_NEARLY_ALL = 0.9
_LONGEST_NAME = 80
_MOST_PLACES = 400
_SEPARATED = "\x1e"
_PUBLISH = 3  # MQTT's packet that carries what a program says
_WORD = re.compile(r"[A-Za-z@$][A-Za-z_.:/-]*")
_INDICES = ("/0", "/1", "/2", "/3", "/4")

# Places that protocols give to names, the likeliest first; what is deeper is likely a second opinion.
_USUAL = (
    "/type", "/event", "/method", "/op", "/action", "/kind", "/header/msg_type", "/msg_type", "/message_type",
    "/messageType", "/event_type", "/eventType", "/command", "/cmd", "/name", "/topic", "/channel", "/t",
    "/@type", "/e", "/0", "/data/type", "/payload/type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where names may stand on one side: a pointer, or None for the codec's own."""

    pointer: str | None
    support: float  # share of that side's units that have a name there
    names: tuple[str, ...]  # most frequent first


@dataclass(frozen=True, slots=True)
class Candidate:
    """A codec that reads the recording, and where each side's names may stand, the likeliest first."""

    codec: Spec
    support: float  # share of the messages that it reads without a fault
    units: int
    places: Mapping[Direction, tuple[Place, ...]]

    @property
    def name(self) -> str | None:
        """The pointer that serves both sides best; None: the codec's own names, or none at all."""
        shared: Counter[str | None] = Counter()
        for places in self.places.values():
            if places and places[0].pointer is None:
                continue
            for rank, place in enumerate(places):
                shared[place.pointer] += len(self.places) * 100 - rank
        best = shared.most_common(1)
        return best[0][0] if best else None


def guess(sessions: Sequence[Session]) -> list[Candidate]:
    """The codecs that may be it, the likeliest first; none if nothing was said."""
    samples = [session for session in islice(sessions, _SESSIONS) if session.messages]
    found = []
    for spec, bonus in _specs(samples):
        candidate, named = _try(spec, samples)
        if candidate is None or not candidate.support:
            continue
        found.append((candidate.support + bonus * named, candidate))
        if spec == "json" and candidate.name in _INDICES:  # as a name, whether a string or a number
            array: Spec = {"json-array": {"name": int(candidate.name[1:])}}
            found.append(
                (
                    candidate.support + 2 * bonus * named,
                    replace(candidate, codec=array, places=_own(candidate)),
                )
            )
    found.sort(key=lambda scored: -scored[0])
    return [candidate for _, candidate in found]


def _own(candidate: Candidate) -> dict[Direction, tuple[Place, ...]]:
    """The places of an array's codec: its own name, which stands where the pointer says."""
    return {
        sender: tuple(replace(place, pointer=None) for place in places if place.pointer == candidate.name)
        for sender, places in candidate.places.items()
    }


def _specs(sessions: Sequence[Session]) -> Iterator[tuple[Spec, float]]:
    """What may be tried, and what it is worth if it names all: the special before the plain."""
    kinds = {message.opcode for session in sessions for message in session.messages[:_SAMPLE]}
    protocols = {session.subprotocol or "" for session in sessions}
    texts = [m.payload for s in sessions for m in s.messages[:_SAMPLE] if m.opcode is Opcode.TEXT]
    binaries = (m for s in sessions for m in s.messages[:_SAMPLE] if m.opcode is Opcode.BINARY)
    if JUPYTER in protocols or any(b'"msg_type"' in text for text in texts):
        yield "jupyter", 0.4
    if Opcode.BINARY in kinds and any(name.lower().startswith("mqtt") for name in protocols):
        yield "mqtt", 0.4
        if any(m.payload[:1] and m.payload[0] >> 4 == _PUBLISH and b'{"' in m.payload for m in binaries):
            yield {"mqtt": {"payload": "json"}}, 0.41
    if Opcode.TEXT in kinds:
        yield "json", 0.1
        if any(text[:1].isdigit() for text in texts):
            yield "socket.io", 0.4
        if any(b'"method"' in text and (b'"params"' in text or b'"jsonrpc"' in text) for text in texts):
            yield "json-rpc", 0.3
        if any(text.endswith(_SEPARATED.encode()) for text in texts):
            yield {"ndjson": {"separator": _SEPARATED}}, 0.1
        elif any(b"\n{" in text.strip() for text in texts):
            yield "ndjson", 0.05
        if any(0 < json_start(text) < len(text) and text[:1] not in b"[{" for text in texts):
            yield "prefix", 0.05
    if Opcode.BINARY in kinds:
        yield "msgpack", 0.1
        yield {"json": {"binary": True}}, 0.09
    if {Opcode.TEXT, Opcode.BINARY} <= kinds:
        yield {"by-frame": {"text": "json", "binary": "msgpack"}}, 0.05
        yield {"by-frame": {"text": "json", "binary": "binary"}}, 0.0
    yield "raw", -0.3


def _try(spec: Spec, sessions: Sequence[Session]) -> tuple[Candidate | None, float]:
    """The candidate, and the share of its units that have a name."""
    good = total = 0
    sides: dict[Direction, _Side] = defaultdict(_Side)
    for session in sessions:
        codec = make(spec, subprotocol=session.subprotocol)
        for number, message in enumerate(session.messages[:_SAMPLE], 1):
            units = [unit for unit in codec.feed(number, message) if not _unread(unit)]
            total += len(units)
            good += sum(_likely(unit, spec) for unit in units)
            for unit in units:
                sides[unit.sender].add(unit)
    if not total:
        return None, 0.0
    places = {sender: side.places() for sender, side in sides.items()}
    counted = sum(side.count for side in sides.values())
    named = sum(places[sender][0].support * side.count for sender, side in sides.items() if places[sender])
    return Candidate(spec, good / total, total, places), named / max(counted, 1)


def _likely(unit: Unit, spec: Spec) -> bool:
    """Without a fault, and by more than chance: any byte below 128 is a number in msgpack."""
    packed = unit.opcode is Opcode.BINARY and "msgpack" in str(spec)
    return unit.fault is None and (not packed or isinstance(unit.value, dict | list))


def _unread(unit: Unit) -> bool:
    return unit.fault is not None and unit.fault.code == "unread"


_Shape: TypeAlias = frozenset[str]


@dataclass(slots=True)
class _Seen:
    """What was found at one place."""

    names: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[_Shape]] = field(default_factory=lambda: defaultdict(Counter))

    def likeness(self) -> float:
        """How far units with equal names look alike, and whether the names are words, and several."""
        total = self.names.total()
        alike = sum(max(shapes.values()) for shapes in self.shapes.values()) / total
        worded = sum(bool(_WORD.fullmatch(name)) for name in self.names) / len(self.names)
        return alike + worded / 2 + (0.3 if len(self.names) > 1 else 0.0)


class _Side:
    """The units of one side, and the words in them by place."""

    def __init__(self) -> None:
        self.count = 0
        self._seen: dict[str | None, _Seen] = {}

    def add(self, unit: Unit) -> None:
        """One more unit that has been read; plain bytes have no place in them."""
        if not unit.readable or isinstance(unit.value, bytes):
            return
        self.count += 1
        shape = _shape(unit.value)
        found: list[tuple[str | None, str]] = list(words(unit.value))
        if unit.name is not None:
            found.append((None, unit.name))
        for pointer, word in found:
            if pointer not in self._seen and len(self._seen) >= _MOST_PLACES:
                continue
            seen = self._seen.setdefault(pointer, _Seen())
            seen.names[word] += 1
            seen.shapes[word][shape] += 1

    def places(self) -> tuple[Place, ...]:
        """Where names may stand, the likeliest first."""
        scored = []
        for pointer, seen in self._seen.items():
            support = seen.names.total() / self.count
            few = len(seen.names) <= max(20, self.count // 4)
            if pointer is None or (few and support >= _NEARLY_ALL):  # a protocol may have many names
                score = support + _usual(pointer) + seen.likeness() - len(seen.names) / self.count
                scored.append(
                    (score, Place(pointer, support, tuple(name for name, _ in seen.names.most_common())))
                )
        scored.sort(key=lambda pair: (-pair[0], pair[1].pointer or ""))
        return tuple(place for _, place in scored)


def _shape(value: Any) -> _Shape:
    if isinstance(value, dict):
        return frozenset(value)
    if isinstance(value, list):
        return frozenset(f"{i}{type(item).__name__}" for i, item in enumerate(value[:10]))
    return frozenset((type(value).__name__,))


def _usual(pointer: str | None) -> float:
    if pointer is None:  # the protocol itself says so
        return 2.0
    return 1.0 - _USUAL.index(pointer) / 50 if pointer in _USUAL else -0.2 * (pointer.count("/") - 1)


def words(value: Any, *, deeper: bool = True) -> Iterator[tuple[str, str]]:
    """The pointers of short words in the two uppermost levels of a value."""
    for at, item in _members(value):
        if isinstance(item, str) and 0 < len(item) <= _LONGEST_NAME and not any(map(str.isspace, item)):
            if not item.isdigit():  # a counter written as text: Phoenix has two before the name
                yield at, item
        elif type(item) is int and 0 <= item < 1000:  # WAMP, OCPP, Discord: numbers for names
            yield at, str(item)
        elif isinstance(item, dict) and deeper:
            yield from ((at + inner, word) for inner, word in words(item, deeper=False))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in islice(value.items(), 40):
            yield "/" + key.replace("~", "~0").replace("/", "~1"), item
    elif isinstance(value, list):
        yield from ((f"/{i}", item) for i, item in enumerate(value[:5]))
