"""What each step waits for: its causes, not its time.

Hard: the source of a link that it carries; by the contract also the end of a flow that it follows, and the
answer to the message before, and what lets it be said (`turns.py`). Soft: what came with its own values
(`milestones.py`), and the other kinds of event that came since the client's last message, once
each; what came before on other connections, but in sessions that never hear of each other (`talking.py`).
What comes by the clock waits for links only, and nothing waits for it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wsrecord.contract.model import Contract

from .milestones import Milestones
from .occurrences import Told
from .progress import Instance, Progress
from .steps import AnyStep, Ask, Connect, Control, Gate, Occurrence, Say, Variable
from .talking import talking
from .turns import turns


class Gating:
    """Gives each step its gates, while the steps come in recorded order."""

    def __init__(self, told: Told, variables: Sequence[Variable], beats: Mapping[int, Sequence[int]]) -> None:
        """`beats` holds, by session, the messages that come by the clock."""
        self._told = told
        self._occurrences = told.occurrences
        self._needs: dict[int, list[Variable]] = {}  # by the occurrence that says them
        self._replies: set[int] = set()  # ids of the server's own requests
        for variable in variables:
            if variable.origin == "server":
                if variable.why == "rpc":
                    self._replies.add(variable.number)
                for use in variable.uses:
                    self._needs.setdefault(use.occurrence, []).append(variable)
        self._made: dict[int, set[int]] = {}  # ids, by the occurrence in which the client said them first
        self._echoed: dict[int, set[int]] = {}  # the same, by those in which the server said them again
        for variable in variables:
            if variable.origin == "client" and variable.echoes:
                self._made.setdefault(variable.sources[0].occurrence, set()).add(variable.number)
                for echo in variable.echoes:
                    self._echoed.setdefault(echo.occurrence, set()).add(variable.number)
        self._heard: dict[int, list[Occurrence]] = {}  # by session, in the order of its messages
        for one in told.occurrences:
            if one.session is not None and one.sender == "server":
                self._heard.setdefault(one.session, []).append(one)
        self._ended = _endings(told)
        self._turns = turns(told)
        self._milestones = Milestones(told.occurrences, variables)
        self._said: dict[tuple[int | None, int], int] = {}  # by session and variable: the last step with it
        self._carries: dict[int, list[int]] = {}  # variables, by what the client says
        for variable in variables:
            for place in (*variable.uses, *(variable.sources if variable.origin == "client" else ())):
                self._carries.setdefault(place.occurrence, []).append(variable.number)
        self._talking = talking(told.occurrences) if len(self._heard) > 1 else frozenset()
        self._clocked = {s: _answers_to(numbers, self._heard.get(s, ())) for s, numbers in beats.items()}
        self._last: dict[object, tuple[AnyStep, int]] = {}  # by connection: what is no timer

    def taken(self, step: AnyStep, lane: object, before: int) -> None:
        """A step has its gates; the next ones come after it."""
        if not step.timer and not (isinstance(step, Control)):
            self._last[lane] = step, before
        for number in step.occurrences:
            for variable in self._carries.get(number, ()):
                self._said[getattr(step, "session", None), variable] = step.number

    def gates(self, step: AnyStep, lane: object, before: int) -> tuple[Gate, ...]:
        """What a step waits for, the hard first, none twice."""
        found = list(self._links(step))
        if step.timer:
            return tuple(found)
        session = getattr(step, "session", None)
        last, since = self._last.get(lane, (None, 0))
        if session is not None and not isinstance(step, Connect):
            window = self._window(session, since, before)
            found += self._answers(session, last, window)
            ends = list(self._ends(session, window, last))
            found += (gate for gate, _ in ends)
            found += self._allowed(step, session, {(gate.flow, gate.key) for gate in found})
            if not any(gate.variable in self._replies for gate in found):
                ends_by = [instance for _, instance in ends]
                found += self._of_its_own(step, session, {gate.source for gate in found})
                found += self._kinds(session, window, last, found, ends_by)
        found += self._before(step, lane, last)
        return tuple(dict.fromkeys(found))

    def _links(self, step: AnyStep) -> Iterator[Gate]:
        for number in step.occurrences:
            for variable in self._needs.get(number, ()):
                sources = [place.occurrence for place in variable.sources if place.occurrence < number]
                source = self._occurrences[sources[0] if sources else variable.sources[0].occurrence]
                yield Gate(
                    hard=True,
                    why="link",
                    text=f"{variable.name} from {source.kind} ({source.where})",
                    source=source.number,
                    session=source.session,
                    kinds=(source.kind,),
                    variable=variable.number,
                )

    def _window(self, session: int, since: int, before: int) -> list[Occurrence]:
        """What the server said in a session between two of the client's messages."""
        heard = self._heard.get(session, [])
        start = bisect_right(heard, since, key=_message) if since else 0
        return [one for one in heard[start : bisect_left(heard, before, key=_message)] if one.is_unit]

    def _answers(self, session: int, last: AnyStep | None, window: list[Occurrence]) -> Iterator[Gate]:
        """By the contract's `answer` rules: the answer to the message before, if it came in between."""
        contract = self._contract(session)
        if contract is None or not isinstance(last, Say):
            return
        said = {self._occurrences[number].kind for number in last.occurrences}
        for rule in contract.rules:
            asked = next((event.name for event in getattr(rule, "to", ()) if event.name in said), None)
            if asked is None:
                continue
            kinds = tuple(event.name for event in getattr(rule, "answers", ()))
            came = next((one for one in window if one.kind in kinds), None)
            if came is not None:
                yield Gate(
                    hard=True, why="answer", text=f"the answer to {asked}: {' or '.join(kinds)}",
                    source=came.number, session=session, kinds=kinds, since=last.number,
                )  # fmt: skip

    def _ends(
        self, session: int, window: list[Occurrence], last: AnyStep | None
    ) -> Iterator[tuple[Gate, tuple[Occurrence, Instance]]]:
        """By the contract: the flows that ended in between, the outermost only."""
        ended = [(one, *end) for one in window for end in self._ended.get(one.number, ())]
        progress = self._progress(session)
        for one, instance, nth, amid in ended:
            if progress is not None and any(progress.inside(instance, other) for _, other, *_ in ended):
                continue
            flow, key = instance
            said = " ".join(str(part) for part in key)
            gate = Gate(
                hard=True, why="end",
                text=f"the end of {f'the recorded {flow} {said}' if said else flow} ({one.kind})",
                source=one.number, session=session, flow=flow, key=key, nth=nth, amid=amid,
                since=last.number if last is not None else -1,
            )  # fmt: skip
            yield gate, (one, instance)

    def _allowed(self, step: AnyStep, session: int, ended: set[Any]) -> Iterator[Gate]:
        """By the contract: what lets it be said, of its own instance, where no end of that is awaited."""
        for number in step.occurrences:
            for turn in self._turns.get(number, ()):
                if turn.instance in ended:
                    continue
                flow, key = turn.instance
                said = " ".join(["the recorded" if key else "", flow, *map(str, key)]).strip()
                yield Gate(
                    hard=True, why="turn", text=f"{turn.source.kind}, which lets {said} take it",
                    source=turn.source.number, session=session, kinds=(turn.name,), flow=flow, key=key,
                )  # fmt: skip

    def _of_its_own(self, step: AnyStep, session: int, sources: set[int | None]) -> Iterator[Gate]:
        """What came with its own values, of a kind that came once for each: another's is none of its own."""
        for source, same in self._milestones.of(step.occurrences).items():
            if source in sources:
                continue
            one = self._occurrences[source]
            since = max(self._said.get((session, variable), -1) for variable, _ in same)
            yield Gate(
                hard=False, why="kind", text=f"{one.kind} of its own ({one.where.partition(',')[0]})",
                source=source, session=session, kinds=(one.kind,), same=tuple(same), since=since,
            )  # fmt: skip

    def _kinds(
        self, session: int, window: list[Occurrence], last: AnyStep | None, found: list[Gate], ends: list[Any]
    ) -> Iterator[Gate]:
        """The other kinds of event, once each: none that another gate or the end of its flow answers for."""
        sources = {gate.source for gate in found}
        known = {one.kind for one in window if one.number in sources}
        known.update(kind for gate in found if gate.same for kind in gate.kinds)
        done = self._done_by(session, window, ends)
        own = self._own(last, window)
        kinds: dict[str, Occurrence] = {}
        for one in window:
            if one.number not in done:
                kinds[one.kind] = one
        for kind, one in kinds.items():
            if kind not in known and kind not in self._clocked.get(session, ()):
                yield Gate(
                    hard=False, why="kind", text=f"{kind} ({one.where.partition(',')[0]})", source=one.number,
                    session=session, kinds=(kind,), since=last.number if last is not None else -1, own=own,
                )  # fmt: skip

    def _own(self, last: AnyStep | None, window: list[Occurrence]) -> tuple[int, ...]:
        """What answers the client's last message by its id, whoever else is answered in between."""
        if not isinstance(last, Say):
            return ()
        made = {number for one in last.occurrences for number in self._made.get(one, ())}
        return tuple(one.number for one in window if made & self._echoed.get(one.number, set()))

    def _done_by(
        self, session: int, window: list[Occurrence], ends: list[tuple[Occurrence, Instance]]
    ) -> set[int]:
        """What belongs to a flow that has ended by then: its end says that all of it came."""
        contract = self._contract(session)
        done: set[int] = set()
        if contract is None:
            return done
        for end, (flow_name, key) in ends:
            flow = contract.flows[flow_name]
            parts = dict(zip(flow.spec.key, key, strict=True))
            for one in window:
                if one.number <= end.number and parts and all(one.keys.get(p) == v for p, v in parts.items()):
                    done.add(one.number)
        return done

    def _before(self, step: AnyStep, lane: object, last: AnyStep | None) -> Iterator[Gate]:
        """What came before on other connections, and on its own before it carried a session."""
        since = last.number if last is not None else -1
        if isinstance(last, Ask):
            yield from self._reply(step, last)
        for other, (theirs, message) in self._last.items():
            if other == lane or theirs.number <= since or self._strangers(step, theirs):
                continue
            text = f"{_called(theirs, self._occurrences)} before it"
            yield Gate(
                hard=False,
                why="order",
                text=text,
                session=getattr(theirs, "session", None),
                step=theirs.number,
            )
            yield from self._reply(step, theirs)
            if isinstance(theirs, Say):
                yield from self._said_there(step, theirs, message)

    def _said_there(self, step: AnyStep, theirs: Say, message: int) -> Iterator[Gate]:
        """What another session said to its client's last message: the first of it, all of it to a request.

        A request may end what a session lives on (its kernel, its room).
        """
        heard = self._heard.get(theirs.session, [])
        came = [one for one in heard[bisect_right(heard, message, key=_message) :] if one.t <= step.at]
        own = self._own(theirs, came)
        if not isinstance(step, Ask):
            came = came[:1]
        for kind, one in {one.kind: one for one in came}.items():
            if one is came[0] or kind not in self._clocked.get(theirs.session, ()):
                yield Gate(
                    hard=False, why="kind", text=f"{kind} ({one.where.partition(',')[0]})",
                    source=one.number, session=theirs.session, kinds=(kind,), since=theirs.number, own=own,
                )  # fmt: skip

    def _strangers(self, step: AnyStep, theirs: AnyStep) -> bool:
        """Whether two steps belong to sessions that know nothing of each other; beginning, each waits."""
        mine, other = getattr(step, "session", None), getattr(theirs, "session", None)
        if mine is None or other is None or isinstance(step, Connect):
            return False
        return frozenset({mine, other}) not in self._talking

    def _reply(self, step: AnyStep, theirs: AnyStep) -> Iterator[Gate]:
        """The answer to a request, if it was there."""
        if isinstance(theirs, Ask | Connect) and theirs.response is not None and theirs.response.t <= step.at:
            text = f"the answer to {_called(theirs, self._occurrences)}"
            yield Gate(
                hard=False,
                why="reply",
                text=text,
                session=getattr(theirs, "session", None),
                step=theirs.number,
            )

    def _contract(self, session: int) -> Contract | None:
        reading = self._told.readings.get(session)
        return reading.contract if reading is not None else None

    def _progress(self, session: int) -> Progress | None:
        contract = self._contract(session)
        return Progress(contract) if contract is not None else None


