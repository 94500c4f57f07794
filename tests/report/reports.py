"""Reports to test with: an ordinary one, and any at all."""

from datetime import date

from hypothesis import strategies as st
from judge.findings import findings, nasty, schema_finding, values

from wsrecord.judge.acceptance import Accepted
from wsrecord.judge.codes import Code, Group
from wsrecord.judge.finding import Place
from wsrecord.judge.verdict import FAIL_ON
from wsrecord.report.report import Checked, Counts, Report

CLEAN = Report(
    findings=(),
    cassettes=(Checked("cassettes/chat.wsr", (1, 2)),),
    contracts=("agent-chat",),
    groups=(Group.SCHEMA, Group.FLOW),
    counts=Counts(sessions=2, messages=40, events=38),
    version="0.1.0",
    started="2026-11-21T10:15:00.000000Z",
)
ORDINARY = Report(
    findings=(
        schema_finding(),
        Code.CUT.at(
            Place(cassette="cassettes/chat.wsr", session=2, t=1_000_000_000),
            "run r2 was cut off before its end: agent_completed is missing",
            flow="run",
            instance="run r2",
            contract="agent-chat",
        ),
        schema_finding(session=2, number=9),
        Code.ACCEPTANCE_UNUSED.at(
            Place(file="wsrecord-accepted.yaml", line=3),
            "the acceptance of WS102 unknown-event matches no finding: remove it, or correct its `where`",
        ),
    ),
    accepted=(Accepted(schema_finding(number=30), "the old server sends strings", date(2027, 1, 31)),) * 2,
    cassettes=CLEAN.cassettes,
    contracts=CLEAN.contracts,
    groups=CLEAN.groups,
    counts=CLEAN.counts,
    coverage={"events": {"tool_completed": 3}},
    score=87.5,
    version=CLEAN.version,
    started=CLEAN.started,
)

reports = st.builds(
    Report,
    findings=st.lists(findings, max_size=3).map(tuple),
    accepted=st.lists(st.builds(Accepted, findings, nasty, st.dates()), max_size=1).map(tuple),
    cassettes=st.lists(st.builds(Checked, nasty, st.lists(st.integers(0, 9)).map(tuple)), max_size=2).map(
        tuple
    ),
    contracts=st.lists(nasty, max_size=2).map(tuple),
    groups=st.lists(st.sampled_from(Group), max_size=2, unique=True).map(tuple),
    counts=st.builds(Counts, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)),
    coverage=st.dictionaries(nasty, values, max_size=2),
    score=st.none() | st.floats(0, 100),
    fail_on=st.sampled_from(FAIL_ON),
    version=nasty,
    started=nasty,
)
