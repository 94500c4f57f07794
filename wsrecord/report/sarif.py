"""SARIF 2.1.0, for code scanning: codes are rules, findings are results, accepted ones are suppressed."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from wsrecord.judge import codes
from wsrecord.judge.acceptance import Accepted
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.severity import Severity
from wsrecord.report import alike, escape, findings_text, words
from wsrecord.report.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"breaking": "error", "warning": "warning", "info": "note"}


def text(report: Report) -> str:
    """The whole report."""
    return escape.github_json(json.dumps(document(report), indent=2, allow_nan=False)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The whole report as a plain value."""
    everything = [*report.findings, *(one.finding for one in report.accepted)]
    rules = list(dict.fromkeys(finding.code for finding in everything))
    driver = {
        "name": "wsrecord",
        "rules": [_rule(code) for code in rules],
        **({"version": report.version} if report.version else {}),
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [*_open(report.findings, rules), *_suppressed(report.accepted, rules)],
    }
    found: dict[str, Any] = escape.json_value({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    return found


def _rule(code: str) -> dict[str, Any]:
    known = codes.find(code)
    if known is None:
        return {"id": escape.terminal(code)}
    title = known.title[0].upper() + known.title[1:] + "."
    return {
        "id": known.number,
        "name": "".join(part.capitalize() for part in known.slug.split("-")),
        "shortDescription": {"text": title},
        "help": {
            "text": f"{title} docs/findings.md says what usually causes {known.number}, and what to do."
        },
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
        "properties": {"tags": [known.group.title]},
    }


def _open(findings: Iterable[Finding], rules: list[str]) -> list[dict[str, Any]]:
    return [_result(finding, rules) for finding in findings]


def _suppressed(accepted: Iterable[Accepted], rules: list[str]) -> list[dict[str, Any]]:
    return [
        _result(one.finding, rules)
        | {
            "suppressions": [
                {
                    "kind": "external",
                    "justification": escape.terminal(f"{one.reason} (until {one.until})"),
                }
            ]
        }
        for one in accepted
    ]


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    place = finding.place
    told = [finding.message]
    told += [
        f"{label}: {value}"
        for label, value in (("Expected", finding.expected), ("Got", finding.got))
        if value is not None
    ]
    where = findings_text.position(place)
    if where:
        told.append(f"In {where}.")
    return {
        "ruleId": escape.terminal(finding.code),
        "ruleIndex": rules.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": escape.sarif("\n".join(map(escape.terminal, told)))},
        "locations": [_location(place)],
        "partialFingerprints": {"wsrecord/v1": _fingerprint(finding)},
    }


def _location(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {}
    file = place.file or place.cassette
    if file:
        # Code scanning shows nothing without a line; a binary cassette has none but the first.
        found["physicalLocation"] = {
            "artifactLocation": {"uri": quote(file.encode("utf-8", "surrogatepass"))},
            "region": {"startLine": max(1, place.line or 1)},
        }
    steps = [f"session {place.session}"] if place.session is not None else []
    if place.number is not None:
        steps.append(f"message {place.number}")
    if findings_text.pointed(place):
        steps.append(findings_text.pointed(place))
    if steps:
        name = escape.terminal(" / ".join(steps))
        found["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "message"}]
    if place.t is not None:
        found["message"] = {"text": f"{words.seconds(place.t)} s after the recording began"}
    return found


def _fingerprint(finding: Finding) -> str:
    """What stays the same when the finding is found again in a new recording of the same scenario."""
    place = finding.place
    same = (finding.code, place.cassette, place.file, place.event, alike.general(place.pointer), finding.flow)
    return hashlib.sha256(repr(same).encode()).hexdigest()[:32]
