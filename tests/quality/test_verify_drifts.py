"""`verify` against the drift gallery: each breaking drift is caught, by its code; benign ones are not."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import pytest
from quality.detection import PAGE, SERVER, Seen, fixed, measure, noise, page, rows_of
from quality.scenario import Take, take, verified

from wsrecord.demo.drifts.drift import Drift
from wsrecord.demo.drifts.gallery import choose, gallery
from wsrecord.judge.finding import Finding

GALLERY = gallery()
# What the contract allows: a run may end with an error, a tool may fail. Only a comparison sees that all do.
ALLOWED = {"error-for-answer", "always-fallback"}
# What the recordings have once: a comparison can't tell that from chance. And a tool's name makes a variant
# of its event, of which a recording does not say that there are no more.
TOO_RARE = {"agent-fallback-dropped", "run-cancelled-dropped", "enum-value-new"}
# Without a contract a message that followed on a thought waits for one, and may be too late for its run.
ONLY_WITH_CONTRACT = {"fewer-thoughts"}
BREAKING = [drift for drift in GALLERY if drift.grade == "breaking"]

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]  # all drifts are measured in one go


@pytest.fixture(scope="module")
def clean() -> Take:
    return take()


@pytest.fixture(scope="module")
def seen(clean: Take) -> dict[str, Seen]:
    return {one.drift.name: one for one in asyncio.run(measure(clean, GALLERY))}


def told(findings: list[Finding]) -> str:
    return "\n".join(
        f"{one.severity} {one.code} {one.message} [{one.extra.get('blame')}]" for one in findings
    )


@pytest.mark.parametrize("drift", BREAKING, ids=lambda drift: drift.name)
def test_a_breaking_drift_is_caught_by_its_code(drift: Drift, seen: dict[str, Seen]) -> None:
    one = seen[drift.name]
    if drift.name in ALLOWED:
        assert one.contract == []
        assert one.caught(contract=False), told(one.shape)
    else:
        caught = {finding.code for finding in one.caught(contract=True)}
        assert caught & set(drift.in_check), told(one.contract)
        assert one.blames == {SERVER}, told(one.contract)


COMPARED = [
    drift
    for drift in BREAKING
    if set(drift.codes) - set(drift.in_check) - {"WS815"} and drift.name not in TOO_RARE
]


@pytest.mark.parametrize("drift", COMPARED, ids=lambda drift: drift.name)
def test_what_a_comparison_can_see_is_seen_without_a_contract(drift: Drift, seen: dict[str, Seen]) -> None:
    assert seen[drift.name].shape, drift.change


@pytest.mark.parametrize("drift", BREAKING, ids=lambda drift: drift.name)
def test_one_drift_is_few_findings(drift: Drift, seen: dict[str, Seen]) -> None:
    one = seen[drift.name]
    assert noise(one.contract) <= 6, told(one.contract)
    assert noise(one.shape) <= 14, told(one.shape)  # the field that holds every event's name is renamed


def test_most_drifts_are_one_finding(seen: dict[str, Seen]) -> None:
    assert median(noise(seen[drift.name].contract) for drift in BREAKING) == 1


@pytest.mark.parametrize(
    "drift", [one for one in GALLERY if one.grade == "benign"], ids=lambda drift: drift.name
)
def test_a_benign_drift_gives_nothing_above_info(drift: Drift, seen: dict[str, Seen]) -> None:
    one = seen[drift.name]
    assert told(one.contract) == ""
    assert drift.name in ONLY_WITH_CONTRACT or told(one.shape) == ""


def test_the_page_is_current(seen: dict[str, Seen]) -> None:
    assert fixed(PAGE.read_text(encoding="utf-8")) == fixed(page(list(seen.values()))) == rows_of(GALLERY)


SOMETIMES = (
    *(
        "thought-renamed",
        "tool-completed-dropped",
        "retry-duplicates",
        "agent-completed-dropped",
        "truncated",
    ),
    *(
        "pong-dropped",
        "other-call-id",
        "answer-to-everybody",
        "internal-event-leaks",
        "no-subprotocol",
        "reset",
    ),
)


@pytest.mark.parametrize("name", SOMETIMES)
def test_a_drift_that_comes_in_three_of_ten_runs_is_caught_in_twenty(name: str, clean: Take) -> None:
    chosen = choose(f"{name}@0.3")
    done = asyncio.run(
        verified(clean.only("plain"), [chosen], contract=True, repeat=20, concurrency=10, seed=11)
    )
    caught = [one for one in done.findings if one.code in chosen.drift.codes and one.severity == "breaking"]
    assert caught, told(done.findings)
    runs = caught[0].extra["runs"]
    assert runs["of"] == 20
    assert 0 < len(runs["in"]) <= 20


@contextmanager
def busy() -> Iterator[None]:
    """A process that leaves the machine no peace."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("contract", [True, False], ids=["contract", "recording alone"])
def test_no_false_alarm_in_a_hundred_verifications_on_a_busy_machine(contract: bool, clean: Take) -> None:
    with busy():
        done = asyncio.run(verified(clean, contract=contract, repeat=50, concurrency=3, hard=10.0))
    assert done.runs == 100
    assert told([one for one in done.findings if one.severity != "info"]) == ""
