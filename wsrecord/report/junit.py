"""JUnit XML: a suite for each cassette, a case for each session and kind of judgement.

A case fails by what fails the run; lighter findings stand in its output. A failure is one element
with all of its findings: some readers show the first only.
"""

from collections.abc import Iterator, Sequence

from wsrecord.judge import codes, verdict
from wsrecord.judge.codes import Group
from wsrecord.judge.finding import Finding
from wsrecord.report import alike, findings_text
from wsrecord.report.alike import Alike
from wsrecord.report.escape import github_xml, terminal, terminal_lines, xml
from wsrecord.report.report import Report

_SHOWN = 50  # findings of one case that are written out
Case = tuple[int | None, Group | None]


def text(report: Report) -> str:
    """The whole report."""
    return github_xml("".join(f"{line}\n" for line in _lines(report)))


def _lines(report: Report) -> Iterator[str]:
    found = alike.by_cassette(report.findings)
    names = [*dict.fromkeys([*(one.cassette for one in report.cassettes), *found])]
    suites = [(name, _cases(report, name, found.get(name, []))) for name in names]
    tests = sum(len(cases) for _, cases in suites)
    failures = sum(_failing(report, findings) for _, cases in suites for findings in cases.values())
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="wsrecord" tests="{tests}" failures="{failures}" errors="0">'
    for name, cases in suites:
        yield from _suite(report, "wsrecord" if name is None else name, cases)
    yield "</testsuites>"


def _cases(report: Report, cassette: str | None, findings: Sequence[Finding]) -> dict[Case, list[Finding]]:
    """Every session with every group that was judged, and whatever else something was found in."""
    cases: dict[Case, list[Finding]] = {
        (session, group): []
        for one in report.cassettes
        if one.cassette == cassette
        for session in one.sessions
        for group in report.groups
    }
    for finding in findings:
        code = codes.find(finding.code)
        cases.setdefault((finding.place.session, code.group if code else None), []).append(finding)
    return cases


def _suite(report: Report, name: str, cases: dict[Case, list[Finding]]) -> Iterator[str]:
    failures = sum(_failing(report, findings) for findings in cases.values())
    stamp = f' timestamp="{_attribute(report.started[:19])}"' if report.started else ""
    yield (
        f'  <testsuite name="{_attribute(name)}" tests="{len(cases)}" failures="{failures}" errors="0"'
        f' skipped="0"{stamp}>'
    )
    for (session, group), findings in cases.items():
        where = "cassette" if session is None else f"session {session}"
        title = f"{where}: {group.title if group else 'other'}"
        head = f'    <testcase classname="{_attribute(name)}" name="{_attribute(title)}" time="0"'
        if not findings:
            yield f"{head}/>"
            continue
        yield f"{head}>"
        yield from _outcome(report, findings)
        yield "    </testcase>"
    yield "  </testsuite>"


def _outcome(report: Report, findings: list[Finding]) -> Iterator[str]:
    failing = [finding for finding in findings if verdict.fails(finding, report.fail_on)]
    others = [finding for finding in findings if not verdict.fails(finding, report.fail_on)]
    if failing:
        first = alike.together(failing)[0].first
        more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        message = _attribute(f"{alike.name(first.code)}: {first.message}{more}")
        kind = _attribute(first.code)
        yield f'      <failure message="{message}" type="{kind}">{_body(failing, report)}</failure>'
    if others:
        yield f"      <system-out>{_body(others, report)}</system-out>"


def _body(findings: list[Finding], report: Report) -> str:
    view = findings_text.View()
    groups: list[Alike] = alike.together(findings)
    shown = [
        line
        for same in groups[:_SHOWN]
        for line in findings_text.finding_lines(same, view, contracts=len(report.contracts))
    ]
    if len(groups) > _SHOWN:
        shown.append(f"and {len(groups) - _SHOWN} more")
    return xml(terminal_lines("\n".join(["", *shown, ""])))


def _failing(report: Report, findings: list[Finding]) -> bool:
    return any(verdict.fails(finding, report.fail_on) for finding in findings)


def _attribute(value: str) -> str:
    return xml(terminal(value))
