"""Oddities of flows: the engine's own, and events that no flow reads or that can't carry a flow's key."""

from collections.abc import Iterator

from ..flow.lint import lint as engine_lint
from ..model import Contract, EventKey
from ..reach import reach
from ..wording import joined
from .remark import Remark


def flow_remarks(contract: Contract) -> Iterator[Remark]:
    """Look at every flow, and at the events that none mentions."""
    for remark in engine_lint(contract.flows):
        yield Remark(
            remark.level, f"flow-{remark.code}", contract.file, f"flows.{remark.flow}: {remark.text}"
        )
    if not contract.flows.all:
        return
    for key, spec in contract.events.items():
        readers = contract.flows.readers(key.name, key.sender)
        if not readers:
            yield Remark(
                "info", "event-no-flow", spec.where, f"no flow mentions {key}: it may come at any time"
            )
        for reader in readers:
            absent = [part for part in reader.flow.spec.key if not _carries(contract, key, part)]
            if absent and reader.flow.unkeyed[reader.name] == "fault":
                text = f"{key} can't carry {joined(absent, 'or')}; say so under unkeyed:"
                yield Remark("error", "flow-key-nowhere", spec.where, f"flows.{reader.flow.name}: {text}")


def _carries(contract: Contract, event: EventKey, part: str) -> bool:
    schema = contract.events[event].schema
    pointers = contract.keys[part].of(event)
    return bool(pointers) and (
        schema is None or any(reach(schema, one)[0] != "impossible" for one in pointers)
    )
