"""Demands as nodes of a graph, each with its options and the height of its lowest value.

A demand without an option of finite height has no value. Heights are found from the leaves up, so a
schema that can only be met by an endless value is found out like one that contradicts itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wsrecord.contract.library import Library

from .clauses import Clause, Expansion
from .facts import Facts, kind_of
from .folding import facts_of
from .numbers import fractions, integers
from .numbers import suits as number_suits
from .part import Demand, Key, key_of
from .texts import suits as text_suits

MOST_NODES = 4_000
LONGEST_ARRAY = 2_000
NONE = 1 << 30  # the height of what has no value


class TooLargeError(Exception):
    """A schema with more parts than anyone should look at."""


@dataclass(slots=True, eq=False)
class Option:
    """One kind of value under one alternative."""

    facts: Facts
    kind: str
    clauses: Sequence[Clause] = ()
    height: int = NONE
    maker: Any = None  # what makes its values, once it is asked for


@dataclass(slots=True, eq=False)
class Node:
    """A demand."""

    demand: Demand
    options: list[Option] = field(default_factory=list)
    height: int = NONE
    complete: bool = True  # all of its options are known
    opened: bool = False
    settled: bool = False
    cheap: list[Option] = field(default_factory=list)  # the lowest ones
    live: list[Option] = field(default_factory=list)  # all that have a value


class Graph:
    """All demands that one schema leads to."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._expansion = Expansion(library, lambda clauses: not facts_of(clauses).kinds)
        self._nodes: dict[frozenset[Key], Node] = {}

    def node(self, demand: Demand) -> Node:
        """The node of a demand, with its height and options."""
        node = self._node(demand)
        if not node.settled:
            self._settle(node)
        return node

    def node_of(self, clauses: Sequence[Clause]) -> Node:
        """A node for some clauses that stand nowhere together; it is not kept."""
        demand = tuple(clause.part for clause in clauses if clause.negated and clause.name is None)
        kept = [clause for clause in clauses if not (clause.negated and clause.name is None)]
        node = Node(demand)
        self._open(node, kept)
        self._settle(node)
        return node

    def _node(self, demand: Demand) -> Node:
        key = key_of(demand)
        node = self._nodes.get(key)
        if node is None:
            if len(self._nodes) >= MOST_NODES:
                raise TooLargeError
            node = self._nodes[key] = Node(demand)
        return node

    def _open(self, node: Node, clauses: Sequence[Clause] = ()) -> None:
        node.opened = True
        found, node.complete = self._expansion.alternatives(node.demand, clauses)
        for one in found:
            facts = facts_of(one)
            node.options += [Option(facts, kind, one) for kind in sorted(facts.kinds)]

    def _settle(self, first: Node) -> None:
        reached = self._reached(first)
        needed = {
            id(option): tuple(self._node(demand) for demand in lowest(option))
            for node in reached
            for option in node.options
        }
        for node in reached:
            node.options = [option for option in node.options if possible(option)]
        changed = True
        while changed:
            changed = False
            for node in reached:
                for option in node.options:
                    height = 1 + max((child.height for child in needed[id(option)]), default=-1)
                    if height < option.height:
                        option.height = height
                        changed = True
                node.height = min((option.height for option in node.options), default=NONE)
        for node in reached:
            node.settled = True
            node.live = sorted(
                (option for option in node.options if option.height < NONE), key=lambda option: option.height
            )
            node.cheap = [option for option in node.live if option.height == node.height]

    def _reached(self, first: Node) -> list[Node]:
        found: dict[int, Node] = {}
        pending = [first]
        while pending:
            node = pending.pop()
            if id(node) in found or node.settled:
                continue
            found[id(node)] = node
            if not node.opened:
                self._open(node)
            pending += [self._node(demand) for option in node.options for demand in lowest(option)]
        return list(found.values())


def lowest(option: Option) -> Iterable[Demand]:
    """What the smallest value of an option holds."""
    facts = option.facts
    if facts.allowed is not None:
        return []
    if option.kind == "array":
        length = min(facts.length(), LONGEST_ARRAY)
        return list({key_of(demand): demand for demand in facts.layout(length)}.values())
    if option.kind == "object":
        names = facts.closure(facts.required)
        return [facts.field_named(name) for name in names] + [one.value for one in facts.some]
    return []


def allowed(option: Option) -> list[Any]:
    """The values of an enum that are right as far as a look at them alone can tell."""
    facts = option.facts
    found = [value for value in facts.allowed or () if kind_of(value) == option.kind]
    if option.kind in ("integer", "fraction"):
        return [value for value in found if number_suits(facts, option.kind, value)]
    return [value for value in found if text_suits(facts, value)] if option.kind == "string" else found


def possible(option: Option) -> bool:
    """Whether an option is more than a kind: what its own figures say of it."""
    facts = option.facts
    if facts.allowed is not None:
        return bool(allowed(option))
    if option.kind == "integer":
        return integers(facts) is not None
    if option.kind == "fraction":
        return fractions(facts) is not None
    if option.kind == "object" and facts.largest is not None:
        return len(facts.closure(facts.required)) <= facts.largest
    if option.kind == "boolean":
        return len({value for value in facts.excluded if isinstance(value, bool)}) < 2
    if option.kind == "null":
        return None not in facts.excluded
    return True
