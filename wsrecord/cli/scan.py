"""`wsrecord scan`."""

import json
import os
from collections import Counter
from pathlib import Path

import click

from wsrecord.cassette.model import Request
from wsrecord.cassette.redaction.environment import environment_values, with_environment
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.cassette.redaction.scanner import Hit, scan, scanner
from wsrecord.cassette.store import CassetteReader, open_cassette
from wsrecord.cli.cassettes import cassettes
from wsrecord.errors import CassetteError, Exit, UsageError


@click.command(
    "scan",
    epilog="""
\b
Examples:
  wsrecord scan cassettes/
  wsrecord scan old.wsr --secret 'our staging password' --secret DB=env:DB_PASSWORD
  wsrecord scan cassettes/*.wsr --json
\b
Looks for what `record` would have redacted: telling names, known formats, the values of
credential-like environment variables, and whatever was caught once. Says where, never what.
Exit code: 0 none found, 1 some found, 3 a cassette that can't be read.
""",
)
@click.argument("names", metavar="CASSETTE...", nargs=-1, required=True)
@click.option("--secret", metavar="VALUE|NAME=env:VAR", multiple=True, help="Look for this value too.")
@click.option(
    "--redact-name", metavar="NAME", multiple=True, help="Take what stands under this name for a secret."
)
@click.option(
    "--keep-name", metavar="NAME", multiple=True, help="Take nothing for a secret because of this name."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(
    names: tuple[str, ...],
    secret: tuple[str, ...],
    redact_name: tuple[str, ...],
    keep_name: tuple[str, ...],
    as_json: bool,
) -> None:
    """Look for secrets in cassettes that were already written."""
    values = with_environment(_given(secret), environment_values(os.environ))
    found: list[tuple[Path, Hit]] = []
    counts: Counter[str] = Counter()
    unread: list[str] = []
    partial: list[tuple[Path, str]] = []
    for name in cassettes(names, parts=True):
        red = scanner(values, extra_names=redact_name, keep_names=keep_name)
        try:
            hits, missing = _in_cassette(name, red, counts)
        except CassetteError as error:  # the others are looked at all the same
            unread.append(str(error))
            continue
        counts["cassettes"] += 1
        found += [(name, hit) for hit in hits]
        partial += [(name, missing)] if missing else []
    if counts["cassettes"]:
        click.echo(_document(found, partial, counts) if as_json else _lines(found, partial, counts))
    for trouble in unread:
        click.echo(f"wsrecord: {_printable(trouble)}", err=True)
    if found or unread:
        raise click.exceptions.Exit(int(Exit.FINDINGS if found else Exit.BAD_FILE))


def _in_cassette(name: Path, red: Redactor, counts: Counter[str]) -> tuple[list[Hit], str]:
    """What was found, and what of the cassette is missing."""
    with open_cassette(name) as reader:
        for _ in scan(reader, red):
            pass  # the first time for what is to be learned: it may stand before its name
        for record in reader:
            counts["records"] += 1
            counts["messages"] += type(record).__name__ == "Message"
            counts["exchanges"] += isinstance(record, Request) and record.session is None
        return list(scan(reader, red)), _missing(reader)


def _missing(reader: CassetteReader) -> str:
    """Why the cassette is not all there; empty when it is."""
    if reader.recording:
        return "still being recorded: looked at what was there"
    if reader.cut:
        return f"cut: {_counted(reader.cut, 'bytes')} at its end could not be read and were not looked at"
    return "" if reader.ended else "has no end: whatever followed was not looked at"


def _given(secrets: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for number, text in enumerate(secrets, 1):
        name, equals, variable = text.partition("=env:")
        if equals and variable not in os.environ:
            raise UsageError(f"--secret {name}=env:{variable}: there is no environment variable {variable}")
        name, value = (name, os.environ[variable]) if equals else (f"secret{number}", text)
        if len(value) < MIN_LEARNED:
            raise UsageError(f"--secret {name}: fewer than {MIN_LEARNED} characters are found everywhere")
        values[name] = value
    return values


def _looked_at(counts: Counter[str]) -> str:
    parts = [_counted(counts[what], what) for what in ("messages", "exchanges")]
    return f"{' and '.join(parts)} in {_counted(counts['cassettes'], 'cassettes')}"


def _counted(n: int, plural: str) -> str:
    return f"{n} {plural if n != 1 else plural[:-1]}"


def _lines(found: list[tuple[Path, Hit]], partial: list[tuple[Path, str]], counts: Counter[str]) -> str:
    lines = [f"{path}: {_place(hit)}: {hit.kind}" for path, hit in found]
    lines += [f"{path}: {why}" for path, why in partial]
    result = f"{_counted(len(found), 'places')} with secrets" if found else "no secrets found"
    which = "" if counts["cassettes"] == 1 else f"{len(partial)} of them "
    whole = f", {which}not whole" if partial else ""
    lines.append(f"{result}: looked at {_looked_at(counts)}{whole}")
    return "\n".join(_printable(line) for line in lines)


def _place(hit: Hit) -> str:
    where = [f"record {hit.record}"]
    if hit.connection is not None:
        where.append(f"connection {hit.connection}")
    if hit.session is not None:
        where.append(f"session {hit.session}")
    what = hit.what if hit.message is None else f"message {hit.message}"
    return f"{', '.join(where)}, {what}, {hit.place}"


def _printable(line: str) -> str:
    """Names in traffic are hostile: no control character reaches the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def _document(found: list[tuple[Path, Hit]], partial: list[tuple[Path, str]], counts: Counter[str]) -> str:
    hits = [
        {
            "cassette": str(path),
            "record": hit.record,
            "connection": hit.connection,
            "session": hit.session,
            "message": hit.message,
            "what": hit.what,
            "place": hit.place,
            "kind": hit.kind,
        }
        for path, hit in found
    ]
    not_whole = [{"cassette": str(path), "why": why} for path, why in partial]
    looked_at = dict(sorted(counts.items()))
    return json.dumps({"hits": hits, "not_whole": not_whole, "looked_at": looked_at}, indent=2)
