"""A contract at a glance: who says what, and in which order."""

import textwrap
from collections.abc import Iterator

from wsrecord.contract.flow.expression import text
from wsrecord.contract.flow.spec import Flow
from wsrecord.contract.model import Applies, Condition, Contract, EventKey, EventSpec
from wsrecord.contract.pointer import written

from .escape import terminal
from .words import count

_ARROWS = {"server": "←", "client": "→"}
_WIDTH = 100


def contract_lines(contract: Contract) -> Iterator[str]:
    """The page, line by line; → is from the client, ← from the server."""
    yield from map(terminal, _lines(contract))


def _lines(contract: Contract) -> Iterator[str]:
    yield f"{contract.name} ({contract.file})"
    yield f"  {' · '.join(_head(contract))}"
    yield ""
    yield "events"
    yield from _events(contract)
    if contract.flows.all:
        yield ""
        yield "flows"
        for flow in contract.flows.all:
            yield from _flow(contract, flow)
    more = [
        count(len(contract.rules), "rule") if contract.rules else "",
        count(len(contract.budgets), "budget") if contract.budgets else "",
        "isolation" if contract.isolation else "",
        "handshake" if contract.handshake else "",
    ]
    if any(more):
        yield ""
        yield f"also: {', '.join(filter(None, more))}"


def _head(contract: Contract) -> Iterator[str]:
    yield _applies(contract.applies)
    yield f"codec {contract.codec.name}"
    if contract.name_at is not None:
        yield f"name at {written(contract.name_at)}"
    yield f"unknown events: {contract.unknown}"


def _applies(applies: Applies) -> str:
    parts = []
    if applies.paths:
        parts.append(f"path {' or '.join(applies.paths)}")
    if applies.subprotocols:
        parts.append(f"subprotocol {' or '.join(one or 'none' for one in applies.subprotocols)}")
    return ", ".join(parts) or "every session"


def _events(contract: Contract) -> Iterator[str]:
    widest = max(len(key.name) for key in contract.events)
    files = {key: _schema(spec) for key, spec in contract.events.items()}
    room = max(map(len, files.values()))
    for key, spec in contract.events.items():
        when = " when " + ", ".join(_place(one) for one in spec.when) if spec.when else ""
        flows = (
            ", ".join(reader.flow.name for reader in contract.flows.readers(key.name, key.sender))
            or "no flow"
        )
        yield f"  {_ARROWS[key.sender]} {key.name:{widest}}  {files[key]:{room}}  {flows}{when}"


def _place(condition: Condition) -> str:
    return "its name" if condition.pointer is None else written(condition.pointer)


def _schema(spec: EventSpec) -> str:
    return "no schema" if spec.schema is None else spec.schema.name.removesuffix("#")


def _flow(contract: Contract, flow: Flow) -> Iterator[str]:
    spec = flow.spec
    said = [f"one for each {' and '.join(spec.key)}" if spec.key else f"one for each {spec.scope}"]
    if spec.inside is not None:
        said.append(
            f"inside {spec.inside}"
            + (f", unless cut short by {' or '.join(sorted(spec.but))}" if spec.but else "")
        )
    if spec.key and spec.scope == "user":
        said.append("outlives its session")
    if spec.reuse:
        said.append("may begin anew")
    yield f"  {flow.name}: {'; '.join(said)}"
    order = text(flow.automaton.expression)
    yield from textwrap.wrap(
        order,
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    client = [one for one in flow.automaton.names if _clients(contract, one)]
    if client:
        yield f"    (→ {', '.join(client)})"


def _clients(contract: Contract, name: str) -> bool:
    bare = name.removeprefix("client:")
    return EventKey("client", bare) in contract.events and EventKey("server", name) not in contract.events
