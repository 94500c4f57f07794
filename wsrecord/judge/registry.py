"""All judges, and a cassette before them. One more is one more file with a `Judge`, and a line here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wsrecord.cassette.source import Source
from wsrecord.judge import vacuous
from wsrecord.judge.answers import Answers
from wsrecord.judge.budgets import Budgets
from wsrecord.judge.closing import Closings
from wsrecord.judge.codes import Group
from wsrecord.judge.evidence import Evidence, is_for
from wsrecord.judge.finding import Finding
from wsrecord.judge.flows import FlowsJudge
from wsrecord.judge.handshake import Handshakes
from wsrecord.judge.isolation import Isolating
from wsrecord.judge.judge import Judge
from wsrecord.judge.recall import recall
from wsrecord.judge.rules import Rules
from wsrecord.judge.schemas import Schemas
from wsrecord.judge.shown import Shown
from wsrecord.judge.told import Told

JUDGES: tuple[type[Judge], ...] = (
    Isolating, Schemas, FlowsJudge, Rules, Answers, Handshakes, Closings, Budgets, vacuous.Quiet,
)  # fmt: skip
GROUPS = (Group.SCHEMA, Group.FLOW, Group.RULE, Group.CONNECTION, Group.BUDGET, Group.COVERAGE)
EACH = 1000  # messages between two reports of progress


@dataclass(frozen=True, slots=True)
class Case:
    """What came of one cassette."""

    cassette: str
    findings: list[Finding]
    judged: tuple[int, ...] = ()  # the sessions that a contract applies to
    sessions: int = 0
    messages: int = 0
    events: int = 0


def judge_cassette(
    source: Source,
    shown: Sequence[Shown],
    cassette: str,
    progress: Callable[[int], None] | None = None,
    judges: Sequence[type[Judge]] = JUDGES,
) -> Case:
    """All that is wrong in one cassette, each fault once; what it shows of each contract is added up.

    `progress` is told now and then how many messages more were heard.
    """
    outline = source.outline
    trials: list[tuple[Shown, Evidence]] = []
    hearings: dict[int, list[tuple[Evidence, Told]]] = {one.number: [] for one in outline.sessions}
    for one in shown:
        mine = [session for session in outline.sessions if is_for(one.contract, session)]
        if mine:
            evidence = Evidence(one.contract, mine, source, cassette, judges, one.see)
            trials.append((one, evidence))
            for told in evidence.sessions:
                hearings[told.number].append((evidence, told))
    _hear(source, hearings, progress or (lambda _: None))
    unclaimed = [session for session in outline.sessions if not hearings[session.number]]
    found = list(vacuous.judge_cassette(outline, unclaimed, [one.contract for one in shown], cassette))
    events = 0
    for one, evidence in trials:
        found += evidence.finish()
        one.add(evidence)
        events += sum(told.events for told in evidence.sessions)
    return Case(
        cassette,
        recall(found, source),
        judged=tuple(sorted(number for number, listed in hearings.items() if listed)),
        sessions=len(outline.sessions),
        messages=sum(session.count for session in outline.sessions),
        events=events,
    )


def judge_run(shown: Iterable[Shown]) -> list[Finding]:
    """What no cassette of a run showed."""
    return list(vacuous.judge_run(shown))


def _hear(
    source: Source, hearings: dict[int, list[tuple[Evidence, Told]]], progress: Callable[[int], None]
) -> None:
    """Let everyone hear every message; a session is over with its last one."""
    left = {session.number: session.count for session in source.outline.sessions}
    number = 0
    for number, message in enumerate(source.messages(), 1):
        session = message.session
        for evidence, told in hearings[session]:
            evidence.hear(told, message)
        left[session] -= 1
        if not left[session]:
            for evidence, told in hearings[session]:
                evidence.end(told)
        if not number % EACH:
            progress(EACH)
    progress(number % EACH)
    for listed in hearings.values():  # those that said nothing, and what was cut since the first look
        for evidence, told in listed:
            if not told.ended:
                evidence.end(told)
