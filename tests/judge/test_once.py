"""One fault, one finding, and two faults two."""

from pathlib import Path

from judge.transcript import codes, contract, judged


def test_two_questions_without_their_answers_are_two_findings(tmp_path: Path) -> None:
    text = """
server: {ua: null, ra: null}
client: {u: null, r: null}
rules: [{answer: {to: u, with: ua}}, {answer: {to: r, with: ra}}]
"""
    assert codes(judged(contract(tmp_path, text), "> u", "> r", "x server 1000")) == ["WS306", "WS306"]


def test_a_question_and_the_flow_that_its_answer_would_have_begun_are_one(tmp_path: Path) -> None:
    text = """
server: {start: null, done: null}
client: {ask: null}
keys: {run: /run}
flows: {run: {key: run, order: ask start done}}
rules: [{answer: {to: ask, with: start, per: run}}]
"""
    found = judged(contract(tmp_path, text), "> ask run=a", "x server 1000")
    assert codes(found) == ["WS207"]
    assert found[0].extra["also"] == ["WS306"]


TWO_FLOWS = """
server: {busy: null, idle: null, out: null}
keys: {run: /run, cell: /cell}
flows:
  run: {key: run, order: busy out* idle}
  cell: {key: run, order: busy idle}
"""


def test_one_event_that_two_flows_wait_for_is_one(tmp_path: Path) -> None:
    found = judged(contract(tmp_path, TWO_FLOWS), "< busy run=a", "x server 1000")
    assert codes(found) == ["WS207"]
    assert found[0].extra["also"] == ["WS207"]


def test_two_runs_that_never_ended_are_two(tmp_path: Path) -> None:
    found = judged(contract(tmp_path, TWO_FLOWS), "< busy run=a", "< busy run=b", "x server 1000")
    assert codes(found) == ["WS207", "WS207"]


ASKED = """
server: {start: null, step: null, done: null, other: null}
client: {ask: null, more: null}
keys: {run: /run}
flows: {run: {key: run, order: start step* done}}
rules: [{answer: {to: ask, with: start}}, {answer: {to: more, with: other}}]
"""


def test_an_answer_that_the_flow_should_have_begun_with_is_told_by_the_flow(tmp_path: Path) -> None:
    found = judged(contract(tmp_path, ASKED), "> ask", "< step run=a", "< done run=a", "x server 1000")
    assert codes(found) == ["WS201"]
    assert found[0].extra["also"] == ["WS306"]


def test_an_answer_is_missing_though_a_flow_without_a_beginning_came_before_the_question(
    tmp_path: Path,
) -> None:
    found = judged(contract(tmp_path, ASKED), "< step run=a", "> ask", "x server 1000")
    assert codes(found) == ["WS201", "WS306"]


def test_an_unfinished_flow_does_not_swallow_a_question_of_something_else(tmp_path: Path) -> None:
    said = ("> ask", "< start run=a", "> more", "x server 1000")
    assert sorted(codes(judged(contract(tmp_path, ASKED), *said))) == ["WS207", "WS306"]


PERMISSION = """
server: {ask: null}
client: {allow: null}
keys: {id: /id}
flows: {ask: {key: id, order: ask allow}}
rules: [{answer: {to: ask, with: allow, per: id}}]
"""


def test_a_question_that_came_twice_is_not_also_unanswered(tmp_path: Path) -> None:
    said = ("< ask id=1", "< ask id=1", "> allow id=1", "x server 1000")
    assert codes(judged(contract(tmp_path, PERMISSION), *said)) == ["WS202"]


def test_a_question_that_came_once_is_answered(tmp_path: Path) -> None:
    assert codes(judged(contract(tmp_path, PERMISSION), "< ask id=1", "> allow id=1", "x server 1000")) == []
