"""What makes two values one: the value itself where it is telling, else with what gives it meaning.

A token is a scope and a text. The scopes, and why a value counts in them:

    ""             it is long or random: wherever it stands (`significance.py`)
    key NAME       it stands where the contract's key NAME does
    rpc SESSION SIDE   it is the id of a JSON-RPC request of that side
    cookie NAME    it is a cookie's value
    rest           it is the id that a POST was answered with, or a segment or query value of a path
    name NAME      it stands under a key that names an id, such as room_id
    echo SESSION   it stands under `id`, `reply_to` and the like: an answer says the client's id again
    pin N          the contract's Nth link says so
    chance NAME    it stands under a key of the same name, and that may be all; a `run_id` is a `run`
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wsrecord.contract.model import Contract, EventKey, Selector
from wsrecord.contract.pointer import ABSENT, Pointer, at

from .insides import Into, Path, Scalar, scalars
from .reading import Reading
from .significance import echoed_name, is_id_key, is_placeholder, is_telling
from .steps import Occurrence

_LONGEST_SHORT = 64
_BARE = frozenset({"id", "key", "ref", "token", "session", "uid", "seq"})
_NOUNS = frozenset(
    """
    run room session thread channel conversation job task call game lobby upload subscription sub
    """.split()  # noqa: SIM905
)
_WORDS_OF_HTTP = ("status",)


class Token(NamedTuple):
    """What makes two values one."""

    scope: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A scalar in something that was said, and what it may be one with."""

    path: Path
    value: Scalar
    tokens: tuple[Token, ...]


def text_of(value: Scalar) -> str:
    """A scalar as text: a number in JSON and in a URL are one; a placeholder within base64 is its own."""
    if isinstance(value, str):
        return value.removesuffix(".b64") if value[:4] == "wsr-" and is_placeholder(value) else value
    return repr(value)


class Tokens:
    """Finds the tokens in what was said."""

    def __init__(self, readings: Mapping[int, Reading]) -> None:
        self._readings = readings
        self._rules: dict[tuple[str, EventKey], _Rules] = {}

    def of(self, one: Occurrence, wanted: Container[str] | None = None) -> Iterator[Seen]:
        """Every scalar that may be one with another, the whole of a string before its parts.

        `wanted` are the texts that are looked for, if not all are.
        """
        if one.value is None or isinstance(one.value, bytes):
            return
        reading = self._readings.get(one.session) if one.session is not None and one.is_unit else None
        rules = self._rules_of(reading, one)
        for path, value in scalars(one.value):
            text = text_of(value)
            if (wanted is not None and text not in wanted) or path in rules.skipped:
                continue
            tokens = [*rules.pinned(path, text), *self._main(one, reading, rules, path, value, text)]
            if tokens:
                yield Seen(path, value, tuple(tokens))

    def _main(
        self,
        one: Occurrence,
        reading: Reading | None,
        rules: "_Rules",
        path: Path,
        value: Scalar,
        text: str,
    ) -> Iterator[Token]:
        if reading is not None and reading.rpc and path == ("id",):
            asks = isinstance(one.value, dict) and "method" in one.value
            other = "client" if one.sender == "server" else "server"
            yield Token(f"rpc {one.session} {one.sender if asks else other}", text)
        elif path in rules.keys:
            yield Token("" if is_telling(value) else f"key {rules.keys[path]}", text)
        elif is_telling(value):
            yield Token("", text)
        elif text and len(text) <= _LONGEST_SHORT and not any(map(str.isspace, text)):
            yield from _short(one, path, value, text)

    def _rules_of(self, reading: Reading | None, one: Occurrence) -> "_Rules":
        if reading is None:
            return _NO_RULES
        if reading.contract is None:
            return _Rules(skipped=frozenset({_path(reading.name_at)} if reading.name_at else ()))
        # a contract's words are of who really speaks: `sides.py` may have swapped them
        event = EventKey(one.unit.sender if one.unit is not None else one.sender, one.kind)
        found = self._rules.get((reading.contract.name, event))
        if found is None:
            found = self._rules[reading.contract.name, event] = _rules(reading.contract, event)
        return found.for_value(one.value)


