"""Which cassettes a command's words mean."""

import json
from pathlib import Path

import pytest
from cassette.records import HEAD

from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.cassettes import cassette, cassettes
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit, UsageError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name: str) -> str:
    with CassetteWriter.create(name) as writer:
        writer.record(HEAD)
    return name


def left(name: str) -> str:
    """What `kill -9` leaves of a recording."""
    path = Path(written(name))
    path.rename(f"{path}.part")
    return name


def named(*names: str, parts: bool = False) -> list[str]:
    return [str(path) for path in cassettes(names, parts=parts)]


def test_a_name_may_leave_out_its_ending_and_the_usual_folder() -> None:
    written("a.wsr"), written("cassettes/b.wsr.jsonl"), left("cassettes/c.wsr")
    assert named("a", "b", "c", "a.wsr") == ["a.wsr", "cassettes/b.wsr.jsonl", "cassettes/c.wsr"]
    assert str(cassette("b")) == "cassettes/b.wsr.jsonl"


def test_a_folder_has_those_in_it_by_name_or_by_content() -> None:
    written("f/a.wsr"), written("f/deep/b.wsr.jsonl"), written("f/c.jsonl"), written("f/d.json")
    Path("f/package.json").write_text(json.dumps({"name": "wsrecord"}, indent=2))
    Path("f/empty.jsonl").write_text("")
    Path("f/notes.md").write_text("nothing")
    assert named("f") == ["f/a.wsr", "f/c.jsonl", "f/d.json", "f/deep/b.wsr.jsonl"]


def test_without_a_name_the_usual_folder_is_meant() -> None:
    with pytest.raises(UsageError, match="no cassette is named"):
        named()
    written("cassettes/a.wsr")
    assert named() == ["cassettes/a.wsr"]


def test_what_was_not_finished_is_told_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    left("f/a.wsr")
    with pytest.raises(UsageError, match=r"f/a\.wsr\.part: still being recorded, or cut off; name it"):
        named("f")
    written("f/b.wsr")
    assert named("f") == ["f/b.wsr"]
    assert "left out, for it was not finished: f/a.wsr.part" in capsys.readouterr().err
    assert named("f", parts=True) == ["f/a.wsr.part", "f/b.wsr"]


@pytest.mark.parametrize(
    ("wrong", "meant"), [("bad/drp.wsr", "bad/drop.wsr"), ("bad/drp", "bad/drop"), ("cht", "chat")]
)
def test_what_may_be_meant_is_said(wrong: str, meant: str) -> None:
    written("bad/drop.wsr"), written("cassettes/chat.wsr")
    with pytest.raises(UsageError, match=f"did you mean {meant}[?]"):
        named(wrong)


@pytest.mark.parametrize("name", ["n" * 300, "nul\0", "no/folder/x", "*.wsr"])
def test_what_is_not_there_is_one_clear_message(name: str) -> None:
    with pytest.raises(UsageError, match="there is no such cassette"):
        named(name)


def test_a_command_that_takes_one_gets_one() -> None:
    written("f/a.wsr"), written("f/b.wsr")
    with pytest.raises(UsageError, match=r"f means 2 cassettes: name one of them, as f/a\.wsr"):
        cassette("f")


@pytest.mark.parametrize(
    "words",
    [["show", "{}"], ["check", "{}"], ["scan", "{}"], ["links", "{}"], ["convert", "{}", "x.wsr"],
     ["contract", "init", "{}", "-o", "c"]],
)  # fmt: skip
def test_every_command_says_the_same_of_one_that_is_not_there(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    written("cassettes/chat.wsr")
    Path("schemas").mkdir()
    Path("schemas/contract.yaml").write_text("contract: x\nserver: {a: null}\n")
    assert wsrecord([word.format("chta") for word in words]) == Exit.USAGE
    assert "chta: there is no such cassette, and none in cassettes/ of that name: did you mean chat?" in (
        capsys.readouterr().err
    )


def test_every_command_finds_what_kill_left(capsys: pytest.CaptureFixture[str]) -> None:
    left("np/k9.wsr")
    for words in (
        ["show", "np/k9"],
        ["scan", "np/k9"],
        ["links", "np/k9"],
        ["convert", "np/k9", "whole.wsr"],
    ):
        assert wsrecord(words) == Exit.CLEAN
    assert "np/k9.wsr.part (binary)" in capsys.readouterr().out
