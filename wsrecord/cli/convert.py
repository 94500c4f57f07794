"""`wsrecord convert`."""

import os
import sys
from pathlib import Path

import click

from wsrecord.cassette import lines
from wsrecord.cassette.recording import unfinished
from wsrecord.cassette.store import CassetteReader, CassetteWriter, Encoding, encoding_for, open_cassette
from wsrecord.cli.cassettes import cassette
from wsrecord.errors import UsageError

_SUFFIXES = (".wsr", ".jsonl", ".ndjson", ".json")


@click.command(
    "convert",
    epilog="""
\b
Examples:
  wsrecord convert chat.wsr chat.wsr.jsonl     to read and to commit
  wsrecord convert chat.wsr.jsonl chat.wsr     and back: the same records
  wsrecord convert chat.wsr - | grep tool_     lines on standard output
""",
)
@click.argument("source", metavar="A")
@click.argument("target", metavar="B", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--to", type=click.Choice(["binary", "lines"]), help="The encoding, where B's name doesn't tell."
)
@click.option("--force", is_flag=True, help="Take B's place if it is there already.")
def command(source: str, target: Path, to: Encoding | None, force: bool) -> None:
    """Convert a cassette between its two encodings, losing nothing."""
    with open_cassette(cassette(source)) as reader:
        if str(target) == "-":
            if to == "binary":
                raise UsageError("standard output gets lines; name a file for the binary encoding")
            if not _to_stdout(reader):
                return
        else:
            _to_file(reader, target, to or _encoding(target), force=force)
        why = unfinished(reader.end, reader.cut, recording=reader.recording)
    if reader.end is None:
        click.echo(
            f"wsrecord: {reader.path} is not whole ({why}); what is there was converted, and says so",
            err=True,
        )


def _encoding(target: Path) -> Encoding:
    if target.suffix not in _SUFFIXES:
        raise UsageError(f"{target.name!r} does not tell an encoding: end it in .wsr or .jsonl, or add --to")
    return encoding_for(target)


def _to_file(reader: CassetteReader, target: Path, encoding: Encoding, *, force: bool) -> None:
    writer = CassetteWriter.create(target, encoding=encoding, replace=force)
    try:
        writer.copy(reader)
    except BaseException:
        writer.abandon()
        raise
    writer.close()


def _to_stdout(reader: CassetteReader) -> bool:
    """Whether somebody read to the end."""
    try:
        for line in lines.encode_all(reader):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # `| head` has seen enough. What is still buffered must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
