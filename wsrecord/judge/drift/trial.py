"""A recording and what came of its replay, before all judges: what is wrong, what differs, and who moved.

What contracts say is judged as `check` does. What they leave open, or where there is none, is held against
the recording. A fault that both of them tell of is told once, by the contract.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from wsrecord.cassette.recording import Recording, Session
from wsrecord.cassette.source import from_recording
from wsrecord.codec.registry import Spec, make
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Codec, Contract
from wsrecord.contract.pointer import Pointer
from wsrecord.contract.schemas import Ignore, at_placeholder
from wsrecord.errors import ContractError
from wsrecord.judge import registry
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown

from .blame import CONTRACT, SERVER, Blame, Faults, blame, blame_fault, folded, second_hand
from .compare import compare
from .drift import Drift
from .echoes import one_by_one
from .hear import Ears, tell
from .options import Options
from .oracle import ContractOracle
from .profile import Profile
from .steps import settled

# What is wrong with a live session whatever its protocol is: no contract needs to say so.
_ALWAYS = frozenset(
    code.number
    for code in Code
    if code in (Code.CLOSE_CODE, Code.ABNORMAL_END, Code.WIRE_ODDITY)
    or (code.group is Group.SCHEMA and code.name not in ("SCHEMA_INVALID", "UNKNOWN_EVENT", "UNNAMED_UNIT"))
)


@dataclass(frozen=True, slots=True)
class Part:
    """Sessions that are read alike, as recorded and as live: under one contract, or under none."""

    codec: Spec
    name: Callable[[Unit], str]
    recorded: tuple[Session, ...]
    live: tuple[Session, ...]
    contract: Contract | None = None
    name_at: Pointer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One recording, one replay of it, and how closely they must resemble each other."""

    cassette: str
    recorded: Recording
    live: Recording
    parts: Sequence[Part]
    options: Options = field(default_factory=Options)
    steps: Sequence[Drift] = ()  # what the replay could not do


def judge(trial: Trial, shown: Sequence[Shown]) -> list[Finding]:
    """All that is wrong with the live sessions; what they show of each contract is added up."""
    found = _by_contracts(trial, shown)
    drifts: list[tuple[Drift, Part | None, Blame | None]] = []
    for part in trial.parts:
        drifts += _drifts(trial, part)
    steps = list(trial.steps)
    told = settled([drift for drift, _, _ in drifts], steps)
    drifts = [(drift, part, who) for drift, (_, part, who) in zip(told, drifts, strict=False)]
    drifts += [(drift, None, None) for drift in told[len(drifts) :]]
    for drift, held, who in drifts:
        contract = held.contract.name if held is not None and held.contract is not None else None
        found.append(blamed(drift.finding(trial.cassette, contract), who))
    return one_by_one(found)


def blamed(finding: Finding, who: Blame | None) -> Finding:
    """The finding, with who moved."""
    return finding if who is None else replace(finding, extra={**finding.extra, "blame": who})


def _by_contracts(trial: Trial, shown: Sequence[Shown]) -> list[Finding]:
    """What check's judges say of the live sessions, each with who moved."""
    before = {_sameness(one) for one in _case(trial.recorded, shown)}
    faults: dict[str, Faults] = {}
    for part in trial.parts:
        if part.contract is not None:
            faults[part.contract.name] = _faults(part, part.recorded, trial.recorded)
    found = [
        blamed(one, _who(one, before, faults))
        for one in registry.judge_cassette(from_recording(trial.live), shown, trial.cassette).findings
        if _tells(one)
    ]
    for part in trial.parts:
        if part.contract is None:
            found += _without(trial, part)
    return found


def _case(recording: Recording, shown: Sequence[Shown]) -> list[Finding]:
    aside = [Shown(one.contract) for one in shown]
    return registry.judge_cassette(from_recording(recording), aside, "").findings


def _tells(finding: Finding) -> bool:
    """Whether it is about the server: without a contract the recording is the measure."""
    return finding.code != Code.NO_CONTRACT_APPLIES.number


def _who(finding: Finding, before: set[object], faults: dict[str, Faults]) -> Blame | None:
    code = find(finding.code)
    if code is None or code.group not in (
        Group.SCHEMA,
        Group.FLOW,
        Group.RULE,
        Group.CONNECTION,
        Group.BUDGET,
    ):
        return None
    event, pointer = finding.place.event, finding.place.pointer
    if code is Code.SCHEMA_INVALID and event is not None and finding.contract in faults:
        return blame_fault(faults[finding.contract], event, pointer or "")
    return CONTRACT if _sameness(finding) in before else SERVER


def _sameness(finding: Finding) -> object:
    pointer = finding.place.pointer
    path = None if pointer is None else folded(pointer)
    return finding.code, finding.place.event, path, finding.flow, finding.contract, finding.extra.get("rule")


def _without(trial: Trial, part: Part) -> list[Finding]:
    """What is wrong where no contract says what is right: units that can't be read, ends that are none."""
    codec = Codec(part.codec) if isinstance(part.codec, str) else _codec(part.codec)
    none = Contract(name="", file="", codec=codec, name_at=part.name_at, unknown="allow")
    before = {_sameness(one) for one in _case(_only(trial.recorded, part.recorded), [Shown(none)])}
    live = from_recording(_only(trial.live, part.live))
    found = registry.judge_cassette(live, [Shown(none)], trial.cassette).findings
    return [
        replace(one, contract=None) for one in found if one.code in _ALWAYS and _sameness(one) not in before
    ]


def _codec(spec: Spec) -> Codec:
    assert not isinstance(spec, str)
    [(name, options)] = spec.items()
    return Codec(name, options)


def _only(recording: Recording, sessions: Iterable[Session]) -> Recording:
    return replace(recording, sessions=list(sessions))


def _drifts(trial: Trial, part: Part) -> Iterator[tuple[Drift, Part | None, Blame | None]]:
    secrets = [at_placeholder(one.head.nonce) for one in (trial.recorded, trial.live)]

    def secret(value: object) -> bool:
        return any(one(value) for one in secrets)

    options = trial.options
    before = _profile(part, part.recorded, options, secret)
    now = _profile(part, part.live, options, secret)
    oracle = None if part.contract is None else ContractOracle(part.contract)
    found = compare(before, now, options, oracle, secret=secret)
    if part.contract is None:
        yield from ((drift, part, None) for drift in found)
        return
    recorded = _faults(part, part.recorded, trial.recorded)
    live = _faults(part, part.live, trial.live)
    for drift in found:
        if not second_hand(drift, live):
            yield drift, part, blame(recorded, live, drift)


def _profile(part: Part, sessions: Iterable[Session], options: Options, secret: Ignore) -> Profile:
    made = Profile(secret=secret, keep=options.exactly)
    ears = Ears(part.codec, part.name)
    for session in sessions:
        tell(made, session, ears)
    return made


def _faults(part: Part, sessions: Iterable[Session], recording: Recording) -> Faults:
    """Where the events of these sessions break the contract's schemas."""
    assert part.contract is not None
    found, classifier = Faults(), Classifier(part.contract)
    ignore = at_placeholder(recording.head.nonce)
    for session in sessions:
        codec = make(part.codec, subprotocol=session.subprotocol)
        for unit in codec.units(session.messages):
            try:
                event = classifier.classify(unit)
            except ContractError:
                continue
            if not isinstance(event, Event) or event.spec.schema is None or not unit.readable:
                continue
            schema = event.spec.schema
            found.add(event.name, () if schema.is_valid(unit.value) else schema.faults(unit.value, ignore))
    return found
