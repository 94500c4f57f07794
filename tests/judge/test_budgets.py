"""How long things took."""

from pathlib import Path

import pytest
from judge.transcript import codes, contract, judged

EVENTS = "server: {start: null, step: null, done: null}\nclient: {ask: null}\nkeys: {run: /run}\n"
FIRST, GAP = (
    "{from: ask, to: start, within: 1s}",
    "{from: [start, step], to: [step, done], within: 1s, per: run}",
)
WHOLE = "{from: start, to: done, within: 2s, per: run}"
MOST, LEAST = "{count: step, per: run, most: 2}", "{count: step, per: run, least: 1}"
CASES = [
    (FIRST, ("@0 > ask", "@1 < start"), []),
    (FIRST, ("@0 > ask", "@1.1 < start"), ["WS501"]),
    (FIRST, ("@0 > ask", "@0.9 > ask", "@1 < start", "@1.8 < start"), []),  # the oldest is answered first
    (FIRST, ("@0 > ask", "@5 x client 1000"), ["WS501"]),
    (FIRST, ("@0 > ask", "@0.5 x client 1000"), []),
    (FIRST, ("@0 > ask", "@0.5 << {", "@5 x client 1000"), ["WS111"]),
    (GAP, ("@0 < start run=a", "@0.9 < step run=a", "@1.8 < done run=a", "@9 x client 1000"), []),
    (GAP, ("@0 < start run=a", "@0.5 < step run=b", "@1.2 < step run=a", "@1.3 < done run=b"), ["WS502"]),
    (MOST, ("< step run=a", "< step run=b", "< step run=a"), []),
    (MOST, ("< step run=a", "< step run=a", "< step run=a", "< step run=a"), ["WS504"]),
    (LEAST, ("< start run=a", "< step run=a", "< done run=a", "x server 1000"), []),
    (LEAST, ("< start run=a", "< done run=a", "x server 1000"), ["WS504"]),
    (LEAST, ("< start run=a", "x client 1000"), []),  # there may have been more to come
    (WHOLE, ("@0 < start run=a", "@1 < step run=a", "@3 < done run=a"), ["WS503"]),
    (WHOLE, ("@0 < start run=a", "@1 < start run=b", "@2 < done run=a", "@3 < done run=b"), []),
]


@pytest.mark.parametrize(("budget", "said", "expected"), CASES)
def test_a_budget(budget: str, said: tuple[str, ...], expected: list[str], tmp_path: Path) -> None:
    assert codes(judged(contract(tmp_path, f"{EVENTS}budgets: [{budget}]"), *said)) == expected


BOTH = f"{GAP}, {WHOLE}"
DELAYS = [
    # A delay that is all that made the run too long is one fault; a run that is slow all along is its own.
    (BOTH, ("@0 < start run=a", "@5 < step run=a", "@5.1 < done run=a"), ["WS502"]),
    (BOTH, ("@0 < start run=a", "@0.9 < step run=a", "@1.8 < step run=a", "@2.5 < done run=a"), ["WS503"]),
    (
        BOTH,
        ("@0 < start run=a", "@1.1 < step run=a", "@2 < step run=a", "@9 < step run=b", "@9 < done run=a"),
        ["WS502", "WS502"],
    ),
    (
        f"{BOTH}",
        ("@0 < start run=a", "@0 < start run=b", "@0.5 < step run=b", "@1 < done run=b", "@4 < done run=a"),
        ["WS502"],
    ),
]


@pytest.mark.parametrize(("budgets", "said", "expected"), DELAYS)
def test_one_delay_is_one_fault(
    budgets: str, said: tuple[str, ...], expected: list[str], tmp_path: Path
) -> None:
    assert codes(judged(contract(tmp_path, f"{EVENTS}budgets: [{budgets}]"), *said)) == expected


def test_an_answer_that_is_late_for_a_rule_and_a_budget_is_one(tmp_path: Path) -> None:
    text = f"{EVENTS}budgets: [{FIRST}]\nrules: [{{answer: {{to: ask, with: start, within: 500ms}}}}]"
    (found,) = judged(contract(tmp_path, text), "@0 > ask", "@3 < start")
    assert (found.code, found.extra["also"]) == ("WS305", ["WS501"])
