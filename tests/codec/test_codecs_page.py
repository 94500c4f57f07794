"""docs/codecs.md: its example works as it stands, and its tables name what there is."""

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
import yaml
from codec.says import fault, made_up, only, sent

from wsrecord.codec.registry import GROUP, make, names
from wsrecord.codec.unit import FaultCode
from wsrecord.errors import ContractError

PAGE = (Path(__file__).parents[2] / "docs" / "codecs.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's example as a package that somebody installed."""
    (tmp_path / "keyed.py").write_text(block("python"))
    info = tmp_path / "keyed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyed\nVersion: 1.0\n")
    points = tomllib.loads(block("toml"))["project"]["entry-points"]
    lines = [f"[{GROUP}]", *(f"{name} = {where}" for name, where in points[GROUP].items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_the_example_reads_and_writes_what_the_page_says() -> None:
    unit = only("keyed", "MOVE  x=1 y=2")
    assert (unit.name, unit.value) == ("MOVE", json.loads(block("json")))
    assert sent("keyed", unit) == ["MOVE  x=1 y=2"]
    assert sent("keyed", made_up(unit.value)) == ["MOVE x=1 y=2"]
    assert sent({"keyed": {"sign": ":"}}, made_up(unit.value)) == ["MOVE x:1 y:2"]
    assert fault("keyed", "MOVE x") == "malformed"
    assert fault("keyed", b"MOVE") == "wrong-kind"
    with pytest.raises(ContractError, match="no option 'sing'"):
        make({"keyed": {"sing": ":"}})


def test_every_way_to_name_a_codec_works() -> None:
    for line in block("yaml").splitlines():
        make(yaml.safe_load(line)["codec"])


def test_the_tables_name_every_codec_and_every_fault() -> None:
    rows = [row.split(" | ")[0] for row in PAGE.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9.-]+)`", row)}
    assert named == {*names(), *get_args(FaultCode)}
