"""Where the contracts are."""

from pathlib import Path

import pytest

from wsrecord.cli.contracts import contracts, needed, one
from wsrecord.cli.main import run
from wsrecord.config.settings import Settings
from wsrecord.errors import UsageError

CASSETTES = Path(__file__).parents[2] / "cassettes"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def contract(folder: Path, name: str = "contract.yaml") -> None:
    folder.mkdir()
    (folder / name).write_text("contract: x\nserver: {a: null}\n")


def test_what_is_said_comes_before_what_is_usual(folder: Path) -> None:
    assert contracts(Settings()) == ()
    (folder / "contract").mkdir()  # a folder of that name for something else
    contract(folder / "schemas")
    assert contracts(Settings()) == ("schemas",)
    (folder / "contract" / "contract.yml").write_text("contract: x\n")
    assert contracts(Settings()) == needed(Settings()) == ("contract",)
    assert contracts(Settings(contract=("mine", "yours"))) == ("mine", "yours")


def test_that_there_is_none_says_where_it_was_looked_for() -> None:
    with pytest.raises(UsageError, match=r"neither contract/contract\.yaml nor schemas/contract\.yaml"):
        needed(Settings())


def test_commands_about_one_contract_keep_to_the_same_rule(folder: Path) -> None:
    contract(folder / "schemas")
    assert one(None) == Path("schemas")
    contract(folder / "mine")
    (folder / "wsrecord.toml").write_text('contract = "mine"\n')
    assert one(None) == Path("mine")  # as someone in this folder would write it
    assert one(Path("schemas")) == Path("schemas")
    (folder / "wsrecord.toml").write_text('contract = ["mine", "schemas"]\n')
    with pytest.raises(UsageError, match="the configuration has 2 contracts: name one of them"):
        one(None)


def test_where_both_usual_folders_have_one_it_says_which_was_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(folder / "contract")
    assert contracts(Settings()) == ("contract",)
    assert capsys.readouterr().err == ""
    contract(folder / "schemas", "contract.yml")
    assert contracts(Settings()) == ("contract",)
    assert capsys.readouterr() == (
        "",
        "wsrecord: the contract taken is contract/; there is one in schemas/, too: "
        "choose by --contract PATH, or by `contract` in the configuration\n",
    )
    assert one(None) == Path("contract")
    assert "choose by its PATH, or" in capsys.readouterr().err


def test_whoever_chose_is_not_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract(folder / "contract")
    contract(folder / "schemas")
    assert contracts(Settings(contract=("schemas",))) == ("schemas",)
    assert one(Path("schemas")) == Path("schemas")
    (folder / "wsrecord.toml").write_text('contract = "schemas"\n')
    assert one(None) == Path("schemas")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "command",
    [
        ["check", "chat.wsr.jsonl"],
        ["verify", "chat.wsr.jsonl", "--target", "ws://127.0.0.1:1"],
        ["serve", "nobody.wsr"],
        ["fuzz", "--target", "ws://127.0.0.1:1"],
        ["contract", "lint"],
        ["contract", "show"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_every_command_that_looks_for_one_says_it_once(
    command: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    contract(folder / "contract")
    contract(folder / "schemas")
    (folder / "chat.wsr.jsonl").write_bytes((CASSETTES / "plain.wsr.jsonl").read_bytes())
    run(command)
    assert capfd.readouterr().err.count("the contract taken is contract/") == 1
