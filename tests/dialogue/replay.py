"""A replay without a network: the steps of a dialogue against what a server said in another recording."""

from dataclasses import dataclass, field, replace

from wsrecord.cassette.recording import Recording
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.filling import Filled
from wsrecord.dialogue.occurrences import Told, tell
from wsrecord.dialogue.steps import AnyStep, Ask, Connect, Dialogue, Gate, Occurrence


@dataclass
class Replay:
    """What came of it."""

    bindings: Bindings
    filled: dict[int, Filled] = field(default_factory=dict)  # by step
    stood_for: dict[int, Occurrence | None] = field(default_factory=dict)  # by the live occurrence
    given_up: list[Gate] = field(default_factory=list)
    stalled: list[Gate] = field(default_factory=list)


def replay(dialogue: Dialogue, live: Recording | Told, **options) -> Replay:
    """Take each step as soon as its gates are open; the server says what it said after as many steps."""
    told = live if isinstance(live, Told) else tell(live, contracts_of(dialogue))
    done = Replay(Bindings(dialogue, **options))
    steps = list(dialogue.steps)
    server = _row(told)
    while steps or server:
        ready = next((step for step in steps if not _unmet(done, step) and _first(steps, step)), None)
        if ready is not None:
            _take(done, ready)
            steps.remove(ready)
            continue
        index = next((i for i, (one, after) in enumerate(server) if _may_come(done, one, after)), None)
        if index is not None:
            _hear(done, server.pop(index)[0])
            continue
        if not steps:
            break
        gates = _unmet(done, steps[0])
        hard = [gate for gate in gates if gate.hard]
        (done.stalled if hard else done.given_up).extend(hard or gates)
        _take(done, steps.pop(0))
    return done


def contracts_of(dialogue: Dialogue):
    found = {r.contract.name: r.contract for r in dialogue.readings.values() if r.contract is not None}
    return tuple(found.values())


def _unmet(done: Replay, step: AnyStep) -> list[Gate]:
    return [gate for gate in done.bindings.unmet(step) if gate not in done.given_up]


def _lane(step: AnyStep) -> object:
    return getattr(step, "session", None) or ("connection", getattr(step, "connection", 0))


def _first(steps: list[AnyStep], step: AnyStep) -> bool:
    return next(one for one in steps if _lane(one) == _lane(step)) is step


def _take(done: Replay, step: AnyStep) -> None:
    done.filled[step.number] = filled = done.bindings.fill(step)
    done.bindings.taken(step, filled)


def _row(told: Told) -> list[tuple[Occurrence, int]]:
    """What the server said, each with the number of the client's units before it in its session."""
    counts: dict[object, int] = {}
    row: list[tuple[Occurrence, int]] = []
    for one in told.occurrences:
        place = one.session if one.session is not None else one.exchange
        if one.sender == "client":
            counts[place] = counts.get(place, 0) + 1
        else:
            row.append((one, counts.get(place, 0)))
    return row


def _may_come(done: Replay, one: Occurrence, after: int) -> bool:
    place = one.session if one.session is not None else one.exchange
    said = 0
    for number in done.filled:
        for index in done.bindings.dialogue.steps[number].occurrences:
            mine = done.bindings.dialogue.occurrences[index]
            said += (mine.session if mine.session is not None else mine.exchange) == place
    return said >= after


def _hear(done: Replay, one: Occurrence) -> None:
    if one.unit is not None and one.session is not None:
        done.stood_for[one.number] = done.bindings.heard(one.session, one.unit)
        return
    for step in done.bindings.dialogue.steps:
        if isinstance(step, Ask):
            mine = (step.connection, step.exchange) == one.exchange
        else:
            mine = isinstance(step, Connect) and step.session == one.session
        if mine:
            done.stood_for[one.number] = done.bindings.answered(step, _response(one, step))


def _response(one: Occurrence, step):
    """The live answer, made from its value: enough of it for bindings."""
    headers = [(name, value) for name, values in one.value["headers"].items() for value in values]
    headers += [("set-cookie", f"{name}={value}") for name, value in one.value.get("set-cookie", {}).items()]
    body = one.value["body"].encode() if "body" in one.value else None
    return replace(step.response, status=one.value["status"], headers=tuple(headers), body=body)
