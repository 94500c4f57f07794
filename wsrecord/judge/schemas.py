"""Each unit by itself: could it be read, has it a name, does the contract know it, is it right?

A field that is missing, and one that no schema knows beside it, are one fault: one finding for each
object. A fault at a placeholder is none: nobody knows what stood there.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from wsrecord.contract.explain import SchemaFault
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import written
from wsrecord.contract.wording import joined, short
from wsrecord.judge import codes
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard
from wsrecord.judge.judge import Judge
from wsrecord.judge.unasked import unasked

MOST = 5  # findings for one event
_UNKNOWN = ("additionalProperties", "unevaluatedProperties")


class Schemas(Judge):
    """What is wrong with units by themselves."""

    def odd(self, heard: Heard) -> None:
        """Tell what is wrong with this one."""
        self.found += _of_unit(self.contract, heard)


def _of_unit(contract: Contract, heard: Heard) -> Iterator[Finding]:
    unit, spot = heard.unit, heard.spot
    told = spot.told
    if unit.fault is not None:
        code = codes.find(unit.fault.code)
        assert code is not None
        # What was begun when the client left, or the recording stopped, is nobody's fault.
        cut = code is Code.INCOMPLETE and told.cut and told.messages == told.session.count
        where = "" if unit.fault.offset is None else f", at byte {unit.fault.offset}"
        yield code.at(
            told.place(spot),
            f"{spot.name or f'a message of the {unit.sender}'}: {unit.fault.text}{where}",
            severity="info" if cut else code.severity,
            got=unit.text[:300],
            context=told.around(spot),
            contract=contract.name,
        )
        if not unit.readable:
            return
    if heard.ambiguous is not None:
        yield Code.AMBIGUOUS_EVENT.at(
            told.place(spot),
            heard.ambiguous,
            expected="one event",
            got="two events",
            context=told.around(spot),
            contract=contract.name,
        )
    elif heard.event is None:
        yield from _unnamed(contract, heard)
    else:
        for fault, more in _grouped(heard.faults):
            yield _schema(contract, heard, fault, more)


def _unnamed(contract: Contract, heard: Heard) -> Iterator[Finding]:
    spot, told, sender = heard.spot, heard.spot.told, heard.unit.sender
    context = told.around(spot)
    if spot.name is None:
        where = "" if contract.name_at is None else f" at {written(contract.name_at) or 'its root'}"
        yield Code.UNNAMED_UNIT.at(
            told.place(spot, pointer=None if contract.name_at is None else written(contract.name_at)),
            f"a message of the {sender} has no name{where}",
            expected="the name of an event",
            got=short(heard.unit.value),
            context=context,
            contract=contract.name,
        )
        return
    identity = unasked(contract, heard)
    if identity is not None:
        yield Code.UNASKED.at(
            told.place(spot, pointer="/id"),
            f"a reply of the {sender}'s to id {short(identity)}, which nobody asked, or which was answered",
            expected="the id of a request that waits for its answer",
            got=short(identity),
            context=context,
            contract=contract.name,
        )
        return
    if contract.unknown == "allow":
        return
    names = [key.name for key in contract.events if key.sender == sender]
    other = any(key.name == spot.name for key in contract.events)
    close = get_close_matches(spot.name, names, 1, 0.5)
    hint = "; only the other side may send it" if other else f"; did it mean {close[0]}?" if close else ""
    yield Code.UNKNOWN_EVENT.at(
        told.place(spot),
        f"the contract has no event {short(spot.name)} of the {sender}{hint}",
        severity="breaking" if contract.unknown == "error" else "warning",
        expected=joined(names, "or") or f"no event of the {sender}",
        got=spot.name,
        context=context,
        contract=contract.name,
    )


def _schema(contract: Contract, heard: Heard, fault: SchemaFault, more: tuple[SchemaFault, ...]) -> Finding:
    spot, told = heard.spot, heard.spot.told
    rest = f"; also {'; '.join(one.message for one in more[:3])}" if more else ""
    rest += f"; and {len(more) - 3} more there" if len(more) > 3 else ""
    return Code.SCHEMA_INVALID.at(
        told.place(spot, pointer=fault.pointer),
        f"{spot.name}: {fault.message}{rest}",
        expected=fault.expected or None,
        got=fault.got or None,
        context=told.around(spot),
        contract=contract.name,
        extra={
            "keyword": fault.keyword,
            "schema": fault.schema_pointer,
            "also": [one.pointer for one in more],
        },
    )


def _grouped(faults: tuple[SchemaFault, ...]) -> Iterator[tuple[SchemaFault, tuple[SchemaFault, ...]]]:
    """The faults as findings: what is missing and what is too much in one object are one."""
    groups: dict[object, list[SchemaFault]] = {}
    for fault in faults:
        moved = fault.keyword == "required" or fault.keyword in _UNKNOWN
        parent = fault.pointer.rpartition("/")[0]
        groups.setdefault(("fields of", parent) if moved else fault.pointer, []).append(fault)
    for group in list(groups.values())[:MOST]:
        yield group[0], tuple(one for one in group[1:] if not _is_told(group[0], one))


def _is_told(first: SchemaFault, other: SchemaFault) -> bool:
    """Whether the first one's words already name the other: a field that was renamed."""
    name = other.pointer.rpartition("/")[2]
    return other.keyword in _UNKNOWN and f'there is "{name}", is it that one?' in first.message
