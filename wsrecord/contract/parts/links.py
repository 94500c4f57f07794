"""`links:`: which values a replay carries over from the live server, and which it leaves alone."""

from collections.abc import Iterable

from ..model import Links, Pin, Selector
from ..reading import Node
from .events import Names

PIN_KEYS = ("from", "to")
IGNORE_KEYS = ("ignore",)
_EXAMPLE = "{from: agent_started#/run_id, to: cancel_run#/run_id} or {ignore: /timestamp}"


def read_links(nodes: Iterable[Node], names: Names) -> Links:
    """All pins and exclusions."""
    pins: list[Pin] = []
    ignored: list[Selector] = []
    for node in nodes:
        node.mapping((*PIN_KEYS, *IGNORE_KEYS), _EXAMPLE)
        places = node.get("ignore")
        if places is None:
            pins.append(_pin(node, names))
        elif len(node.value) > 1:
            node.refuse("ignore stands alone; begin another with -")
        else:
            ignored += [names.selector(one) for one in places.listed()]
    return Links(tuple(pins), tuple(ignored))


def _pin(node: Node, names: Names) -> Pin:
    source, target = names.selector(node.need("from")), names.selector(node.need("to"))
    for key, selector, side in (("from", source, "server"), ("to", target, "client")):
        if selector.events is not None and all(event.sender != side for event in selector.events):
            node.need(key).refuse(f"expected an event of the {side}'s: a link leads from server to client")
    return Pin(source, target, node.where)
