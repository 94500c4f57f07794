"""Rules on values: what each must catch, and what it must leave alone."""

from pathlib import Path

import pytest
from judge.transcript import codes, contract, judged

EVENTS = """
server: {delta: {properties: {seq: {type: integer}}}, done: null, reply: null}
client: {ask: null}
keys: {run: /run}
unknown: allow
"""

CASES = [
    ("increasing: /seq", ("< delta seq=1", "< delta seq=5"), ()),
    ("increasing: /seq", ("< delta seq=5", "< delta seq=1", "< delta seq=2"), ("WS301",)),
    ("increasing: /seq", ("< delta seq=5", "> ask seq=1"), ()),  # each side counts for itself
    ("increasing: /seq", ("< delta seq=5", '< delta seq="1"', "< delta seq=6"), ("WS101",)),
    ("increasing: {of: /seq, per: run}", ("< delta seq=5 run=a", "< delta seq=1 run=b"), ()),
    ("increasing: /seq", ("1|< delta seq=5", "2|< delta seq=1"), ()),
    ("unique: /id", ("< delta id=1", "< delta id=2", "< delta id=true"), ()),
    ("unique: /id", ("< delta id=1", "< done id=1"), ("WS302",)),
    ("unique: delta#/id", ("< delta id=1", "< done id=1"), ()),
    ("unique: {of: /id, per: run}", ("< delta id=1 run=a", "< delta id=1 run=b", "< delta id=1"), ()),
    ("echo: {from: ask#/id, in: reply#/to}", ("> ask id=1", "> ask id=2", "< reply to=1"), ()),
    ("echo: {from: ask#/id, in: reply#/to}", ("< reply to=1", "> ask id=1"), ("WS303",)),
    ("echo: {from: ask#/id, in: reply#/to}", ("> ask id=1", '< reply to="1"'), ("WS303",)),
    ("echo: {from: [ask#/id, ask#/q], in: reply#/to}", ("> ask q=1", "< reply to=1"), ()),
    ("echo: {from: ask#/id, in: reply#/to}", ('> ask id={"x":[1]}', '< reply to={"x":[1.0]}'), ()),
    ("echo: {from: ask#/id, in: reply#/to}", ('> ask id={"x":[1]}', '< reply to={"x":[true]}'), ("WS303",)),
    ("echo: {from: [ask#/id, ask#/q], in: reply#/to}", ("> ask q=1", "< reply to=2"), ("WS303",)),
    ("echo: {from: ask#/id, in: reply#/to}", (">> {", "< reply to=1"), ("WS111",)),
    ("echo: {from: ask#/q, in: reply#/q, per: run}", ("> ask q=x run=a", "< reply q=y run=b"), ()),
    ("echo: {from: ask#/q, in: reply#/q, per: run}", ("> ask q=x run=a", "< reply q=y run=a"), ("WS303",)),
    ("concat: {of: delta#/t, is: done#/t, per: run}",
     ("< delta t=ab run=a", "< delta t=x run=b", "< delta t=cd run=a", "< done t=abcd run=a"), ()),
    ("concat: {of: delta#/t, is: done#/t}", ("< delta t=ab", "< done t=abc"), ("WS304",)),
    ("concat: {of: delta#/t, is: done#/t}", ("< delta t=ab", "<< {", "< done t=abc"), ("WS111",)),
    ("concat: {of: delta#/t, is: done#/t}", ("< delta t=ab", "< done t=ab", "< delta t=c", "< done t=c"), ()),
    ("concat: {of: delta#/t, is: done#/t}", ("< done t=x",), ()),  # nobody streamed it
    ("answer: {to: ask, with: reply}", ("> ask", "> ask", "< reply", "< reply"), ()),
    ("answer: {to: ask, with: reply}", ("> ask", "x server 1000"), ("WS306",)),
    ("answer: {to: ask, with: reply}", ("> ask", "x client 1000"), ()),
    ("answer: {to: ask, with: reply, within: 1s}", ("@0 > ask", "@0.9 < reply"), ()),
    ("answer: {to: ask, with: reply, within: 1s}", ("@0 > ask", "@1.1 < reply"), ("WS305",)),
    ("answer: {to: ask, with: reply, within: 1s}", ("@0 > ask", "@0.5 x client 1000"), ()),
    ("answer: {to: ask, with: reply, within: 1s}", ("@0 > ask", "@5 x client 1000"), ("WS306",)),
    ("answer: {to: ask, with: reply}", ("> ask", "<< {", "x server 1000"), ("WS111",)),
    ("answer: {to: ask, with: reply, per: run}",
     ("> ask run=a", "< reply run=b", "x server 1000"), ("WS306",)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "expected"), CASES)
def test_a_rule(rule: str, said: tuple[str, ...], expected: tuple[str, ...], tmp_path: Path) -> None:
    found = judged(contract(tmp_path, f"{EVENTS}\nrules:\n  - {rule}\n"), *said)
    assert tuple(codes(found)) == expected, [one.message for one in found]


def test_a_difference_says_where_it_begins(tmp_path: Path) -> None:
    rules = contract(tmp_path, f"{EVENTS}\nrules: [{{concat: {{of: delta#/t, is: done#/t}}}}]")
    (found,) = judged(rules, "< delta t=Hello", "< done t=Help")
    assert found.message == "done: the pieces at delta#/t differ from /t from character 4 on"
    assert (found.expected, found.got) == ('"Help" (4 characters)', '"Hello" (5 characters)')
