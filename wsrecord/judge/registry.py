"""All judges. One more is one more file with a `judge`, and a line here."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from wsrecord.contract.model import Contract
from wsrecord.judge import answers, budgets, closing, flows, handshake, isolation, rules, schemas, vacuous
from wsrecord.judge.codes import Group
from wsrecord.judge.evidence import Case, Evidence
from wsrecord.judge.finding import Finding
from wsrecord.judge.once import settle
from wsrecord.judge.shown import Shown

Judge: TypeAlias = Callable[[Evidence], Iterable[Finding]]

JUDGES: tuple[Judge, ...] = (
    schemas.judge,
    flows.judge,
    rules.judge,
    answers.judge,
    isolation.judge,
    handshake.judge,
    closing.judge,
    budgets.judge,
)
GROUPS = (Group.SCHEMA, Group.FLOW, Group.RULE, Group.CONNECTION, Group.BUDGET, Group.COVERAGE)


def judge_case(case: Case, contracts: Sequence[Contract]) -> list[Finding]:
    """All that is wrong in one cassette, each fault once."""
    found: list[Finding] = list(vacuous.judge_case(case, contracts))
    for evidence in case.evidence:
        found += settle(finding for judge in JUDGES for finding in judge(evidence))
    return found


def judge_run(shown: Iterable[Shown]) -> list[Finding]:
    """What no cassette of a run showed."""
    return list(vacuous.judge_run(shown))
