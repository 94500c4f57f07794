"""The page of findings that comes with wsrecord."""

import tomllib
from pathlib import Path

from wsrecord.cli.advice import shipped
from wsrecord.judge.codes import Code

ROOT = Path(__file__).parents[2]


def test_every_code_is_explained() -> None:
    found = shipped()
    assert list(found) == [code.number for code in Code]
    assert all(len(one.points) == 3 for one in found.values())


def test_the_package_brings_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["docs/findings.md"] == "wsrecord/findings.md"
