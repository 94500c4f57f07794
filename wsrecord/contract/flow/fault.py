"""One fault of one instance, and the sentence that says it."""

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wsrecord.wire.quick import quick

from .expression import Expression, names, quoted
from .prose import is_missing, listed
from .spec import Direction

Scalar: TypeAlias = str | int | float | bool | bytes
KeyValues: TypeAlias = tuple[tuple[str, Scalar], ...]
Code: TypeAlias = Literal[
    "not-started", "out-of-order", "after-end", "key-missing", "outside", "open-at-end", "never-ended", "cut"
]
LONGEST_VALUE = 60


@quick()
class Seen:
    """An event that a flow read: its name in the contract, whose it is, and the caller's reference to it."""

    name: str
    direction: Direction
    ref: object


@dataclass(frozen=True)
class FlowFault:
    """What is wrong with one instance; `cut` alone is no fault of anybody.

    `event` is what showed it (None at a session's end); `first` and `last` are the instance's, before it.
    """

    code: Code
    flow: str
    key: KeyValues
    event: Seen | None
    first: Seen | None = None
    last: Seen | None = None
    allowed: tuple[str, ...] = ()  # what might have come instead
    needed: Expression | None = None  # the shortest way to an end that there was
    parent: str = ""  # the flow that it should be inside
    absent: tuple[str, ...] = ()  # key-missing: the parts that the event doesn't carry

    @property
    def missing(self) -> tuple[str, ...]:
        """The names that the shortest ways to an end are made of, each once, as the order has them."""
        return () if self.needed is None else tuple(dict.fromkeys(one.name for one in names(self.needed)))

    @property
    def text(self) -> str:
        """The fault in one sentence. Values come from traffic: escape it before a terminal or a page."""
        return _SENTENCES[self.code](self)

    @property
    def title(self) -> str:
        """Which instance it is: `run r1`, `part item=i1 index=0`, or the flow's name alone."""
        return title(self.flow, self.key)


def title(flow: str, key: KeyValues) -> str:
    """Name an instance."""
    if len(key) == 1:
        return f"{flow} {_value(key[0][1])}"
    return " ".join([flow, *(f"{part}={_value(value)}" for part, value in key)])


def _not_started(fault: FlowFault) -> str:
    begins = f"it begins with {_or(fault.allowed)}"
    return f"{fault.title}: {_name(fault.event)} came, but nothing had begun; {begins}"


def _out_of_order(fault: FlowFault) -> str:
    place = f"after {_name(fault.last)}, where only {_or(fault.allowed)} may come"
    return f"{fault.title}: {_name(fault.event)} came {place}"


def _after_end(fault: FlowFault) -> str:
    return f"{fault.title}: {_name(fault.event)} came after the end, which was {_name(fault.last)}"


def _key_missing(fault: FlowFault) -> str:
    parts = listed(list(fault.absent), "and")
    return f"{_name(fault.event)} carries no {parts}, so which {fault.flow} it belongs to is unknown"


def _outside(fault: FlowFault) -> str:
    return (
        f"{fault.title}: {_name(fault.event)} came while no {fault.parent} that it could belong to was open"
    )


def _open_at_end(fault: FlowFault) -> str:
    ended = f"was still open when {_name(fault.event)} ended its {fault.parent}"
    return f"{fault.title} {ended}: {_missing(fault)}"


def _never_ended(fault: FlowFault) -> str:
    return f"{fault.title} never ended: {_missing(fault)}"


def _cut(fault: FlowFault) -> str:
    return f"{fault.title} was cut off before its end: {_missing(fault)}"


_SENTENCES = {
    "not-started": _not_started,
    "out-of-order": _out_of_order,
    "after-end": _after_end,
    "key-missing": _key_missing,
    "outside": _outside,
    "open-at-end": _open_at_end,
    "never-ended": _never_ended,
    "cut": _cut,
}


def _missing(fault: FlowFault) -> str:
    assert fault.needed is not None
    return is_missing(fault.needed)


def _name(seen: Seen | None) -> str:
    return "nothing" if seen is None else quoted(seen.name)


def _or(names: tuple[str, ...]) -> str:
    return listed([quoted(name) for name in names], "or")


def _value(value: Scalar) -> str:
    if isinstance(value, bytes):
        return f"0x{value[: LONGEST_VALUE // 2].hex()}{'…' if len(value) > LONGEST_VALUE // 2 else ''}"
    if not isinstance(value, str):
        return json.dumps(value)
    short = value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
    return (
        short if short and short.isprintable() and " " not in short else json.dumps(short, ensure_ascii=False)
    )
