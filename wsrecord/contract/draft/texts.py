"""Texts that belong together: what the server repeats of the client's, and pieces that add up to a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..formats import FORMATS
from ..model import EventKey
from ..pointer import Pointer, written
from .flows import Namer
from .keys import DraftKey
from .names import is_id
from .samples import Sample, Samples, Secret
from .shape import PROPOSED

_DEEPEST = 3
_MOST_PLACES = 200
_PAIRS = 10  # equal texts, before an echo is one
_SESSIONS = 5
_WHOLES = 4  # texts that added up, before they are meant to
_IN_PIECES = 2  # of those, texts that came in more than one piece
_DISTINCT = 4
_LONG = 3  # characters, of a text that is equal to another by no chance

Place: TypeAlias = tuple[EventKey, Pointer]
Group: TypeAlias = Sequence[Sample]


@dataclass(frozen=True)
class Pair:
    """Two places whose texts belong together, and the key under which they do."""

    one: Place
    other: Place
    per: str | None

    def written(self, first: str, second: str, namer: Namer) -> Mapping[str, str]:
        """As a rule says it."""
        said = {
            first: f"{namer(self.one[0])}#{written(self.one[1])}",
            second: f"{namer(self.other[0])}#{written(self.other[1])}",
        }
        return said if self.per is None else {**said, "per": self.per}


def echoes(samples: Samples, keys: Sequence[DraftKey]) -> list[Pair]:
    """Texts of the client's that the server says again, in every event that has a place for them."""
    places = _places(samples)
    sources = [one for one in places if one[0].sender == "client" and _is_prose(one, places)]
    targets = [one for one in places if one[0].sender == "server" and _is_prose(one, places)]
    found: list[Pair] = []
    for per, groups in _groupings(samples, keys):
        known = {one.other for one in found}
        for target in targets:
            if target not in known:
                able = [one for one in sources if not places[one].isdisjoint(places[target])]
                keyed = per is not None
                pair = next((one for one in able if _echoed(one, target, groups, keyed=keyed)), None)
                if pair is not None:
                    found.append(Pair(pair, target, per))
    return found


def concats(samples: Samples, keys: Sequence[DraftKey]) -> list[Pair]:
    """Places of the server's whose texts, joined, are the text at another."""
    places = [one for one in _places(samples) if one[0].sender == "server"]
    found: list[Pair] = []
    for per, groups in _groupings(samples, keys):
        for whole in places:
            for piece in places:
                fresh = whole not in {one.other for one in found}
                if piece[0] != whole[0] and fresh and _adds_up(piece, whole, groups):
                    found.append(Pair(piece, whole, per))
    return found


def _groupings(samples: Samples, keys: Sequence[DraftKey]) -> Iterator[tuple[str | None, Sequence[Group]]]:
    """The events by each key, the closest first, and by session."""
    for key in sorted(keys, key=lambda one: -len(one.values)):
        yield key.name, [*key.values.values()]
    yield None, samples.sessions


def _places(samples: Samples) -> dict[Place, set[str]]:
    """Where texts stand, and which: names and secrets are none."""
    found: dict[Place, set[str]] = {}
    for key, said in samples.events.items():
        for sample in said:
            for pointer, text in _texts(sample.value, ()):
                place = key, pointer
                if pointer != samples.name_at and (place in found or len(found) < _MOST_PLACES):
                    found.setdefault(place, set()).add(text)
    return found


def _texts(value: Any, at: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, dict) and len(at) < _DEEPEST:
        for name, inner in value.items():
            if isinstance(inner, str) and not isinstance(inner, Secret):
                yield (*at, name), inner
            else:
                yield from _texts(inner, (*at, name))


def _is_prose(place: Place, places: Mapping[Place, set[str]]) -> bool:
    """Whether what stands there is equal to something else by no chance, and is not an id's or a time."""
    texts = places[place]
    if is_id(place[1][-1]) or len(texts) < _DISTINCT or any(len(text) < _LONG for text in texts):
        return False
    return not any(all(map(FORMATS[name], texts)) for name in PROPOSED)


def _text_at(sample: Sample, place: Place) -> str | None:
    if sample.key != place[0]:
        return None
    value = sample.value
    for token in place[1]:
        value = value.get(token) if isinstance(value, dict) else None
    return value if isinstance(value, str) and not isinstance(value, Secret) else None


def _echoed(source: Place, target: Place, groups: Sequence[Group], *, keyed: bool) -> bool:
    """Whether all that stands at `target` stood at `source` before, in the same group."""
    pairs: list[str] = []
    sessions: set[int] = set()
    for said in groups:
        known: set[str] = set()
        for sample in said:
            text = _text_at(sample, target)
            if text is not None:
                if keyed and not known:  # the question is not in this session: nothing is judged
                    continue
                if text not in known:
                    return False
                pairs.append(text)
                sessions.add(sample.session)
            asked = _text_at(sample, source)
            if asked is not None:
                known.add(asked)
    # Without a key the words of others may come as well, as in a chat room: that takes longer to believe.
    enough = len(pairs) >= _PAIRS if keyed else len(pairs) >= 2 * _PAIRS and len(sessions) >= _SESSIONS
    return enough and len(set(pairs)) >= _DISTINCT


def _adds_up(piece: Place, whole: Place, groups: Sequence[Group]) -> bool:
    """Whether the pieces since the last whole are the next one, each time that there were any."""
    texts: set[str] = set()
    wholes = in_pieces = 0
    for said in groups:
        held: list[str] = []
        for sample in said:
            part = _text_at(sample, piece)
            if part is not None:
                held.append(part)
            text = _text_at(sample, whole)
            if text is None or not held:
                continue
            if "".join(held) != text:
                return False
            wholes += 1
            in_pieces += sum(map(bool, held)) > 1
            texts.add(text)
            held = []
    return wholes >= _WHOLES and in_pieces >= _IN_PIECES and len(texts) > 1
