"""`wsrecord contract`: draft one from recordings, look for what is wrong with one, show one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wsrecord.cli.groups import Group
from wsrecord.errors import Exit, UsageError

if TYPE_CHECKING:
    from wsrecord.contract.draft.draft import Draft

_RARE = 5  # samples: a schema made of fewer knows little
_MOST_LISTED = 6
_PATH = click.Path(path_type=Path)


@click.group("contract", cls=Group)
def command() -> None:
    """Draft a contract from recordings, check it, look at it."""


@command.command(
    "init",
    epilog="""
\b
Examples:
  wsrecord contract init cassettes/*.wsr -o contract
  wsrecord contract init cassettes/*.wsr -o contract --from-python app.events:ServerEvent
""",
)
@click.argument("names", metavar="CASSETTE…", nargs=-1, required=True)
@click.option(
    "-o", "--out", "folder", metavar="DIR", type=_PATH, required=True, help="The contract's folder."
)
@click.option(
    "--from-python",
    "models",
    metavar="MODULE:MODEL",
    multiple=True,
    help="Take schemas from a Pydantic model, a union, list or registry of models, anything with "
    "model_json_schema(), or from a FILE.json that was exported; several: again.",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(names: tuple[str, ...], folder: Path, models: tuple[str, ...], force: bool) -> int:
    """Draft a contract from recordings.

    It says what was seen: types, what was always there, words and formats seen often enough, ids, and the
    order of events for each. Ten recordings that differ make a better draft than one that is long.
    """
    from wsrecord.cassette.recording import load as load_cassette  # noqa: PLC0415
    from wsrecord.cli.cassettes import cassettes  # noqa: PLC0415
    from wsrecord.cli.models import model  # noqa: PLC0415
    from wsrecord.contract.draft.draft import draft  # noqa: PLC0415
    from wsrecord.contract.load import load  # noqa: PLC0415

    known = [model(spec) for spec in models]
    made = draft([load_cassette(path) for path in cassettes(names)], folder.resolve().name or "draft", known)
    _write(folder, made.files, force=force)
    load(folder)  # a draft that can't be loaded is a bug, and must not look like a success
    for line in _told(made, folder):
        click.echo(line)
    return Exit.CLEAN


@command.command("lint")
@click.argument("path", type=_PATH, required=False)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
def lint(path: Path | None, strict: bool) -> int:
    """Say what is wrong, or odd, with a contract itself.

    PATH is its folder or file; without it the configuration says which, else it is contract/, else schemas/.
    """
    from wsrecord.cli.contracts import one  # noqa: PLC0415
    from wsrecord.contract.fragments import contract_file  # noqa: PLC0415
    from wsrecord.contract.lint import lint_path  # noqa: PLC0415
    from wsrecord.report.escape import terminal, terminal_lines  # noqa: PLC0415
    from wsrecord.report.words import count  # noqa: PLC0415

    path = one(path)
    remarks = lint_path(contract_file(path))
    for remark in remarks:
        place = f"{remark.where}: " if remark.where else ""
        # A caret below an order points at nothing unless line breaks stay.
        click.echo(terminal_lines(f"{place}{remark.level} {remark.code}: {remark.text}"))
    errors = sum(remark.level == "error" for remark in remarks)
    warnings = sum(remark.level == "warning" for remark in remarks)
    click.echo(f"{terminal(str(path))}: {count(errors, 'error')}, {count(warnings, 'warning')}")
    return Exit.FINDINGS if errors or (strict and warnings) else Exit.CLEAN


@command.command("show")
@click.argument("path", type=_PATH, required=False)
@click.option("--dot", metavar="FLOW", help="Draw this flow's automaton for Graphviz.")
@click.option("--mermaid", metavar="FLOW", help="Draw this flow's automaton for Mermaid.")
def show(path: Path | None, dot: str | None, mermaid: str | None) -> int:
    """Show a contract's events, directions and flows at a glance.

    PATH is its folder or file; without it the configuration says which, else it is contract/, else schemas/.
    """
    from wsrecord.cli.contracts import one  # noqa: PLC0415
    from wsrecord.contract.flow import drawing  # noqa: PLC0415
    from wsrecord.contract.load import load  # noqa: PLC0415
    from wsrecord.report.contract_page import contract_lines  # noqa: PLC0415

    if dot is not None and mermaid is not None:
        raise UsageError("--dot and --mermaid both draw to the standard output; ask for one")
    contract = load(one(path))
    wanted = dot if dot is not None else mermaid
    if wanted is None:
        for line in contract_lines(contract):
            click.echo(line)
        return Exit.CLEAN
    flow = next((one for one in contract.flows.all if one.name == wanted), None)
    if flow is None:
        there = ", ".join(one.name for one in contract.flows.all) or "none"
        raise UsageError(f"{contract.file} has no flow {wanted}; there is {there}")
    picture = drawing.mermaid(flow.automaton) if dot is None else drawing.dot(flow.automaton, flow.name)
    click.echo(picture, nl=False)
    return Exit.CLEAN


def _write(folder: Path, files: "dict[str, str] | Any", *, force: bool) -> None:
    """Write a draft's files; without `force` only where none of them is there, nor another contract."""
    there = [name for name in (*files, "contract.yml", "contract.json") if (folder / name).exists()]
    if there and not force:
        shown = ", ".join(there[:_MOST_LISTED]) + (
            f" and {len(there) - _MOST_LISTED} more" * (len(there) > _MOST_LISTED)
        )
        raise UsageError(
            f"{folder} has {shown} already; nothing was written. "
            "Name another folder with -o, or overwrite with --force"
        )
    for other in {"contract.yml", "contract.json"}.intersection(there):
        raise UsageError(f"{folder / other} would stand beside the new contract.yaml; move it away first")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: {error.strerror or error}; nothing can be written there"
        ) from None


def _told(made: "Draft", folder: Path) -> list[str]:
    """What was written, and what a person should look at next."""
    from wsrecord.contract.draft.flows import Namer  # noqa: PLC0415
    from wsrecord.report.escape import terminal  # noqa: PLC0415
    from wsrecord.report.words import count  # noqa: PLC0415

    events = made.samples.events
    sides = [
        count(sum(key.sender == side for key in events), f"{side} event") for side in ("server", "client")
    ]
    lines = [
        f"wrote {count(len(made.files), 'file')} to {folder}: {' and '.join(sides)}, {_flows(made)}",
        "look at next:",
    ]
    namer = Namer(events)
    rare = [f"{namer(key)} ({len(said)})" for key, said in events.items() if len(said) < _RARE]
    if rare:
        lines.append(f"  {_some(rare)}: seen so rarely that the schema knows little; record more of it")
    cut = [f"{one.name} ({one.cut} of {one.cut + one.seen})" for one in made.flows if one.cut]
    if cut:
        lines.append(
            f"  flows {_some(cut)}: cut off, or begun before the recording, and left out of the order"
        )
    if made.samples.unnamed or made.samples.unread:
        lines.append(
            f"  {made.samples.unnamed} messages without a name, {made.samples.unread} that could not be read"
        )
    misfits = [f"{namer(key)} ({n} of {len(events[key])})" for key, n in made.matched.misfits.items()]
    if misfits:
        lines.append(f"  {_some(misfits)}: the model refuses what was recorded")
    if made.matched.unused:
        lines.append(f"  {', '.join(made.matched.unused)}: no recorded event is called like it; not used")
    lines.append("  contract.yaml: its comments say where someone must decide")
    lines += [f"then: wsrecord contract lint {folder}", f"      wsrecord check CASSETTE --contract {folder}"]
    return [terminal(line) for line in lines]


def _flows(made: "Draft") -> str:
    shown = [one.name + (f" (inside {one.inside})" if one.inside else "") for one in made.flows]
    return f"flows {', '.join(shown)}" if shown else "no flow: no order was found"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
