"""A finished report, to where it was asked for: files, standard output, the runner's page."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from wsrecord.cli import advice
from wsrecord.errors import UsageError
from wsrecord.report import coverage_text, findings_text, github, json_report, junit, markdown, sarif
from wsrecord.report.report import Report


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where each report goes; `-` is standard output."""

    files: Mapping[str, str]  # by format

    @property
    def to_stdout(self) -> bool:
        """Whether standard output is a report for programs."""
        return "-" in self.files.values()


@dataclass(frozen=True, slots=True)
class View:
    """How the text is to look."""

    coverage: bool = False
    every: bool = False


def outputs_of(json_file: str | None, junit_file: str | None, sarif_file: str | None) -> Outputs:
    """Where the reports go, from the usual three options."""
    given = {"json": json_file, "junit": junit_file, "sarif": sarif_file}
    outputs = Outputs({name: file for name, file in given.items() if file})
    if list(outputs.files.values()).count("-") > 1:
        raise UsageError("standard output can take one report: give the others a file")
    for file in outputs.files.values():
        if file != "-":
            _may_be_written(Path(file))
    return outputs


def _may_be_written(path: Path) -> None:
    """Nobody waits for a run to be told that its report can't be written."""
    near = path if path.exists() else path.parent
    if path.is_dir() or not near.exists() or not os.access(near, os.W_OK):
        what = "it is a folder" if path.is_dir() else f"no file can be made there: {near}"
        raise UsageError(f"{path}: a report can't be written ({what})")


def deliver(report: Report, outputs: Outputs, view: View) -> None:
    """Write all that was asked for; people get the text, unless standard output is taken."""
    if not outputs.to_stdout:
        _say(report, view)
    _write(report, outputs)


def _write(report: Report, outputs: Outputs) -> None:
    formats = {"json": json_report.text, "junit": junit.text, "sarif": _sarif}
    for name, file in outputs.files.items():
        text = formats[name](report)
        if file == "-":
            click.echo(text, nl=False)
            continue
        try:
            Path(file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{file}: can't be written ({error.strerror or error})") from None
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if _in_actions() and summary:
        try:
            with open(summary, "a", encoding="utf-8") as stream:
                stream.write(markdown.text(report))
        except OSError:
            pass  # the runner's page is a courtesy: the report itself is out


def _sarif(report: Report) -> str:
    return sarif.text(report, sarif.Around(str(Path.cwd()), advice.shipped()))


def _say(report: Report, view: View) -> None:
    terminal = sys.stdout.isatty()
    color = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    asked = os.environ.get("COLUMNS", "").isdigit()  # somebody wants that width, wherever it goes
    width = shutil.get_terminal_size().columns if terminal or asked else None
    if view.coverage:
        click.echo(coverage_text.text(report.coverage, color=color), nl=False, color=color)
        click.echo()
    shown = findings_text.View(color=color, width=width, all=view.every)
    click.echo(findings_text.text(report, shown), nl=False, color=color)
    if _in_actions():
        click.echo(github.text(report), nl=False)


def _in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"
