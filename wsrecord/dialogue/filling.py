"""A step's own words with other values in them; what has none is said byte for byte as it was recorded."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.cassette.model import Request
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Sent, Unit, UnsayableError
from wsrecord.errors import CassetteError

from .heads import request_of, request_value
from .insides import Path, Scalar, get, put
from .significance import is_placeholder
from .steps import AnyStep, Ask, Close, Connect, Control, Dialogue, Occurrence, Say, Variable


@dataclass(frozen=True, slots=True)
class Filled:
    """What a step says to the live server."""

    request: Request | None = None  # of Ask and Connect
    messages: tuple[Sent, ...] = ()  # of Say: kind and payload of each; of Control one
    units: tuple[Unit, ...] = ()  # of Say
    values: Mapping[int, Any] = field(default_factory=dict)  # by occurrence, what is said in it
    missing: tuple[Variable, ...] = ()  # nobody has said yet what stands for these: the recorded value does


class Filling:
    """Puts live values where a dialogue's variables are used."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._uses: dict[int, list[tuple[Path, Variable]]] = {}
        for variable in dialogue.variables:
            for use in variable.uses:
                self._uses.setdefault(use.occurrence, []).append((use.path, variable))

    def variables(self, step: AnyStep) -> tuple[Variable, ...]:
        """What a step says in its own words, each once."""
        found = (variable for number in step.occurrences for _, variable in self._uses.get(number, ()))
        return tuple({variable.number: variable for variable in found}.values())

    def fill(self, step: AnyStep, live: Callable[[Variable], Scalar | None]) -> Filled:
        """The step with what `live` knows."""
        missing = tuple(one for one in self.variables(step) if live(one) is None)
        values = {n: self._said(self._dialogue.occurrences[n], live) for n in step.occurrences}
        match step:
            case Ask() | Connect():
                value = values.get(step.occurrences[0]) if step.occurrences else request_value(step.request)
                return Filled(request_of(value or {}, step.request), values=values, missing=missing)
            case Say():
                units = tuple(
                    replace(unit, value=values[number])
                    for unit, number in zip(step.units, step.occurrences, strict=True)
                )
                return Filled(None, self._encoded(step, units), units, values, missing)
            case Control():
                return Filled(messages=((step.opcode, step.payload),))
            case Close():
                return Filled()
        return Filled()

    def value(self, one: Occurrence, live: Callable[[Variable], Scalar | None]) -> Any:
        """What was said, with what `live` knows in it."""
        return self._said(one, live)

    def _said(self, one: Occurrence, live: Callable[[Variable], Scalar | None]) -> Any:
        value = one.unit.value if one.unit is not None else one.value
        # from the end: what comes later in a text is still found when what comes sooner has changed
        for path, variable in reversed(self._uses.get(one.number, [])):
            new = live(variable)
            if new is not None:
                value = put(value, path, _in_form(new, get(value, path)))
        return value

    def _encoded(self, step: Say, units: Sequence[Unit]) -> tuple[Sent, ...]:
        if all(unit.value is old.value for unit, old in zip(units, step.units, strict=True)):
            return tuple((message.opcode, message.payload) for message in step.messages)
        reading = self._dialogue.readings[step.session]
        try:
            return tuple(make(reading.codec, subprotocol=reading.subprotocol).encode(units))
        except UnsayableError as error:
            raise CassetteError(
                f"{self._dialogue.cassette}: session {step.session}, message {step.numbers[0]}: {error}"
            ) from None


def _in_form(new: Scalar, old: Any) -> Scalar:
    """A value in the form of the one it replaces: within base64, where that was."""
    if is_placeholder(old) and str(old).endswith(".b64"):
        return base64.b64encode(str(new).encode()).decode().rstrip("=")
    return new
