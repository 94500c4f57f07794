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
