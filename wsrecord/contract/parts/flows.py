"""`flows:`: what the flow engine needs of them, with places in its errors."""

from collections.abc import Mapping
from typing import cast

from wsrecord.errors import ContractError

from ..flow.expression import names as names_in
from ..flow.parser import parse
from ..flow.spec import Flows, FlowSpec, Scope, Unkeyed
from ..reading import Node
from .events import Names
from .keys import Keys

FLOW_KEYS = ("order", "key", "inside", "but", "unkeyed", "reuse", "scope", "dedupe")


def read_flows(nodes: Mapping[str, Node], names: Names, keys: Keys) -> Flows:
    """All flows, ready to run."""
    specs = [_flow(name, node, names, keys) for name, node in nodes.items()]
    try:
        return Flows(specs)
    except ContractError as error:
        told = str(error)
        place = next((node.where for name, node in nodes.items() if told.startswith(f"flows.{name}.")), "")
        if not place and nodes:
            place = next(iter(nodes.values())).document.file
        raise ContractError(f"{place}: {told}") from None


def _flow(name: str, node: Node, names: Names, keys: Keys) -> FlowSpec:
    node.mapping(FLOW_KEYS, "{key: [run], order: started finished}")
    order = node.need("order")
    text = order.text("started (step)* finished")
    expression = parse(text, f"{order.where}: {order.name}")
    for one in names_in(expression):
        names.events(order, one.name)
    key, inside, but = node.get("key"), node.get("inside"), node.get("but")
    unkeyed, reuse, scope, dedupe = (
        node.get("unkeyed"),
        node.get("reuse"),
        node.get("scope"),
        node.get("dedupe"),
    )
    if dedupe is not None and len(dedupe.listed()) != 1:
        dedupe.refuse("one key or pointer tells a repeated event")
    return FlowSpec(
        name=name,
        order=expression,
        key=() if key is None else keys.parts(key),
        inside=None if inside is None else inside.text("run"),
        but=frozenset() if but is None else _but(but, names),
        unkeyed="fault" if unkeyed is None else _unkeyed(unkeyed),
        reuse=reuse is not None and reuse.flag(),
        scope="session" if scope is None else cast(Scope, scope.one_of("session", "user")),
        dedupe=None if dedupe is None else keys.parts(dedupe)[0],
    )


def _but(node: Node, names: Names) -> frozenset[str]:
    for inner in node.listed():
        names.events(inner, inner.text("error"))
    return frozenset(node.texts())


def _unkeyed(node: Node) -> Unkeyed | Mapping[str, Unkeyed]:
    if not isinstance(node.value, dict):
        return cast(Unkeyed, node.one_of("all", "skip"))
    return {name: cast(Unkeyed, inner.one_of("all", "skip")) for name, inner in node.items()}
