"""Findings for people: grouped by cassette, the heaviest first, what is alike shown once.

It reads the same without colour, and no line of it is an order to a CI system.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wsrecord.judge import verdict
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import ContextLine, Finding, Place
from wsrecord.judge.severity import SEVERITIES, Severity
from wsrecord.report import alike, brief, escape, words
from wsrecord.report.alike import Alike
from wsrecord.report.report import Report
from wsrecord.report.timeline import ARROWS

_LABEL = 10  # cells of what stands before a finding's lines
_ROOM = _LABEL + 2
_TONES: dict[Severity, str] = {"breaking": "31;1", "warning": "33;1", "info": "36"}


@dataclass(frozen=True, slots=True)
class View:
    """How the text is to look."""

    color: bool = False
    width: int | None = None  # terminal cells that a line of context gets; None: as long as it is
    limit: int = 300  # characters of a value or of context
    all: bool = False  # every finding, even if one before is like it


def text(report: Report, view: View | None = None) -> str:
    """The whole report."""
    return "".join(f"{line}\n" for line in lines(report, view or View()))


def lines(report: Report, view: View) -> Iterator[str]:
    """The lines of the whole report."""
    for cassette, findings in alike.by_cassette(report.findings).items():
        title = "not in a cassette" if cassette is None else _one(cassette)
        yield words.paint(title, "1") if view.color else title
        for same in [Alike(one) for one in findings] if view.all else alike.together(findings):
            yield ""
            yield from finding_lines(same, view, contracts=len(report.contracts))
        yield from _dialogue(report, cassette)
        yield ""
    if report.accepted:
        yield from _accepted(report)
        yield ""
    yield from _summary(report, view)


def finding_lines(same: Alike, view: View, *, contracts: int = 1) -> Iterator[str]:
    """One finding, and how many are like it."""
    first = same.first
    head = f"{_one(alike.name(first.code))}: {_one(first.message)}"
    if view.color:
        tone = _TONES[first.severity]
        yield f"{words.paint(f'{first.severity:>{_LABEL}}', tone)}  {words.paint(head, '1')}"
    else:
        yield f"{first.severity:>{_LABEL}}  {head}"
    where = _where(first, contracts=contracts)
    if where:
        yield _labelled("where", where)
    for label, value in (("expected", first.expected), ("got", first.got)):
        if value is not None:
            yield _labelled(label, _cut(value, view.limit))
    if "blame" in first.extra:
        yield _labelled("who moved", _cut(str(first.extra["blame"]), view.limit))
    for line in first.context:
        yield _context(line, view)
    yield from _server(first)
    if same.rest:
        last = _one(position(same.rest[-1].place))
        yield _labelled("", f"and {len(same.rest)} more like it" + (f", the last in {last}" if last else ""))


def _server(finding: Finding) -> Iterator[str]:
    """How a server that was started ended, and what it printed, line by line."""
    ended, printed = finding.extra.get("ended"), finding.extra.get("printed")
    if isinstance(ended, str):
        yield f"{' ' * _ROOM}the server {_one(ended)}"
    if isinstance(printed, list) and printed:
        yield f"{' ' * _ROOM}the server printed:"
        yield from (f"{' ' * _ROOM}  {_one(str(line))}" for line in printed)


def _dialogue(report: Report, cassette: str | None) -> Iterator[str]:
    """What the client of a kept failure does, where it fails again."""
    said = next((one.dialogue for one in report.cassettes if one.cassette == cassette), ())
    for number, line in enumerate(said):
        yield _labelled("" if number else "dialogue", _one(line))


def pointed(place: Place) -> str:
    """The event, and where in it: `tool_completed#/results/value`. Not escaped."""
    return (place.event or "") + (f"#{place.pointer}" if place.pointer else "")


def position(place: Place) -> str:
    """Session, message and time, or file and line, as far as they are known. Not escaped."""
    parts = []
    if place.file is not None:
        parts.append(place.file if place.line is None else f"{place.file}:{place.line}")
    if place.session is not None:
        parts.append(f"session {place.session}")
    if place.number is not None:
        parts.append(f"message {place.number}")
    if place.t is not None:
        parts.append(f"{words.seconds(place.t)} s")
    return ", ".join(parts)


def _where(finding: Finding, *, contracts: int) -> str:
    parts = [position(finding.place), pointed(finding.place), finding.instance or finding.flow or ""]
    if contracts > 1 and finding.contract is not None:
        parts.append(f"contract {finding.contract}")
    return ", ".join(_one(part) for part in parts if part)


def _labelled(label: str, rest: str) -> str:
    return f"{label:>{_LABEL}}  {rest}"


def _context(line: ContextLine, view: View) -> str:
    sign = ">" if line.here else " "
    arrow = ARROWS[line.sender] if line.sender else "·"
    shown = f"{_one(line.name):<20} {_cut(line.text, view.limit)}".rstrip()
    shown = f"{' ' * (_ROOM - 2)}{sign} {words.seconds(line.t)} {arrow} {shown}"
    if view.width is not None:
        shown = brief.fit(shown, view.width)
    return words.paint(shown, "1" if line.here else "2") if view.color else shown


def _accepted(report: Report) -> Iterator[str]:
    counted: dict[tuple[str, str, str, str], int] = {}
    for one in report.accepted:
        where = pointed(one.finding.place) or one.finding.flow or ""
        key = (one.finding.code, where, one.reason, str(one.until))
        counted[key] = counted.get(key, 0) + 1
    yield "accepted"  # what is known and lived with for now
    for (code, where, reason, until), number in counted.items():
        what = _one(alike.name(code)) + (f" at {_one(where)}" if where else "")
        times = f", {number} times" if number > 1 else ""
        yield f"            {what}{times}, until {until}: {_one(reason)}"


def _summary(report: Report, view: View) -> Iterator[str]:
    weights = report.severities()
    told = ", ".join(f"{number} {severity}" for severity, number in weights.items() if number)
    found = words.count(len(report.findings), "finding")
    head = f"{found}: {told}" if told else "no findings"
    if report.accepted:
        head += f"; {len(report.accepted)} accepted"
    tone = _TONES["breaking"] if report.exit_code else "32;1"
    yield words.paint(head, tone) if view.color else head
    against = f" against {', '.join(map(_one, report.contracts))}" if report.contracts else ""
    yield f"checked {report.looked()}{against}"
    cut = sum(finding.code == Code.CUT.number for finding in report.findings)
    if cut:
        yield (
            f"hint: {words.count(cut, 'flow')} cut off by the client or the recording's end; a request that"
            " is never answered looks the same: an `answer` or a budget with `within` tells it"
        )
    last = [_why(report)] if report.findings else []
    if report.score is not None:
        last.append(score(report.score))
    if last:
        yield "; ".join(last)


def score(reached: float) -> str:
    """The score, never without what it is of: a leak between users leaves it as it is."""
    return f"score {reached:g} of 100 (events, flows and pairs alone)"


def _why(report: Report) -> str:
    if report.fail_on == "never":
        return "passes: --fail-on never"
    failing = [finding.severity for finding in report.findings if verdict.fails(finding, report.fail_on)]
    if not failing:
        return f"passes: --fail-on {report.fail_on}"
    told = ", ".join(f"{failing.count(one)} {one}" for one in SEVERITIES if one in failing)
    return f"fails: {told} (--fail-on {report.fail_on})"


def _one(text: str) -> str:
    return escape.github_log(escape.terminal(text))


def _cut(text: str, limit: int) -> str:
    shown = _one(text[: limit + 1])
    return f"{shown[:limit]}…" if len(shown) > limit or len(text) > limit else shown
