"""`wsrecord show`."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import click

from wsrecord.cassette.model import Message, Request
from wsrecord.cassette.recording import unfinished
from wsrecord.cassette.store import CassetteReader, open_cassette
from wsrecord.cli.cassettes import cassette
from wsrecord.errors import UsageError
from wsrecord.report import timeline
from wsrecord.report.escape import terminal

_SHORT = 1000  # characters of a payload that are shown where no terminal cuts it


@click.command(
    "show",
    epilog="""
\b
Examples:
  wsrecord show cassettes/chat.wsr
  wsrecord show cassettes/chat.wsr --session 2 --event 'tool_*'
  wsrecord show cassettes/chat.wsr --columns
\b
Times are seconds since the recording began; `=` in their place: came in the same read as the
line before, so nobody knows when. Size is the payload's; → is from the client, ← from the server.
\b
To see cassettes in `git diff` as timelines:
  echo '*.wsr diff=wsrecord' >> .gitattributes
  echo '*.wsr.jsonl diff=wsrecord' >> .gitattributes
  git config diff.wsrecord.textconv 'wsrecord show --plain --no-times'
""",
)
@click.argument("name", metavar="CASSETTE")
@click.option(
    "--session",
    "sessions",
    metavar="N",
    type=int,
    multiple=True,
    help="Only this session; several: one after another.",
)
@click.option("--event", "events", metavar="NAME", multiple=True, help="Only messages of this name (a glob).")
@click.option("--columns", is_flag=True, help="Sessions side by side, where the terminal is wide enough.")
@click.option("--raw", is_flag=True, help="Whole payloads, and the heads of HTTP.")
@click.option("--plain", is_flag=True, help="The same text everywhere: no colour, not cut to the terminal.")
@click.option(
    "--no-times", is_flag=True, help="Without times and whatever else differs from recording to recording."
)
def command(
    name: str,
    sessions: tuple[int, ...],
    events: tuple[str, ...],
    columns: bool,
    raw: bool,
    plain: bool,
    no_times: bool,
) -> None:
    """Show a cassette as a timeline."""
    if columns and plain:
        raise UsageError("--columns needs a terminal's width, which --plain does not look at")
    on_terminal = sys.stdout.isatty()
    view = timeline.View(
        # Without a terminal nobody asked for lines of a width; columns need one in any case.
        width=shutil.get_terminal_size().columns
        if (on_terminal or columns) and not plain and not raw
        else None,
        limit=None if raw else _SHORT,
        color=on_terminal
        and not plain
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb",
        events=events,
        times=not no_times,
    )
    with open_cassette(cassette(name)) as reader:
        view = replace(view, nonce=reader.head.nonce)
        if sessions:
            _know(reader, sessions)
        lines = _lines(reader, view, sessions, columns=columns, plain=plain)
        _write(lines)


def _lines(
    reader: CassetteReader, view: timeline.View, sessions: tuple[int, ...], *, columns: bool, plain: bool
) -> Iterator[str]:
    if not plain:
        yield f"{reader.path} ({reader.encoding})"
    yield from timeline.head_lines(reader.head, plain=plain)
    yield ""
    if columns:
        yield from _columns(reader, view, sessions)
    elif sessions:
        yield from _one_by_one(reader, view, sessions)
    else:
        yield from _all(reader, view)
    yield ""
    left = unfinished(reader.end, reader.cut, recording=reader.recording)
    yield from timeline.end_lines(reader.end, left, times=view.times)


def _all(reader: CassetteReader, view: timeline.View) -> Iterator[str]:
    line = None
    for line in timeline.timeline(reader, view):
        yield line
    if line is None and view.events:
        yield f"no message is called {' or '.join(terminal(name) for name in view.events)}"


def _one_by_one(reader: CassetteReader, view: timeline.View, sessions: tuple[int, ...]) -> Iterator[str]:
    _know(reader, sessions)
    for number in sessions:
        if len(sessions) > 1:
            yield f"session {number}"
        yield from timeline.timeline(reader, replace(view, sessions=frozenset({number}), labels=False))


def _columns(reader: CassetteReader, view: timeline.View, sessions: tuple[int, ...]) -> Iterator[str]:
    known = _know(reader, sessions)
    chosen = list(dict.fromkeys(sessions)) or known
    room = timeline.column_width(view.width or 0, len(chosen))
    if room < timeline.NARROWEST_COLUMN:
        click.echo(
            f"wsrecord: {view.width} cells are too few for {len(chosen)} columns;"
            " choose some with --session N, or widen the terminal",
            err=True,
        )
        yield from timeline.timeline(reader, _only(view, sessions))
        return
    yield from timeline.columns(reader, chosen, _only(view, sessions))


def _only(view: timeline.View, sessions: tuple[int, ...]) -> timeline.View:
    return replace(view, sessions=frozenset(sessions)) if sessions else view


def _know(reader: CassetteReader, sessions: tuple[int, ...]) -> list[int]:
    """The sessions of the cassette; one that is asked for must be among them."""
    known: dict[int, None] = {}
    for record in reader:
        if isinstance(record, Message | Request) and record.session is not None:
            known[record.session] = None
    missing = [number for number in sessions if number not in known]
    if missing:
        there = ", ".join(map(str, known)) if known else "none"
        raise UsageError(f"{reader.path} has no session {missing[0]}; there is {there}")
    return list(known)


def _write(lines: Iterator[str]) -> None:
    stream = sys.stdout
    reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # a terminal that has no arrows still shows the rest
    try:
        for line in lines:
            stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        # `| head` has seen enough. What is still buffered must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
