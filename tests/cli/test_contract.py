"""`wsrecord contract`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wsrecord.cassette.model import Head, Message, Opcode
from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.contract import command
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit, UsageError

HEAD = Head(
    recorder="wsrecord 0.1.0",
    created="2026-02-03T04:05:06.000000Z",
    targets={"/": "ws://a"},
    nonce="0" * 12,
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    said = [
        {"type": kind, "run_id": f"r{n}"} for n in range(6) for kind in ("started", "step", "step", "done")
    ]
    with CassetteWriter.create(tmp_path / "a.wsr") as writer:
        messages = [
            Message(t=t, session=1, sender="server", opcode=Opcode.TEXT, payload=json.dumps(one).encode())
            for t, one in enumerate(said)
        ]
        writer.copy([HEAD, *messages])
    return tmp_path / "a.wsr"


def test_init_writes_a_contract_that_lint_and_show_can_read(cassette: Path, tmp_path: Path) -> None:
    made = run("init", cassette, "-o", tmp_path / "c")
    assert made.exit_code == 0, made.exception
    assert "order: started step* done" in (tmp_path / "c" / "contract.yaml").read_text()
    assert run("lint", tmp_path / "c").output.endswith("0 errors, 0 warnings\n")
    assert "← started" in run("show", tmp_path / "c").output
    assert run("show", tmp_path / "c", "--dot", "run").output.startswith('digraph "run"')
    assert run("show", tmp_path / "c", "--mermaid", "run").output.startswith("stateDiagram-v2")


def test_init_never_overwrites_without_force(cassette: Path, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "contract.yaml").write_text("mine")
    refused = run("init", cassette, "-o", tmp_path / "c")
    assert isinstance(refused.exception, UsageError)
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["contract.yaml"]
    assert (tmp_path / "c" / "contract.yaml").read_text() == "mine"
    assert run("init", cassette, "-o", tmp_path / "c", "--force").exit_code == 0


def test_an_exported_schema_gives_the_schemas(cassette: Path, tmp_path: Path) -> None:
    started = {"type": "object", "properties": {"type": {"const": "started"}, "run_id": {"type": "integer"}}}
    (tmp_path / "m.json").write_text(json.dumps({"$defs": {"RunStarted": started}}))
    made = run("init", cassette, "-o", tmp_path / "c", "--from-python", tmp_path / "m.json")
    assert "started (6 of 6): the model refuses what was recorded" in made.output
    assert "started: models.json#/$defs/RunStarted" in (tmp_path / "c" / "contract.yaml").read_text()


def test_what_cannot_be_imported_is_one_clear_message(cassette: Path, tmp_path: Path) -> None:
    failed = run("init", cassette, "-o", tmp_path / "c", "--from-python", "no_such_module:Model")
    assert isinstance(failed.exception, UsageError)
    assert "no_such_module can't be imported: ModuleNotFoundError" in str(failed.exception)


def test_a_flow_that_is_not_there_is_named_with_those_that_are(cassette: Path, tmp_path: Path) -> None:
    run("init", cassette, "-o", tmp_path / "c")
    assert "has no flow nope; there is run" in str(run("show", tmp_path / "c", "--dot", "nope").exception)


def test_lint_exits_with_1_for_errors(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text("server: {a: nowhere.json}\n")
    assert CliRunner().invoke(command, ["lint", str(tmp_path)], standalone_mode=False).return_value == 1


def test_what_init_wrote_is_what_lint_show_and_check_look_at(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    assert wsrecord(["contract", "init", "a", "-o", "contract"]) == Exit.CLEAN
    for words in (["contract", "lint"], ["contract", "show"], ["check", "a"]):
        assert wsrecord(words) == Exit.CLEAN, words


def test_a_caret_stands_below_what_it_is_about(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(
        "contract: x\nserver: {a: null, b: null}\nflows: {f: {order: a (b | a}}\n"
    )
    lines = run("lint", tmp_path).output.splitlines()
    assert lines[1:3] == ["    a (b | a", "            ^"]
