"""`wsrecord check`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support import examples

from wsrecord.cli.check import command
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit, UsageError

CONTRACT = "contract: example\nname: /type\nserver:\n  done: {required: [run_id]}\n"
RIGHT = {"type": "done", "run_id": "r1"}
WRONG = {"type": "done"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract in its usual place and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "contract.yaml").write_text(CONTRACT)
    return tmp_path


def cassette(path: Path, *said: Any) -> Path:
    """A cassette in which the server says these things."""
    path.parent.mkdir(exist_ok=True)
    told = [{"sender": "server", "json": one} for one in said]
    records = examples._cassette(told)
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def run(*arguments: str | Path, **env: str) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], env=env)


def test_a_clean_cassette_is_told_to_be_one(folder: Path) -> None:
    result = run(cassette(folder / "a.wsr.jsonl", RIGHT))
    assert result.exit_code == Exit.CLEAN, result.output
    assert result.stdout == (
        "no findings\nchecked 1 cassette, 1 session, 3 messages, 1 event against example\n"
        "score 100 of 100 (events, flows and pairs alone)\n"
    )


def test_a_finding_says_code_place_expected_and_got(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", RIGHT, WRONG)
    result = run("a.wsr.jsonl")
    assert result.exit_code == Exit.FINDINGS
    assert "breaking  WS101 schema-invalid: done: /run_id: missing" in result.stdout
    assert "where  session 1, message 2, 0.002000 s, done#/run_id" in result.stdout
    assert "got  nothing" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("name", ["cassettes", "cassettes/*.jsonl", "a", "cassettes/a.wsr.jsonl", None])
def test_a_cassette_is_found_by_folder_glob_and_name(name: str | None, folder: Path) -> None:
    cassette(folder / "cassettes" / "a.wsr.jsonl", RIGHT)
    result = run(*([name] if name else []))
    assert result.exit_code == Exit.CLEAN, result.output
    assert "checked 1 cassette," in result.stdout


def test_what_is_not_there_is_said_and_is_not_clean(folder: Path) -> None:
    good = str(cassette(folder / "a.wsr.jsonl", RIGHT))
    assert wsrecord(["check", "nothing"]) == Exit.USAGE
    assert wsrecord(["check"]) == Exit.USAGE
    assert wsrecord(["check", str(folder / "schemas")]) == Exit.USAGE
    (folder / "bad.wsr").write_bytes(b"no cassette")
    assert wsrecord(["check", "bad.wsr"]) == Exit.BAD_FILE
    assert wsrecord(["check", good, "--contract", "elsewhere"]) == Exit.BAD_FILE
    (folder / "schemas" / "contract.yaml").unlink()
    assert wsrecord(["check", good]) == Exit.USAGE


def test_several_contracts_each_judge_what_they_are_for(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "contract.yaml").write_text(
        "contract: other\napplies: {path: /other}\nname: /type\nserver: {x: null}\n"
    )
    cassette(folder / "a.wsr.jsonl", RIGHT)
    result = run("a.wsr.jsonl", "--contract", "schemas", "--contract", "other")
    assert "WS602 no-event-seen: no event of other was seen" in result.stdout
    assert "against example, other" in result.stdout


@pytest.mark.parametrize("file", ["none/report.json", "schemas"])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(folder: Path, file: str) -> None:
    result = CliRunner().invoke(command, ["no-such.wsr", "--json", file])
    assert isinstance(result.exception, UsageError)
    assert str(result.exception).startswith(f"{file}: a report can't be written (")


def test_reports_go_to_files_and_json_to_standard_output_alone(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", WRONG)
    result = run("a.wsr.jsonl", "--json", "-", "--junit-xml", "j.xml", "--sarif", "s.json")
    document = json.loads(result.stdout)
    assert [one["code"] for one in document["findings"]] == ["WS101"]
    assert document["exit_code"] == result.exit_code == Exit.FINDINGS
    assert document["coverage"]["contracts"]["example"]["events"] == {"server:done": 1}
    assert "WS101" in (folder / "j.xml").read_text()
    assert json.loads((folder / "s.json").read_text())["version"] == "2.1.0"
    assert wsrecord(["check", "a.wsr.jsonl", "--json", "-", "--sarif", "-"]) == Exit.USAGE


def test_sarif_names_files_of_the_repository_and_no_result_is_without_one(folder: Path) -> None:
    run(cassette(folder / "a.wsr.jsonl", WRONG), "--min-score", "99", "--sarif", "s.json")
    (found,) = json.loads((folder / "s.json").read_text())["runs"]
    named = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in found["results"]
    }
    assert named == {"WS101": "a.wsr.jsonl", "WS612": "schemas/contract.yaml"}
    assert "Usually: " in found["tool"]["driver"]["rules"][0]["help"]["text"]


def test_the_threshold_and_the_weights_decide(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", RIGHT, {"type": "more"})
    assert run("a.wsr.jsonl").exit_code == Exit.CLEAN
    assert run("a.wsr.jsonl", "--fail-on", "warning").exit_code == Exit.FINDINGS
    (folder / "wsrecord.toml").write_text('[severity]\nunknown-event = "breaking"\n')
    assert run("a.wsr.jsonl").exit_code == Exit.FINDINGS
    assert run("a.wsr.jsonl", "--fail-on", "never").exit_code == Exit.CLEAN


def test_an_accepted_finding_does_not_fail(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", WRONG)
    (folder / "known.yaml").write_text("- {code: WS101, reason: known, until: 2999-01-01}\n")
    result = run("a.wsr.jsonl", "--accepted", "known.yaml")
    assert result.exit_code == Exit.CLEAN, result.output
    assert "1 accepted" in result.stdout


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("{event: don}", "where.event: no contract has event 'don': did you mean done?"),
        ("{flow: rn}", "where.flow: no contract has flow 'rn': did you mean run?"),
    ],
)
def test_an_acceptance_of_a_name_that_is_none_is_an_error(
    where: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "schemas" / "contract.yaml").write_text(f"{CONTRACT}flows: {{run: {{order: done+}}}}\n")
    cassette(folder / "a.wsr.jsonl", RIGHT)
    known = "- {code: WS101, reason: x, until: 2999-01-01, where: %s}\n"
    (folder / "wsrecord-accepted.yaml").write_text(known % where)
    assert wsrecord(["check", "a"]) == Exit.USAGE
    assert f"wsrecord-accepted.yaml:1: {said}" in capsys.readouterr().err


def test_an_acceptance_may_be_of_what_this_contract_does_not_name(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", RIGHT, {"type": "dona"})
    known = "- {code: WS102, reason: x, until: 2999-01-01, where: {event: dona}}\n"
    glob = "- {code: WS101, reason: x, until: 2999-01-01, where: {event: 'tool_*'}}\n"
    (folder / "wsrecord-accepted.yaml").write_text(known + glob)
    result = run("a")
    assert result.exit_code == Exit.CLEAN, result.output
    assert "WS102 unknown-event at dona, until 2999-01-01" in result.stdout
    assert "WS702" in result.stdout


def test_coverage_is_a_table_and_can_be_asked_for(folder: Path) -> None:
    (folder / "schemas" / "contract.yaml").write_text(CONTRACT + "  never: null\n")
    cassette(folder / "a.wsr.jsonl", RIGHT)
    result = run("a.wsr.jsonl", "--coverage")
    assert "coverage of example: 50 % of events and flows" in result.stdout
    assert "events        1 of 2  never seen: server:never" in result.stdout
    assert "WS611" in run("a.wsr.jsonl", "--min-coverage", "60").stdout
    assert run("a.wsr.jsonl", "--min-coverage", "50").exit_code == Exit.CLEAN
    cassette(folder / "b.wsr.jsonl", RIGHT, WRONG)
    assert "WS612" in run("b.wsr.jsonl", "--min-score", "90").stdout


def test_the_width_that_is_asked_for_holds_without_a_terminal(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", {"type": "done", "text": "x" * 300})
    assert max(map(len, run("a", COLUMNS="").stdout.splitlines())) > 200
    shown = [line for line in run("a", COLUMNS="60").stdout.splitlines() if " ← " in line]
    assert shown
    assert max(map(len, shown)) <= 60


def test_in_actions_findings_are_annotations_and_a_summary(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", WRONG)
    result = run("a.wsr.jsonl", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(folder / "summary.md"))
    assert "::error file=a.wsr.jsonl,title=WS101 schema-invalid::done: /run_id: missing" in result.stdout
    assert "### wsrecord: 1 finding" in (folder / "summary.md").read_text()


def test_hostile_traffic_writes_no_escape_and_no_command(folder: Path) -> None:
    cassette(folder / "a.wsr.jsonl", RIGHT, {"type": "\x1b[31m\n::error::x [/red]"})
    result = run("a.wsr.jsonl", "--coverage")
    assert "\x1b" not in result.stdout
    assert not any(line.startswith("::") for line in result.stdout.splitlines())
