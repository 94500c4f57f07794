"""At replay: which live value stands for which recorded one, and which gates are open.

filled = bindings.fill(step)          what to say; `filled.missing` if something is not known yet
bindings.taken(step, filled)          it has been said
bindings.heard(session, unit)         the server said something: the recorded occurrence it stands for
bindings.answered(step, response)     the answer to an Ask or a Connect
bindings.met(gate)                    whether a step need not wait for this any more
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from random import Random
from typing import Any

from wsrecord.cassette.model import Response
from wsrecord.codec.unit import Unit

from .filling import Filled, Filling
from .fresh import renewed
from .heads import response_value
from .insides import Scalar, get
from .links import renewable
from .matching import Score, counterpart, match, score
from .progress import Instance, Progress
from .significance import is_placeholder, is_time
from .steps import AnyStep, Ask, Connect, Dialogue, Gate, Occurrence, Variable
from .table import Spots, Table, spots
from .ties import Tie, tied_to, ties, token_of
from .waiting import Waiting


@lru_cache(maxsize=4)  # a dialogue may be played many times
def _ties_of(dialogue: Dialogue) -> tuple[dict[int, tuple[Tie, ...]], Spots]:
    found = ties(dialogue.occurrences, dialogue.variables, dialogue.readings)
    return found, spots(dialogue.occurrences, found)


class Bindings:
    """One replay of one dialogue."""

    def __init__(
        self, dialogue: Dialogue, *, secrets: Mapping[str, str] | None = None, fresh: Random | None = None
    ) -> None:
        """`secrets` by name or placeholder; with `fresh`, ids that the client made up are made anew."""
        self.dialogue = dialogue
        self._filling = Filling(dialogue)
        self._ties, places = _ties_of(dialogue)
        self._table = Table(places)
        self._waiting = Waiting(self._ties)
        self._answers: dict[object, Occurrence] = {}
        for one in dialogue.occurrences:
            if one.sender != "server":
                continue
            if one.is_unit and one.session is not None:
                self._waiting.add(one)
            else:
                self._answers[one.exchange or one.session] = one
        self._met: set[int] = set()  # occurrences that a live one stands for
        self._came: dict[int, list[tuple[str, Any]]] = {}  # by session, what the server said, and its kind
        self._taken: dict[int, int] = {}  # by step, how much the server had said by then
        self._replied: set[int] = set()
        contracts = {one.contract.name: one.contract for one in dialogue.readings.values() if one.contract}
        self._progress = {name: Progress(contract) for name, contract in contracts.items()}
        self._begin(secrets or {}, fresh)

    def _begin(self, secrets: Mapping[str, str], fresh: Random | None) -> None:
        for variable in self.dialogue.variables:
            given = secrets.get(variable.name, secrets.get(str(variable.value)))
            if given is not None and variable.origin != "client":
                self._table.bind(token_of(variable), given)
            elif variable.origin == "client":
                new = fresh is not None and renewable(variable, self.dialogue.occurrences)
                self._table.bind(
                    token_of(variable), self._renewed(variable, fresh) if new else variable.value
                )

    def _renewed(self, variable: Variable, fresh: Random | None) -> Scalar:
        assert fresh is not None
        for _ in range(100):  # a short one may be drawn twice
            value = renewed(variable.value, fresh)
            if not self._table.recorded(variable.scope, value):
                return value
        return variable.value

    @property
    def missing_secrets(self) -> tuple[Variable, ...]:
        """What has to be given before the first step."""
        return tuple(one for one in self.dialogue.secrets if self.value(one) is None)

    def value(self, variable: Variable) -> Scalar | None:
        """What stands for a variable; None as long as nobody knows."""
        return self._table.get(token_of(variable))

    @property
    def known(self) -> dict[Scalar, Scalar]:
        """What was recorded, and what it is live, where that is one other value and no secret."""
        known: dict[Scalar, Scalar] = {}
        torn: set[Scalar] = set()
        for one in self.dialogue.variables:
            live = self.value(one)
            if live is None or one.origin == "secret" or is_placeholder(one.value):
                continue
            if known.setdefault(one.value, live) != live:
                torn.add(one.value)
        return {
            recorded: live for recorded, live in known.items() if recorded not in torn and live != recorded
        }

    def fill(self, step: AnyStep) -> Filled:
        """What a step says to the live server."""
        return self._filling.fill(step, self.value)

    def taken(self, step: AnyStep, filled: Filled | None = None) -> None:
        """A step has been taken; events that came before don't count for what comes after."""
        filled = self.fill(step) if filled is None else filled
        session = getattr(step, "session", None)
        self._taken[step.number] = len(self._came.get(session, ())) if session is not None else 0
        for number, value in dict(filled.values).items():
            one = self.dialogue.occurrences[number]
            self._spoken(number, value)
            if one.unit is not None and one.session is not None:
                self._feed(one.session, self._unit_of(one, value))

    def _spoken(self, number: int, value: Any) -> None:
        """What nobody knew stands for itself from now on."""
        for tie in self._ties.get(number, ()):
            said = get(value, tie.path)
            if self._table.get(tie.token) is None and isinstance(said, str | int | float):
                self._table.bind(tie.token, said)

    def heard(self, session: int, unit: Unit) -> Occurrence | None:
        """Take what the live server said; return the recorded occurrence that it stands for, if any."""
        reading = self.dialogue.readings[session]
        kind, _ = reading.kind(unit)
        self._came.setdefault(session, []).append((kind, unit.value if unit.readable else None))
        found: Occurrence | None = None
        if unit.readable:
            likely = self._waiting.like(session, kind, unit.value, self._table)
            found = match(likely, unit.value, self._ties, self._table)
            if found is not None:
                self._waiting.remove(found)
                self._bind(found, unit.value)
        self._feed(session, unit)
        return found

    def answered(self, step: Ask | Connect, response: Response) -> Occurrence | None:
        """Take the live answer to a request; return the recorded one."""
        self._replied.add(step.number)
        key = (step.connection, step.exchange) if isinstance(step, Ask) else step.session
        found = self._answers.get(key)
        if found is not None:
            self._bind(found, response_value(response))
        return found

    def fits(self, recorded: Occurrence, value: Any) -> Score | None:
        """How well a live request fits a recorded one by its ties; None: it belongs to something else."""
        return score(self._ties.get(recorded.number, ()), value, self._table)

    def stands(self, recorded: Occurrence, value: Any) -> None:
        """A live request stands for this recorded one."""
        self._bind(recorded, value)

    def say(self, number: int) -> Any:
        """What an answer said in the recording, with live values in it; it has been said."""
        value = self._filling.value(self.dialogue.occurrences[number], self.value)
        self._spoken(number, value)
        return value

    def met(self, gate: Gate) -> bool:
        """Whether what a gate waits for has come."""
        match gate.why:
            case "link":
                assert gate.variable is not None
                return self.value(self.dialogue.variables[gate.variable]) is not None
            case "order":
                return gate.step in self._taken
            case "reply":
                return gate.step in self._replied
            case "end":
                return self._has_ended(gate)
            case "turn":
                return self._is_allowed(gate)
        if gate.source in self._met and not gate.same:  # another's may have stood for it: values decide
            return True
        if gate.session is None or (gate.since >= 0 and gate.since not in self._taken):
            return False
        came = self._came.get(gate.session, [])[self._taken.get(gate.since, 0) :]
        return any(kind in gate.kinds and self._says(gate, value) for kind, value in came)

    def _says(self, gate: Gate, value: Any) -> bool:
        """Whether an event says the values that a gate asks for."""
        return all(get(value, path) == self.value(self.dialogue.variables[one]) for one, path in gate.same)

    def begun(self, gate: Gate) -> bool:
        """Whether the server has begun to answer: until then it is slow, not silent."""
        if gate.own:
            return not self._met.isdisjoint(gate.own)
        if gate.session is None or (gate.since >= 0 and gate.since not in self._taken):
            return False
        return len(self._came.get(gate.session, ())) > self._taken.get(gate.since, 0)

    def unmet(self, step: AnyStep) -> tuple[Gate, ...]:
        """What a step still waits for."""
        return tuple(gate for gate in step.gates if not self.met(gate))

    def _has_ended(self, gate: Gate) -> bool:
        progress, session, (flow, key) = self._instance(gate)
        if progress.ends(session, flow, key) >= gate.nth:
            return True
        return gate.amid and progress.needless(session, flow, key)  # there was one fewer this time

    def _is_allowed(self, gate: Gate) -> bool:
        progress, session, instance = self._instance(gate)
        return not progress.bars(session, instance, gate.kinds[0])

    def _instance(self, gate: Gate) -> tuple[Progress, int, Instance]:
        """The live instance that a gate is about."""
        assert gate.session is not None
        assert gate.flow is not None
        contract = self.dialogue.readings[gate.session].contract
        assert contract is not None
        names = contract.flows[gate.flow].spec.key
        key = tuple(self._live_key(name, value) for name, value in zip(names, gate.key, strict=True))
        return self._progress[contract.name], gate.session, (gate.flow, key)

    def _live_key(self, name: str, value: Any) -> Any:
        if not isinstance(value, str | int | float):
            return value
        live = (self._table.get(token) for token in tied_to(value, name))
        return next((one for one in live if one is not None), value)

    def _bind(self, recorded: Occurrence, value: Any) -> None:
        """What the live one says stands for what the recorded one says."""
        self._met.add(recorded.number)
        for tie in self._ties.get(recorded.number, ()):
            live = counterpart(recorded.value, value, tie.path, partial(self._stands_for_other, tie))
            if isinstance(live, bool) or not isinstance(live, str | int | float) or live == "":
                continue
            if self._may_bind(tie, live):
                self._table.bind(tie.token, live)

    def _stands_for_other(self, tie: Tie, live: Any) -> bool:
        scalar = isinstance(live, str | int | float)
        return scalar and self._table.holder(tie.token, live) not in (None, tie.token)

    def _may_bind(self, tie: Tie, live: Scalar) -> bool:
        """The first value stays, unless a new one opens something; a live value stands for one only."""
        if tie.renews:
            return True
        known = self._table.holder(tie.token, live)
        if known is not None:
            return known == tie.token or is_time(tie.value)
        return self._table.get(tie.token) is None or tie.tells

    def _feed(self, session: int, unit: Unit) -> None:
        reading = self.dialogue.readings[session]
        if reading.contract is not None:
            kind, keys = reading.kind(unit)
            self._progress[reading.contract.name].feed(session, kind, unit.sender, keys)

    def _unit_of(self, one: Occurrence, value: Any) -> Unit:
        assert one.unit is not None
        return replace(one.unit, value=value)
