"""`server:` and `client:`: the events, their schemas, and what tells them apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from wsrecord.wire.frames import Direction

from ..flow.expression import quoted
from ..library import Library
from ..model import Condition, EventKey, EventSpec, JsonScalar, Selector
from ..pointer import parse
from ..reading import Node
from ..schemas import Schema

EVENT_KEYS = ("schema", "when")
NAME = "name"  # in the place of a pointer: what the codec calls a unit
CONDITION_KEYS = ("const", "enum", "present")
SIDES: tuple[Direction, Direction] = ("server", "client")


@dataclass(frozen=True)
class Source:
    """A contract's file: where its schemas are looked for."""

    path: Path
    folder: Path


def read_event(key: EventKey, node: Node, source: Source, library: Library) -> EventSpec:
    """One event: a schema's file, a schema, nothing, or `{schema: …, when: …}`."""
    schema = node
    when: tuple[Condition, ...] = ()
    if isinstance(node.value, dict) and node.value.keys() & set(EVENT_KEYS):
        node.mapping(EVENT_KEYS)
        found = node.get("schema")
        conditions = node.get("when")
        schema = Node(node.document, None, node.path) if found is None else found
        when = _conditions(conditions) if conditions is not None else ()
    return EventSpec(key, _schema(schema, source, library), when, node.where)


def _schema(node: Node, source: Source, library: Library) -> Schema | None:
    value = node.value
    if value is None:
        return None
    if isinstance(value, dict | bool):
        return Schema(
            library, library.add_inline(node.document, node.path, value, source.path, source.folder)
        )
    if not isinstance(value, str):
        return node.refuse("expected a schema's file, a schema, null for none, or {schema: …, when: …}")
    name, _, fragment = value.partition("#")
    path = source.folder / name
    if "://" in value:
        node.refuse(f"{value} is not in the contract's folder, and nothing is fetched; copy it there")
    if not path.resolve().is_relative_to(source.folder.resolve()):
        node.refuse(f"{value} leads out of the contract's folder; copy the schema into it")
    if not path.is_file():
        files = [str(one.relative_to(source.folder)) for one in source.folder.rglob("*.json")]
        close = get_close_matches(name, files, 1)
        node.refuse(f"there is no file {name} in {source.folder}" + (f"; is it {close[0]}?" if close else ""))
    uri = library.add_file(path, source.folder)
    if fragment:
        library.require(uri, f"#{fragment}", node.where)
    return Schema(library, f"{uri}#{fragment}" if fragment else uri)


def _conditions(node: Node) -> tuple[Condition, ...]:
    if not node.mapping(example="{/type: message}").value:
        node.refuse("no condition: leave `when` out if the name alone tells the event")
    made = []
    for text, inner in node.items():
        pointer = None
        if text != NAME:
            try:
                pointer = parse(text)
            except ValueError as error:
                inner.refuse(f"{error}; or `name`, for the name that the codec gives")
        made.append(Condition(pointer, *_condition(inner)))
    return tuple(made)


def _condition(node: Node) -> tuple[tuple[JsonScalar, ...] | None, bool | None]:
    if not isinstance(node.value, dict):
        return tuple(_scalar(inner) for inner in node.listed()) or node.refuse(
            "an empty list allows nothing"
        ), None
    node.mapping(CONDITION_KEYS)
    if len(node.value) != 1:
        node.refuse("expected one of {const: …}, {enum: […]} and {present: true}")
    if (const := node.get("const")) is not None:
        return (_scalar(const),), None
    if (enum := node.get("enum")) is not None:
        return tuple(_scalar(inner) for inner in enum.sequence()) or enum.refuse(
            "an empty list allows nothing"
        ), None
    return None, node.need("present").flag()


def _scalar(node: Node) -> JsonScalar:
    if node.value is None or isinstance(node.value, str | int | float):
        return node.value
    return node.refuse("a condition compares with texts, numbers, true, false and null")


class Names:
    """The events of a contract, by the names that its other parts have for them."""

    def __init__(self, events: Iterable[EventKey]) -> None:
        self._known: dict[str, tuple[EventKey, ...]] = {}
        for key in events:
            self._known[key.name] = (*self._known.get(key.name, ()), key)
        for keys in list(self._known.values()):
            for key in keys:
                self._known.setdefault(str(key), (key,))

    def find(self, name: str) -> tuple[EventKey, ...]:
        """The events of this name, `client:x` the client's only."""
        return self._known.get(name, ())

    def events(self, node: Node, name: str) -> tuple[EventKey, ...]:
        """The events of this name; there must be one."""
        found = self.find(name)
        if not found:
            close = get_close_matches(name, self._known, 1, 0.6)
            hint = (
                f"; did you mean {quoted(close[0])}?"
                if close
                else "; the events stand under server: and client:"
            )
            node.refuse(f"there is no event {quoted(name)}{hint}")
        return found

    def event(self, node: Node, name: str) -> tuple[EventKey, ...]:
        """The one event of this name: where both sides have it, a side must be said."""
        found = self.events(node, name)
        if len(found) > 1:
            node.refuse(f"both sides have an event {quoted(name)}: write {' or '.join(map(str, found))}")
        return found

    def listed(self, node: Node) -> tuple[EventKey, ...]:
        """The events of one name or several."""
        texts = [inner.text("agent_started") for inner in node.listed()]
        found = [
            key for inner, text in zip(node.listed(), texts, strict=True) for key in self.event(inner, text)
        ]
        return tuple(dict.fromkeys(found)) or node.refuse("no event is named")

    def selector(self, node: Node) -> Selector:
        """`/pointer` in every event, or `EVENT#/pointer`."""
        place = node.place()
        events = None if place.event is None else self.event(node, place.event)
        return Selector(place.pointer, events, str(place))
