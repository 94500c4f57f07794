"""The list of accepted findings, as someone writes it."""

from datetime import date

import pytest

from wsrecord.errors import UsageError
from wsrecord.judge.acceptance import Acceptance, Where
from wsrecord.judge.acceptance_file import read

GOOD = """\
# known since the move
- code: schema-invalid
  where: {cassette: 'old/*', event: tool_completed, pointer: /results/**, flow: tool}
  reason: >
    the old server
    sends strings
  until: 2027-01-31
- {code: WS208, reason: people leave, until: '2027-02-01'}
"""


def test_a_list_is_read_with_the_line_of_each_entry() -> None:
    assert read(GOOD, "a.yaml") == (
        Acceptance(
            code="WS101",
            reason="the old server sends strings",
            until=date(2027, 1, 31),
            where=Where(cassette="old/*", event="tool_completed", pointer="/results/**", flow="tool"),
            file="a.yaml",
            line=2,
        ),
        Acceptance(code="WS208", reason="people leave", until=date(2027, 2, 1), file="a.yaml", line=8),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_an_empty_list_accepts_nothing(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: WS101", "f:1:1: must be a list"),
        ("- WS101", "f:1:3: an entry must be a mapping"),
        ("- {}", "f:1:3: this entry has no `code`"),
        ("\n- {code: WS101, until: 2027-01-31}", "f:2:3: this entry has no `reason`"),
        ("- {code: WS101, reason: x}", "f:1:3: this entry has no `until`"),
        ("- {code: WS101, reason: ' ', until: 2027-01-31}", "f:1:17: reason: must say why"),
        (
            "- {code: WS101, reason: x, until: soon}",
            "f:1:28: until: must be a date such as 2027-01-31, not 'soon'",
        ),
        ("- {code: WS101, reason: x, until: 2027}", "f:1:28: until: must be a date"),
        ("- {code: WS101, reason: x, until: 2027-01-31 10:00:00}", "f:1:28: until: must be a date"),
        ("- {code: schema-invlaid, reason: x, until: 2027-01-31}", "did you mean schema-invalid?"),
        ("- {code: ws101, reason: x, until: 2027-01-31}", "did you mean WS101?"),
        (
            "- {code: WS999, reason: x, until: 2027-01-31}",
            "there is no code 'WS999'; docs/findings.md has all of them",
        ),
        (
            "- {code: WS101, reason: x, until: 2027-01-31, where: {pointer: result}}",
            "f:1:55: where.pointer: a pointer begins with a slash: did you mean /result?",
        ),
        ("- {code: 101, reason: x, until: 2027-01-31}", "f:1:4: code: there is no code 101"),
        ("- {code: WS701, reason: x, until: 2027-01-31}", "f:1:4: code: WS701 is about this list"),
        (
            "- {code: WS101, raeson: x, until: 2027-01-31}",
            "f:1:17: raeson: no such key; did you mean reason?",
        ),
        ("- {code: WS101, reason: x, until: 2027-01-31, where: all}", "f:1:47: where: must be a mapping"),
        ("- {code: WS101, reason: x, until: 2027-01-31, where: {evnt: a}}", "did you mean event?"),
        (
            "- {code: WS101, reason: x, until: 2027-01-31, where: {event: 5}}",
            "f:1:55: where.event: must be a string",
        ),
        ("- {code: WS101,\n   code: WS102}", "f:2:4: the name 'code' is there twice"),
        ("- {on: 1}", """f:1:4: on is read differently by different YAML parsers; write "on" in quotes"""),
        ("- {code: [", "f:1:11: not YAML: "),
        (
            "- !!python/object:os.system {}",
            "f:1:3: the tag tag:yaml.org,2002:python/object:os.system means nothing here",
        ),
        ("- \x00", "f: not YAML: "),
        ("- {code: WS101, reason: x, until: 2027-02-31}", "until: must be a date such as"),
        ("[" * 5000, "f:1:65: nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(text, "f")
    assert said in str(error.value)
    assert str(error.value).startswith("f:")