def _message(one: Occurrence) -> int:
    """The number of the message that made it whole; what is no message comes before all."""
    return one.unit.numbers[-1] if one.unit is not None and one.unit.numbers else 0


def _endings(told: Told) -> dict[int, list[tuple[Instance, int, bool]]]:
    """By occurrence, the flows' instances that ended with it, for which time, and amid what goes on."""
    made: dict[str, Progress] = {}
    ended: dict[int, list[tuple[Instance, int, bool]]] = {}
    for one in told.occurrences:
        reading = told.readings.get(one.session) if one.session is not None and one.is_unit else None
        if reading is None or reading.contract is None or one.session is None:
            continue
        progress = made.setdefault(reading.contract.name, Progress(reading.contract))
        for instance in progress.feed(one.session, one.kind, one.sender, one.keys):
            if progress.uncalled(one.session, *instance):
                continue
            nth = progress.ends(one.session, *instance)
            amid = progress.amid(one.session, *instance)
            ended.setdefault(one.number, []).append((instance, nth, amid))
    return ended


def _answers_to(beats: Sequence[int], heard: Sequence[Occurrence]) -> frozenset[str]:
    """The kind of event that the server answers what comes by the clock with: nobody waits for it."""
    after: list[str] = []
    for number in beats:
        index = bisect_right(heard, number, key=_message)
        after += [heard[index].kind] if index < len(heard) else []
    return frozenset(kind for kind in after if after.count(kind) * 4 >= len(beats) * 3)


def _called(step: AnyStep, occurrences: Sequence[Occurrence]) -> str:
    if step.occurrences:
        one = occurrences[step.occurrences[0]]
        return one.kind if one.session is None else f"{one.kind} ({one.where.partition(',')[0]})"
    return f"{type(step).__name__.lower()} (session {getattr(step, 'session', '?')})"
