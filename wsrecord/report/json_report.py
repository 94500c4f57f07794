"""The report for programs. `report.schema.json` beside this file is its contract, and has its version."""

import json
from typing import Any

from wsrecord.judge import codes
from wsrecord.judge.finding import ContextLine, Finding, Place
from wsrecord.report.escape import github_json, json_value
from wsrecord.report.report import Report

VERSION = 1  # of the format: grows when a reader of the one before could be misled


def text(report: Report) -> str:
    """The report as indented JSON, in ASCII."""
    return github_json(json.dumps(document(report), indent=2, ensure_ascii=True, allow_nan=False)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as a plain value."""
    found: dict[str, Any] = json_value(
        {
            "wsrecord_report": VERSION,
            "tool": {"name": "wsrecord", "version": report.version},
            "started": report.started,
            "exit_code": int(report.exit_code),
            "fail_on": report.fail_on,
            "contracts": report.contracts,
            "cassettes": [{"cassette": one.cassette, "sessions": one.sessions} for one in report.cassettes],
            "judged": [group.name.lower() for group in report.groups],
            "counts": {
                "sessions": report.counts.sessions,
                "messages": report.counts.messages,
                "events": report.counts.events,
                "accepted": len(report.accepted),
                **report.severities(),
            },
            "coverage": report.coverage,
            "score": report.score,
            "findings": [_finding(finding) for finding in report.findings],
            "accepted": [
                {"reason": one.reason, "until": one.until.isoformat(), "finding": _finding(one.finding)}
                for one in report.accepted
            ],
        }
    )
    return found


def _finding(finding: Finding) -> dict[str, Any]:
    known = codes.find(finding.code)
    return {
        "code": finding.code,
        "slug": known.slug if known else None,
        "severity": finding.severity,
        "message": finding.message,
        "place": _place(finding.place),
        "expected": finding.expected,
        "got": finding.got,
        "context": [_context(line) for line in finding.context],
        "contract": finding.contract,
        "flow": finding.flow,
        "instance": finding.instance,
        "extra": finding.extra,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "cassette": place.cassette,
        "session": place.session,
        "number": place.number,
        "t": place.t,
        "event": place.event,
        "pointer": place.pointer,
        "file": place.file,
        "line": place.line,
    }


def _context(line: ContextLine) -> dict[str, Any]:
    return {
        "t": line.t,
        "sender": line.sender,
        "name": line.name,
        "text": line.text,
        "number": line.number,
        "here": line.here,
    }
