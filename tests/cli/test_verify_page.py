"""docs/verify.md, the guides and the README: every option is there, and what they show can be done."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from click import Option

from wsrecord.cli.verify import command
from wsrecord.config.parse import parse
from wsrecord.config.settings import Verify
from wsrecord.judge.acceptance_file import read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "verify.md").read_text()
README = (ROOT / "README.md").read_text()


def fenced(page: str, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("option", [one for one in command.params if isinstance(one, Option)], ids=str)
def test_every_option_is_on_its_page(option: Option) -> None:
    assert any(f"`{name}" in PAGE or f" {name}" in PAGE for name in option.opts), option.opts


def test_every_setting_is_on_its_page_and_the_example_is_one() -> None:
    for field in fields(Verify):
        assert re.search(rf"^{field.name.replace('_', '-')} = |`{field.name.replace('_', '-')}`", PAGE, re.M)
    [example] = fenced(PAGE, "toml")
    settings = parse(tomllib.loads(example)["tool"]["wsrecord"], file="pyproject.toml")
    assert settings.verify.repeat == 3


def test_the_guides_examples_can_be_read() -> None:
    ci, compose = ((ROOT / "docs" / "guides" / f"{name}.md").read_text() for name in ("ci", "docker-compose"))
    workflow, accepted = fenced(ci, "yaml")
    assert "jobs" in yaml.safe_load(workflow)
    assert len(read(accepted)) == 1
    [services] = fenced(compose, "yaml")
    assert "agent" in yaml.safe_load(services)["services"]
    options = {name for one in command.params for name in one.opts}
    for block in (*fenced(ci), *fenced(compose), *fenced(PAGE)):
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("wsrecord verify"):
                used = {word for word in shlex.split(line) if word.startswith("--")}
                assert used <= options, line


def test_the_readmes_commands_work_as_they_stand(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    [block] = [one for one in fenced(README) if "wsrecord verify" in one]
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    env.pop("GITHUB_ACTIONS", None)
    setting, good, drifted = block.splitlines()
    results = [
        subprocess.run(
            f"{setting}\n{line}",
            shell=True,
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for line in (good, drifted)
    ]
    assert [one.returncode for one in results] == [0, 1], results
    assert "WS101 schema-invalid: tool_completed: /results: missing" in results[1].stdout
    assert "who moved  the server changed (recording and contract agree)" in results[1].stdout
