"""Where the contracts are."""

from pathlib import Path

import pytest

from wsrecord.cli.contracts import contracts, needed, one
from wsrecord.config.settings import Settings
from wsrecord.errors import UsageError


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
