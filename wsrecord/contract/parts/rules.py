"""`rules:` and `budgets:`: what neither a schema nor an order can say."""

from collections.abc import Callable

from ..model import Answer, Budget, Concat, Count, Echo, Increasing, Rule, Unique
from ..reading import Node
from .events import Names
from .keys import Keys

ECHO_KEYS = ("from", "in", "per")
CONCAT_KEYS = ("of", "is", "per")
ANSWER_KEYS = ("to", "with", "within", "per")
VALUE_KEYS = ("of", "per")  # increasing, unique
BUDGET_KEYS = ("from", "to", "within", "per")
MOST_COUNTED = 10**9
COUNT_KEYS = ("count", "least", "most", "per")


def read_rule(node: Node, names: Names, keys: Keys) -> Rule:
    """One rule: a mapping of its kind to what it says."""
    node.mapping(RULES, "{unique: /event_id}")
    if len(node.value) != 1:
        node.refuse(f"a rule has one kind ({', '.join(RULES)}); begin another with -")
    [(kind, inner)] = node.items()
    return RULES[kind](inner, names, keys)


def read_budget(node: Node, names: Names, keys: Keys) -> Budget | Count:
    """One budget: of time, or of numbers."""
    if isinstance(node.value, dict) and "count" in node.value:
        return _count(node, names, keys)
    node.mapping(BUDGET_KEYS, "{from: start_agent, to: agent_started, within: 1s}")
    start, stop = names.listed(node.need("from")), names.listed(node.need("to"))
    return Budget(start, stop, node.need("within").duration(), _per(node, keys), node.where)


def _count(node: Node, names: Names, keys: Keys) -> Count:
    node.mapping(COUNT_KEYS, "{count: tool_executing, per: run, most: 20}")
    least, most = node.get("least"), node.get("most")
    if least is None and most is None:
        node.refuse("a count needs `least`, `most` or both")
    low, high = (
        0 if least is None else least.integer(0, MOST_COUNTED),
        None if most is None else most.integer(0, MOST_COUNTED),
    )
    if high is not None and high < low:
        node.refuse(f"no number is at least {low} and at most {high}")
    return Count(names.listed(node.need("count")), low, high, _per(node, keys), node.where)


def _increasing(node: Node, names: Names, keys: Keys) -> Rule:
    if isinstance(node.value, str):
        return Increasing(names.selector(node), where=node.where)
    node.mapping(VALUE_KEYS, "/seq")
    return Increasing(names.selector(node.need("of")), _per(node, keys), node.where)


def _unique(node: Node, names: Names, keys: Keys) -> Rule:
    if isinstance(node.value, str):
        return Unique(names.selector(node), where=node.where)
    node.mapping(VALUE_KEYS, "/event_id")
    return Unique(names.selector(node.need("of")), _per(node, keys), node.where)


def _echo(node: Node, names: Names, keys: Keys) -> Rule:
    node.mapping(ECHO_KEYS, "{from: ask#/id, in: reply#/reply_to}")
    said, target = node.need("from"), names.selector(node.need("in"))
    sources = said.listed() or said.refuse("an empty list is no source")
    return Echo(tuple(map(names.selector, sources)), target, _per(node, keys), node.where)


def _concat(node: Node, names: Names, keys: Keys) -> Rule:
    node.mapping(CONCAT_KEYS, "{of: delta#/text, is: done#/text, per: run}")
    of, whole = names.selector(node.need("of")), names.selector(node.need("is"))
    for key, selector in (("of", of), ("is", whole)):
        if selector.events is None:
            node.need(key).refuse("the pieces and the whole stand in different events: write EVENT#/pointer")
    return Concat(of, whole, _per(node, keys), node.where)


def _answer(node: Node, names: Names, keys: Keys) -> Rule:
    node.mapping(ANSWER_KEYS, "{to: ping, with: pong, within: 1s}")
    within = node.get("within")
    return Answer(
        to=names.listed(node.need("to")),
        answers=names.listed(node.need("with")),
        within=None if within is None else within.duration(),
        per=_per(node, keys),
        where=node.where,
    )


def _per(node: Node, keys: Keys) -> tuple[str, ...]:
    per = node.get("per")
    return () if per is None else keys.parts(per)


RULES: dict[str, Callable[[Node, Names, Keys], Rule]] = {
    "increasing": _increasing,
    "unique": _unique,
    "echo": _echo,
    "concat": _concat,
    "answer": _answer,
}
