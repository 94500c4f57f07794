"""Annotations for a GitHub run: a few, for the runner shows ten of each weight in a step."""

from collections import Counter
from collections.abc import Iterator

from wsrecord.judge.finding import Finding
from wsrecord.judge.severity import Severity
from wsrecord.report import alike, findings_text
from wsrecord.report.alike import Alike
from wsrecord.report.escape import github_message, github_property
from wsrecord.report.report import Report

LIMIT = 10  # of each weight
_COMMANDS: dict[Severity, str] = {"breaking": "error", "warning": "warning", "info": "notice"}
_LONGEST = 500  # characters of an expected or a got


def text(report: Report) -> str:
    """The whole report: workflow commands, one a line."""
    return "".join(f"{line}\n" for line in lines(report))


def lines(report: Report) -> Iterator[str]:
    """The heaviest findings as workflow commands; the last of each weight says how many more there are."""
    groups = [
        same for findings in alike.by_cassette(report.findings).values() for same in alike.together(findings)
    ]
    every = Counter(same.first.severity for same in groups)
    said: Counter[Severity] = Counter()
    for same in groups:
        severity = same.first.severity
        said[severity] += 1
        if said[severity] > LIMIT or (said[severity] == LIMIT and every[severity] > LIMIT):
            continue
        yield _annotation(same)
    for severity, number in every.items():
        if number > LIMIT:
            left = number - LIMIT + 1
            yield f"::{_COMMANDS[severity]} title=wsrecord::and {left} more like these: see the report"


def _annotation(same: Alike) -> str:
    finding = same.first
    command = _COMMANDS[finding.severity]
    file = finding.place.file or finding.place.cassette
    properties = [f"file={github_property(file)}"] if file else []
    if file and finding.place.line is not None:
        properties.append(f"line={finding.place.line}")
    properties.append(f"title={github_property(alike.name(finding.code))}")
    return f"::{command} {','.join(properties)}::{github_message(_message(finding, len(same.rest)))}"


def _message(finding: Finding, more: int) -> str:
    parts = [finding.message]
    where = ", ".join(
        filter(None, (findings_text.position(finding.place), findings_text.pointed(finding.place)))
    )
    if where:
        parts.append(where)
    parts += [
        f"{label}: {value[:_LONGEST]}{'…' if len(value) > _LONGEST else ''}"
        for label, value in (("expected", finding.expected), ("got", finding.got))
        if value is not None
    ]
    if "blame" in finding.extra:
        parts.append(f"who moved: {finding.extra['blame']}")
    if more:
        parts.append(f"and {more} more like it")
    return "\n".join(parts)
