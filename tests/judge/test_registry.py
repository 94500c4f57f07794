"""Every example of docs/findings.md through all judges: the failing one is found, the passing one is not."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from support import examples
from support.examples import Example

from wsrecord.cassette.source import from_path
from wsrecord.contract.load import load as load_contract
from wsrecord.judge import acceptance_file, coverage, registry
from wsrecord.judge.acceptance import accept
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown

# A score is low for what other findings tell, too.
_NOT_ALONE = {code.number for code in (Code.NO_FLOW_COVERED, Code.ACCEPTANCE_EXPIRED, Code.SCORE_LOW)}
EXAMPLES = list(examples.examples())


def findings(example: Example, folder: Path) -> list[Finding]:
    (folder / "example.wsr.jsonl").write_bytes(example.lines)
    (folder / "contract.yaml").write_text(json.dumps(example.contract))
    contract = load_contract(folder)
    shown = [Shown(contract)]
    case = registry.judge_cassette(from_path(folder / "example.wsr.jsonl"), shown, "example.wsr.jsonl")
    found = [*case.findings, *registry.judge_run(shown)]
    found += coverage.low(shown, example.check.get("min_coverage"), example.check.get("min_score"))
    accepted = acceptance_file.read(yaml.safe_dump(example.check.get("accepted", [])))
    today = date.fromisoformat(example.check.get("today", "2026-11-21"))
    return list(accept(found, accepted, today=today, cassettes=[case.cassette]).findings)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_its_code_if_it_fails_and_not_if_it_passes(example: Example, tmp_path: Path) -> None:
    found = [one.code for one in findings(example, tmp_path)]
    assert (example.code in found) is (example.kind == "failing"), found


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_hardly_anything_else(example: Example, tmp_path: Path) -> None:
    others = [one for one in findings(example, tmp_path) if one.code != example.code]
    of_the_run = [one for one in others if _group(one) is Group.COVERAGE]
    if example.code not in _NOT_ALONE:
        assert len(others) == len(of_the_run), [one.message for one in others]


def test_every_judge_is_a_module_of_its_own_with_a_docstring() -> None:
    modules = [judge.__module__ for judge in registry.JUDGES]
    assert len(set(modules)) == len(modules)
    assert all(judge.__doc__ for judge in registry.JUDGES)


def _group(finding: Finding) -> Group:
    code = find(finding.code)
    assert code is not None
    return code.group
