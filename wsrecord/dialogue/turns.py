"""When a contract's flow lets the client speak: which event made its message allowed, of its own instance."""

from collections.abc import Iterator
from dataclasses import dataclass

from wsrecord.contract.model import Contract

from .occurrences import Told
from .progress import Instance, Progress, carried
from .steps import Occurrence


@dataclass(frozen=True, slots=True)
class Turn:
    """A message may come only after this."""

    source: Occurrence  # what the server said
    instance: Instance
    name: str  # the message's, as the flow's order has it


def turns(told: Told) -> dict[int, tuple[Turn, ...]]:
    """By what the client said in order: what it had to wait for."""
    made: dict[str, Progress] = {}
    opened: dict[tuple[str, int | None, Instance, str], Occurrence | None] = {}
    found: dict[int, tuple[Turn, ...]] = {}
    names = {id(contract): _asked(contract) for contract in _contracts(told)}
    for one in told.occurrences:
        reading = told.readings.get(one.session) if one.session is not None and one.is_unit else None
        if reading is None or reading.contract is None or one.session is None:
            continue
        contract = reading.contract
        progress = made.setdefault(contract.name, Progress(contract))
        mine: list[Turn] = []
        if one.sender == "client":
            for reader in contract.flows.readers(one.kind, "client"):
                instance = reader.flow.name, tuple(carried(reader.flow, one.keys).values())
                source = opened.get((contract.name, one.session, instance, reader.name))
                if source is not None and progress.allows(one.session, instance, reader.name):
                    mine.append(Turn(source, instance, reader.name))
        if mine:
            found[one.number] = tuple(mine)
        asked = names[id(contract)]
        touched = [
            (instance, name, progress.allows(one.session, instance, name))
            for reader in contract.flows.readers(one.kind, one.sender)
            for instance in [(reader.flow.name, tuple(carried(reader.flow, one.keys).values()))]
            if len(instance[1]) == len(reader.flow.spec.key)
            for name in asked.get(reader.flow.name, ())
        ]
        progress.feed(one.session, one.kind, one.sender, one.keys)
        for instance, name, before in touched:
            if not before and progress.allows(one.session, instance, name):
                place = contract.name, one.session, instance, name
                opened[place] = one if one.sender == "server" else None  # its own words come in order
    return found


def _contracts(told: Told) -> Iterator[Contract]:
    for reading in told.readings.values():
        if reading.contract is not None:
            yield reading.contract


def _asked(contract: Contract) -> dict[str, list[str]]:
    """By flow, the names that its order has for what clients say."""
    found: dict[str, list[str]] = {}
    for event in contract.events:
        if event.sender == "client":
            for reader in contract.flows.readers(event.name, "client"):
                found.setdefault(reader.flow.name, []).append(reader.name)
    return found
