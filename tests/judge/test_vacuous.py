"""What was not there to be judged."""

from pathlib import Path

import pytest
from judge.transcript import contract, recording

from wsrecord.cassette.source import from_recording
from wsrecord.judge import registry
from wsrecord.judge.shown import Shown


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("unique: /id", "unique: /id"),
        ("increasing: b#/n", "increasing: b#/n"),
        ("echo: {from: [c#/x, d#/x], in: b#/x}", "echo: from c#/x or d#/x in b#/x"),
        ("concat: {of: b#/x, is: b#/y}", "concat: of b#/x is b#/y"),
        ("answer: {to: c, with: b}", "answer: to c"),
    ],
)
def test_a_rule_without_anything_to_judge_is_named_with_its_line(
    rule: str, said: str, tmp_path: Path
) -> None:
    wanted = contract(
        tmp_path, f"server: {{a: null, b: null}}\nclient: {{c: null, d: null}}\nrules: [{{{rule}}}]"
    )
    shown = Shown(wanted)
    registry.judge_cassette(from_recording(recording("< a")), [shown], "test")
    (found,) = [one for one in registry.judge_run([shown]) if one.code == "WS606"]
    assert found.message == f"the rule {said} had nothing to judge"
    assert (found.place.file, found.place.line) == (wanted.file, 1)
