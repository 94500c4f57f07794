"""Which points an event can show at all: an event of a run never shows that its run is null.

Schemas share parts, and narrow them. What a shared part offers and its user rules out is nobody's gap.
"""

from collections.abc import Collection, Iterable

from wsrecord.judge.facts import PYTHON, Facts, both
from wsrecord.judge.looking import Branch, Node, Point, together


def possible(root: Node) -> set[Point]:
    """The points that no first sight rules out."""
    found: set[Point] = set()
    done: set[frozenset[Node]] = set()
    todo: list[Iterable[Node]] = [(root,)]
    while todo:
        nodes = together(todo.pop())
        key = frozenset(nodes)
        if key in done:
            continue
        done.add(key)
        facts = _facts(nodes)
        named = _named(nodes)
        for node in nodes:
            found.update(_plain(node, facts))
            todo += [(one.node,) for one in node.others]
            todo += [(inner,) for inner in node.places.values()]
            if node.items is not None:
                todo.append((node.items[1],))
            for branch in (*node.branches, *node.some):
                if branch in node.some or not _ruled_out(branch, facts, named):
                    found.update(() if branch.point is None else (branch.point,))
                    todo.append((branch.node,))
        todo += named.values()
    return found


def _named(nodes: Collection[Node]) -> dict[str, list[Node]]:
    named: dict[str, list[Node]] = {}
    for node in nodes:
        for name, inner in node.named.items():
            named.setdefault(name, []).append(inner)
    return named


def _facts(nodes: Collection[Node]) -> Facts:
    found = Facts()
    for node in nodes:
        found = both(found, node.facts)
    return found


def _plain(node: Node, facts: Facts) -> Iterable[Point]:
    for value, point in node.enum:
        words = facts.words
        if type(value) in facts.types and (not isinstance(value, str) or words is None or value in words):
            yield point
    for name, point in node.types:
        if PYTHON.get(name, frozenset()) & facts.types:
            yield point
    for name, point in node.fields.items():
        if name not in facts.required:  # what another part asks for is not optional
            yield point
    yield from (one.point for one in node.others)


def _ruled_out(branch: Branch, facts: Facts, named: dict[str, list[Node]]) -> bool:
    """Whether what surrounds a branch never lets it be taken."""
    if not branch.taken:
        return False
    if _apart(branch.facts, facts):
        return True
    return any(
        name in facts.required and _apart(wanted, _facts(together(named[name])))
        for name, wanted in branch.facts.named.items()
        if name in named
    )


def _apart(one: Facts, other: Facts) -> bool:
    shared = one.types & other.types
    if shared == {str} and one.words is not None and other.words is not None:
        return one.words.isdisjoint(other.words)
    return not shared
