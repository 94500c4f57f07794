"""docs/findings.md has an entry for every code, with examples that can be run."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from support import examples
from support.examples import Example

from wsrecord.cassette import lines
from wsrecord.cassette.model import Message, Response
from wsrecord.cassette.recording import load
from wsrecord.config.parse import parse
from wsrecord.judge.acceptance_file import read
from wsrecord.judge.codes import Code

ENTRIES = examples.entries()
EXAMPLES = list(examples.examples())
PAIRS = list(examples.pairs())
TOLD = list(examples.told())
CASSETTES = [
    *(pytest.param(example.lines, id=str(example)) for example in EXAMPLES),
    *(pytest.param(pair.recording, id=f"{pair}-recording") for pair in PAIRS),
    *(pytest.param(pair.live, id=f"{pair}-live") for pair in PAIRS),
]


def test_the_page_has_every_code_once_and_no_other() -> None:
    assert examples.slugs() == {code.number: code.slug for code in Code}
    assert list(ENTRIES) == [code.number for code in Code]


@pytest.mark.parametrize("code", Code, ids=lambda code: code.number)
def test_an_entry_says_what_it_means_what_causes_it_and_what_to_do(code: Code) -> None:
    entry = ENTRIES[code.number]
    assert f"\n*{code.severity}: {code.title}*\n" in entry
    for label in ("Means", "Usually", "Do"):
        assert f"\n- **{label}:** " in entry


@pytest.mark.parametrize("code", Code, ids=lambda code: code.number)
def test_an_entry_has_an_example_that_passes_and_one_that_fails(code: Code) -> None:
    kinds = Counter(example.kind for example in (*EXAMPLES, *PAIRS, *TOLD) if example.code == code.number)
    assert kinds == {"passing": 1, "failing": 1}


@pytest.mark.parametrize("cassette", CASSETTES)
def test_an_example_is_a_whole_cassette(cassette: bytes, tmp_path: Path) -> None:
    path = tmp_path / "example.wsr.jsonl"
    path.write_bytes(cassette)
    recording = load(path)
    assert recording.end is not None
    assert recording.end.messages == sum(len(session.messages) for session in recording.sessions)
    assert recording.end.sessions == len(recording.sessions)
    assert not recording.unknown
    assert not any(record.extra for line in cassette.splitlines() for record in lines.decode(line))
    for session in recording.sessions:
        assert session.request is not None
        assert session.response is not None
        assert session.ended
        assert session.accepted or not session.messages


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_s_contract_is_a_contract_s(example: Example) -> None:
    assert example.contract["contract"] == "example"
    assert example.contract.keys() <= {
        "contract", "applies", "codec", "name", "server", "client", "unknown", "keys", "flows", "rules",
        "handshake", "closes", "isolation", "budgets",
    }  # fmt: skip
    assert example.check.keys() <= {"today", "accepted", "min_coverage", "min_score"}


def test_a_pair_says_only_what_can_be_said_of_one() -> None:
    for pair in PAIRS:
        assert pair.verify.keys() <= {"match", "events", "ignore"}
        assert pair.play.keys() <= {"stalled", "not_sent", "troubles", "died"}


def test_what_an_example_leaves_out_is_filled_in() -> None:
    one = next(example for example in EXAMPLES if str(example) == "WS101-passing")
    messages = [record for record in one.records if isinstance(record, Message)]
    assert [(message.sender, message.opcode.name) for message in messages] == [
        ("server", "TEXT"), ("server", "CLOSE"), ("client", "CLOSE"),
    ]  # fmt: skip
    assert [record.status for record in one.records if isinstance(record, Response)] == [101]


def test_the_page_s_list_of_accepted_findings_can_be_read() -> None:
    (block,) = [part.split("```")[0] for part in examples.PAGE.read_text().split("```yaml\n")[1:]]
    (found,) = read(block)
    assert found.code == "WS101"
    assert found.where.pointer == "/results/**"


def test_the_page_s_configuration_can_be_read() -> None:
    (block,) = [part.split("```")[0] for part in examples.PAGE.read_text().split("```toml\n")[1:]]
    found = parse(tomllib.loads(block)["tool"]["wsrecord"], file="page")
    assert found.severity == {"WS102": "breaking", "WS208": "warning"}
