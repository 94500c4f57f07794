"""A summary in Markdown: a GitHub step's, or a comment on a change."""

from collections.abc import Iterator

from wsrecord.report import alike, findings_text, words
from wsrecord.report.escape import markdown
from wsrecord.report.report import Report

LIMIT = 100  # rows; a step's summary holds 1 MiB
_LONGEST = 200


def text(report: Report) -> str:
    """The whole summary."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    told = ", ".join(f"{number} {severity}" for severity, number in report.severities().items() if number)
    yield f"### wsrecord: {words.count(len(report.findings), 'finding') if told else 'no findings'}"
    yield ""
    facts = [
        told,
        f"{len(report.accepted)} accepted" if report.accepted else "",
        f"checked {report.looked()}",
        findings_text.score(report.score) if report.score is not None else "",
    ]
    yield "; ".join(filter(None, facts))
    groups = [
        same for findings in alike.by_cassette(report.findings).values() for same in alike.together(findings)
    ]
    if not groups:
        return
    yield ""
    blamed = any("blame" in same.first.extra for same in groups)
    heads = ["", "code", "what", "where", "expected", "got", *(["who moved"] if blamed else []), "times"]
    yield f"| {' | '.join(heads)} |".replace("|  |", "| |")
    yield f"|{' --- |' * len(heads)}"
    for same in groups[:LIMIT]:
        first = same.first
        place = first.place
        where = (place.cassette, findings_text.position(place), findings_text.pointed(place), first.instance)
        cells = [
            alike.name(first.code), first.message, ", ".join(filter(None, where)), first.expected, first.got,
        ]  # fmt: skip
        if blamed:
            cells.append(first.extra.get("blame"))
        shown = " | ".join(_cell(cell) for cell in cells)
        yield f"| {first.severity} | {shown} | {len(same.rest) + 1} |"
    if len(groups) > LIMIT:
        yield ""
        yield f"and {len(groups) - LIMIT} more kinds"


def _cell(value: str | None) -> str:
    if not value:
        return ""
    short = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    # In code, GitHub makes neither links nor mentions of what it finds.
    return f"<code>{markdown(short)}</code>"
