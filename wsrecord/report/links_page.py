"""What `links` shows: which values a replay carries over, asks for, makes anew, and which it leaves alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsrecord.contract.pointer import written
from wsrecord.dialogue.insides import Into, Path
from wsrecord.dialogue.links import Found, renewable
from wsrecord.dialogue.steps import Occurrence, Place, Variable
from wsrecord.report import escape, words

_MOST_PLACES = 4
_LONGEST = 60
_WHY = {
    "value": "",
    "key": "a key of the contract's",
    "rpc": "JSON-RPC: a reply carries the id of its request",
    "cookie": "a cookie",
    "rest": "the id that a POST was answered with",
    "name": "its name says that it is an id",
    "pin": "the contract says so",
    "siblings": "others at the same place are links",
    "places": "all that the client says there the server had said before",
    "two recordings": "two recordings show that it varies",
}
_SAME_STATE = (
    "equal in both, though the server gave it: the server may have begun from the same state; "
    "record the second one on a server that has done something before"
)


@dataclass(frozen=True, slots=True)
class LinksPage:
    """What was found, and what was said."""

    found: Found
    occurrences: Sequence[Occurrence]
    compared: bool = False  # with a second recording

    def text(self) -> str:
        """For people."""
        return "".join(f"{escape.terminal(line)}\n" for line in self._lines())

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "links": [self._record(one) for one in self.found.of("server")],
            "secrets": [self._record(one) for one in self.found.of("secret")],
            "made_up": [
                {**self._record(one), "renewable": renewable(one, self.occurrences)} for one in self._made
            ],
            "chance": [self._record(one) for one in self.found.chance],
            "constant": [
                {**self._record(one), "warning": _SAME_STATE if _is_odd(one) else None}
                for one in self.found.constant
            ],
        }

    @property
    def _made(self) -> list[Variable]:
        return [one for one in self.found.of("client") if one.why != "constant"]

    def _lines(self) -> Iterator[str]:
        links = self.found.of("server")
        yield f"{words.count(len(links), 'link')}: what the server gave and the client used"
        for one in links:
            yield from self._block(one, "from", one.sources, "to")
        secrets = self.found.of("secret")
        if secrets:
            yield ""
            yield f"{words.count(len(secrets), 'secret')} that a replay asks for: --secret NAME=env:VAR"
            for one in secrets:
                yield from self._block(one, "in", one.uses)
        made = self._made
        if made:
            yield ""
            yield f"{words.count(len(made), 'id')} that the client made up"
            for one in made:
                yield from self._block(one, "in", one.uses, "again in", one.echoes)
        yield from self._rest()

    def _rest(self) -> Iterator[str]:
        if self.found.chance:
            yield ""
            settled = "" if self.compared else "; a second recording, or `links:` in the contract, tells"
            yield f"{len(self.found.chance)} equal by chance, as it seems: not carried over{settled}"
            for one in self.found.chance:
                yield from self._block(one, "from", one.sources, "to")
        if self.found.constant:
            yield ""
            yield f"{len(self.found.constant)} equal in both recordings: said as recorded"
            for one in self.found.constant:
                yield from self._block(one, "in", one.uses)
                if _is_odd(one):
                    yield f"    warning: {_SAME_STATE}"

    def _block(
        self,
        one: Variable,
        first: str,
        places: tuple[Place, ...],
        then: str = "",
        others: tuple[Place, ...] | None = None,
    ) -> Iterator[str]:
        why = _WHY.get(one.why, "")
        yield f"  {one.name}  {_short(one.value)}{f'  ({why})' if why else ''}"
        # of sources the first is enough: the server says a run's id in every event
        yield from self._places(first, places[:1] if first == "from" else places)
        if then:
            rest = one.uses if others is None else others
            yield from self._places(then, rest)

    def _places(self, word: str, places: tuple[Place, ...]) -> Iterator[str]:
        for number, place in enumerate(places[:_MOST_PLACES]):
            yield f"    {word if not number else '':<9}{self.place(place)}"
        if len(places) > _MOST_PLACES:
            yield f"    {'':<9}and {len(places) - _MOST_PLACES} more"

    def place(self, place: Place) -> str:
        """Where something stands, in words."""
        one = self.occurrences[place.occurrence]
        if one.is_unit:
            return f"{one.kind}#{_pointer(place.path)} ({one.where})"
        return f"{one.kind}: {_in_head(place.path)} ({one.where})"

    def _record(self, one: Variable) -> dict[str, Any]:
        return {
            "name": one.name,
            "value": one.value,
            "why": one.why,
            "from": [self._place_record(place) for place in one.sources] if one.origin == "server" else [],
            "to": [self._place_record(place) for place in one.uses],
            "echoed": [self._place_record(place) for place in one.echoes],
        }

    def _place_record(self, place: Place) -> Mapping[str, Any]:
        one = self.occurrences[place.occurrence]
        return {
            "said_by": one.sender,
            "kind": one.kind,
            "session": one.session,
            "message": one.unit.numbers[0] if one.unit is not None and one.unit.numbers else None,
            "exchange": list(one.exchange) if one.exchange is not None else None,
            "place": _pointer(place.path) if one.is_unit else _in_head(place.path),
        }


def _is_odd(constant: Variable) -> bool:
    """Whether one recording alone says that it is a link, and the second one that it never varies."""
    return constant.origin == "server" and constant.why != "chance"


def _pointer(path: Path) -> str:
    """A pointer, and behind it what is inside a string."""
    text = ""
    for step in path:
        if not isinstance(step, Into):
            text += written((step,))
        elif step.form != "json":
            text += f", {_inside(step)}"
        else:
            text += ", as JSON, "
    return text or "/"


def _inside(step: Into) -> str:
    if step.form == "text":
        return "in the text"
    return {"word": "after {}", "segment": "segment {}", "item": "item {}"}.get(
        step.form, step.form + " {}"
    ).format(int(step.name) + 1 if step.form in ("segment", "item") else step.name)


def _in_head(path: Path) -> str:
    """A place in an HTTP head or body."""
    part, rest = str(path[0]), path[1:]
    if part == "headers":
        name, rest = str(rest[0]), rest[2:]
        part = f"header {name}"
    elif part == "set-cookie":
        part, rest = f"cookie {rest[0]}", rest[1:]
    elif part == "body" and rest[:1] == (Into("json"),):
        rest = rest[1:]
    more = _pointer(rest) if rest else ""
    return f"{part} {more}" if more.startswith("/") else f"{part}{more}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
