"""A contract's flows as written, and the checks that make them usable together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from wsrecord.errors import ContractError

from .automaton import Automaton
from .expression import Expression, quoted

Direction: TypeAlias = Literal["client", "server"]
Unkeyed: TypeAlias = Literal["fault", "all", "skip"]
Scope: TypeAlias = Literal["session", "user"]
SIDES: tuple[Direction, Direction] = ("client", "server")


@dataclass(frozen=True)
class FlowSpec:
    """One flow as the contract states it.

    `unkeyed` is what happens to an event without one of the key's parts, for all or by event.
    `dedupe` names the value, among an event's keys, by which a repeated event is known.
    """

    name: str
    order: Expression | str
    key: tuple[str, ...] = ()
    inside: str | None = None
    but: frozenset[str] = frozenset()
    unkeyed: Unkeyed | Mapping[str, Unkeyed] = "fault"
    reuse: bool = False
    scope: Scope = "session"
    dedupe: str | None = None


@dataclass(frozen=True, eq=False)
class Flow:
    """A flow ready to run: names resolved, parent known."""

    spec: FlowSpec
    automaton: Automaton
    parent: "Flow | None"
    but: frozenset[str]  # by the names of the parent's order
    unkeyed: Mapping[str, Unkeyed]  # by the names of its own order
    children: list["Flow"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the contract calls it."""
        return self.spec.name


@dataclass(frozen=True)
class Reader:
    """A flow that reads an event, and the name that its order has for it."""

    flow: Flow
    name: str


class Flows:
    """All flows of a contract: each parent before its children, and who reads what."""

    def __init__(self, specs: Iterable[FlowSpec]) -> None:
        by_name: dict[str, FlowSpec] = {}
        for spec in specs:
            if spec.name in by_name:
                raise ContractError(f"flows: {spec.name} is there twice")
            by_name[spec.name] = spec
        self._made: dict[str, Flow] = {}
        for spec in by_name.values():
            self._make(spec, by_name, ())
        self.all = tuple(self._made.values())
        self._readers = _readers(self.all)

    def __getitem__(self, name: str) -> Flow:
        return self._made[name]

    def readers(self, name: str, direction: Direction) -> tuple[Reader, ...]:
        """Return the flows that read an event, parents first."""
        return self._readers.get((direction, name), ())

    def _make(self, spec: FlowSpec, by_name: Mapping[str, FlowSpec], above: tuple[str, ...]) -> Flow:
        if spec.name in self._made:
            return self._made[spec.name]
        if spec.name in above:
            raise ContractError(
                f"flows: {' inside '.join((*above[above.index(spec.name) :], spec.name))}: a circle"
            )
        parent = None
        if spec.inside is not None:
            if spec.inside not in by_name:
                raise ContractError(
                    f"flows.{spec.name}.inside: there is no flow {spec.inside}; there is {', '.join(by_name)}"
                )
            parent = self._make(by_name[spec.inside], by_name, (*above, spec.name))
        flow = self._made[spec.name] = _flow(spec, parent)
        if parent is not None:
            parent.children.append(flow)
        return flow


def matching(automaton: Automaton, name: str) -> tuple[str, ...]:
    """Return the names of an order that mean an event: itself, or itself with a side before it."""
    forms = (name, *(f"{side}:{name}" for side in SIDES))
    return tuple(form for form in forms if form in automaton.names)


def _flow(spec: FlowSpec, parent: Flow | None) -> Flow:
    where = f"flows.{spec.name}"
    automaton = Automaton(spec.order, f"{where}.order")
    if len(set(spec.key)) < len(spec.key):
        raise ContractError(f"{where}.key: a part is there twice: {', '.join(spec.key)}")
    if spec.but and parent is None:
        raise ContractError(
            f"{where}.but: only a flow inside another has a parent that these events could end"
        )
    if parent is not None and spec.scope == "user" and parent.spec.scope == "session":
        raise ContractError(
            f"{where}.scope: user, inside {parent.name} of scope session: it would outlive its parent; "
            f"give {parent.name} scope: user too"
        )
    but: set[str] = set()
    for name in spec.but:
        assert parent is not None
        but.update(_found(parent.automaton, name, f"{where}.but"))
    every: Unkeyed = "fault" if isinstance(spec.unkeyed, Mapping) else spec.unkeyed
    unkeyed = dict.fromkeys(automaton.names, every)
    if isinstance(spec.unkeyed, Mapping):
        for name, policy in spec.unkeyed.items():
            unkeyed.update(dict.fromkeys(_found(automaton, name, f"{where}.unkeyed"), policy))
    if wrong := sorted(set(unkeyed.values()) - {"fault", "all", "skip"}):
        raise ContractError(f"{where}.unkeyed: expected all or skip, found {wrong[0]}")
    return Flow(spec, automaton, parent, frozenset(but), MappingProxyType(unkeyed))


def _found(automaton: Automaton, name: str, where: str) -> tuple[str, ...]:
    found = matching(automaton, name)
    if not found:
        shown = ", ".join(map(quoted, automaton.names))
        raise ContractError(f"{where}: {quoted(name)} is not in {automaton.where}, which knows {shown}")
    return found


def _readers(flows: tuple[Flow, ...]) -> dict[tuple[Direction, str], tuple[Reader, ...]]:
    """Say who reads what. `client:x` in an order reads the client's x only, and before a plain x does."""
    found: dict[tuple[Direction, str], dict[Flow, Reader]] = {}
    for flow in flows:
        sided = {f"{side}:": side for side in SIDES}
        for name in flow.automaton.names:
            for side in SIDES:
                found.setdefault((side, name), {}).setdefault(flow, Reader(flow, name))
        for name in flow.automaton.names:
            for prefix, side in sided.items():
                if name.startswith(prefix) and len(name) > len(prefix):
                    found.setdefault((side, name.removeprefix(prefix)), {})[flow] = Reader(flow, name)
    return {event: tuple(readers.values()) for event, readers in found.items()}