def _short(one: Occurrence, path: Path, value: Scalar, text: str) -> Iterator[Token]:
    """Where a name, a protocol or a place gives a short value its meaning."""
    name = name_of(path)
    if not one.is_unit and path[:1] != ("body",):
        if path[:1] == ("set-cookie",) or (isinstance(path[-1], Into) and path[-1].form == "cookie"):
            yield Token(f"cookie {name}", text)
        elif path[:1] == ("headers",) and (is_id_key(name) or is_noun(name)):
            yield Token("rest", text)
        elif path[:1] == ("path",) and len(path) > 1:
            yield Token("rest", text)
            if is_id_key(name) and name not in _BARE:
                yield Token(f"name {_plain(name)}", text)
        return
    created = one.kind.startswith(("the answer to POST ", "the answer to PUT "))
    if created and one.exchange is not None and is_id_key(name) and len(path) in (3, 4):
        yield Token("rest", text)
    if name in _WORDS_OF_HTTP or not name:
        return
    if is_id_key(name) and name.lower() not in _BARE:
        yield Token(f"name {_plain(name)}", text)
        if is_noun(name):
            yield Token(thing(name), text)
    elif is_id_key(name) or is_noun(name):
        yield Token(thing(name), text)
    elif len(text) >= 2 and value not in (0, 1) and text not in (one.kind, *one.kind.split("/")):
        yield Token(f"chance {_plain(name)}", text)
    if one.is_unit and echoed_name(name) == "id":
        yield Token(f"echo {one.session}", text)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a contract says of the places of one event."""

    keys: Mapping[Path, str] = field(default_factory=dict)
    skipped: frozenset[Path] = frozenset()
    pins: tuple[tuple[int, Path], ...] = ()
    tried: tuple[tuple[str, tuple[Pointer, ...]], ...] = ()

    def pinned(self, path: Path, text: str) -> Iterator[Token]:
        """The tokens of the contract's own links."""
        for number, place in self.pins:
            if place == path:
                yield Token(f"pin {number}", text)

    def for_value(self, value: Any) -> "_Rules":
        """With the pointers of keys that this value has; of several the first counts."""
        if not self.tried:
            return self
        keys: dict[Path, str] = {}
        for name, pointers in self.tried:
            held = next((p for p in pointers if at(value, p) is not ABSENT), None)
            if held is not None:
                keys[_path(held)] = name
        return _Rules(keys, self.skipped, self.pins)


_NO_RULES = _Rules()


def _rules(contract: Contract, event: EventKey) -> _Rules:
    names = {_path(contract.name_at)} if contract.name_at is not None else set()
    ignored = {_path(one.pointer) for one in contract.links.ignore if one.selects(event)}
    pins = [
        (number, _path(selector.pointer))
        for number, pin in enumerate(contract.links.pins)
        for selector in (_side(pin.source, pin.target, event),)
        if selector.selects(event)
    ]
    tried = tuple((key.name, key.of(event)) for key in contract.keys.values() if key.of(event))
    return _Rules({}, frozenset(names | ignored), tuple(pins), tried)


def _side(source: Selector, target: Selector, event: EventKey) -> Selector:
    return source if event.sender == "server" else target


def _path(pointer: Pointer | None) -> Path:
    """A pointer as a path: what looks like an index may be one, and stands for both."""
    return tuple(int(part) if part.isdigit() and len(part) < 6 else part for part in pointer or ())


def is_noun(name: str) -> bool:
    """Whether it names a thing that a server keeps, and what stands there says which one."""
    return _core(name) in _NOUNS


def thing(name: str) -> str:
    """The scope of what a name says the id of, and of nothing else that speaks for it."""
    return f"chance {_core(name)}"


def name_of(path: Path) -> str:
    """The key under which something stands; for the parts of a string the string's own."""
    for step in reversed(path):
        if isinstance(step, Into):
            if step.form in ("query", "cookie"):
                return str(step.name)
        elif isinstance(step, str):
            return step
    return ""


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _core(name: str) -> str:
    """What an id is of: `run_id`, `runId` and `X-Run` are a run's."""
    plain = _plain(name).removeprefix("x") if name[:2] in ("x-", "X-") else _plain(name)
    return plain.removesuffix("id") or plain
