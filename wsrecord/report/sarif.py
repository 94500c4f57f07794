"""SARIF 2.1.0, for code scanning: codes are rules, findings are results, accepted ones are suppressed."""

import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from wsrecord.judge import codes
from wsrecord.judge.acceptance import Accepted
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.severity import Severity
from wsrecord.report import alike, escape, findings_text, words
from wsrecord.report.advice import Advice
from wsrecord.report.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Severity, str] = {"breaking": "error", "warning": "warning", "info": "note"}


@dataclass(frozen=True, slots=True)
class Around:
    """What a report does not hold itself."""

    folder: str = "/"  # that paths are relative to: where wsrecord ran
    advice: Mapping[str, Advice] = field(default_factory=dict)  # by number


def text(report: Report, around: Around | None = None) -> str:
    """The whole report."""
    whole = document(report, around or Around())
    return escape.github_json(json.dumps(whole, indent=2, allow_nan=False)) + "\n"


def document(report: Report, around: Around) -> dict[str, Any]:
    """The whole report as a plain value."""
    everything = [*report.findings, *(one.finding for one in report.accepted)]
    rules = list(dict.fromkeys(finding.code for finding in everything))
    driver = {
        "name": "wsrecord",
        "rules": [_rule(code, around.advice) for code in rules],
        **({"version": report.version} if report.version else {}),
    }
    make = _Locations(around.folder, report.cassettes[0].cassette if report.cassettes else ".")
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(finding, rules, make) for finding in report.findings),
            *(_suppressed(one, rules, make) for one in report.accepted),
        ],
    }
    found: dict[str, Any] = escape.json_value({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    return found


def _rule(code: str, advice: Mapping[str, Advice]) -> dict[str, Any]:
    known = codes.find(code)
    if known is None:
        return {"id": escape.terminal(code)}
    title = known.title[0].upper() + known.title[1:] + "."
    more = advice.get(known.number)
    told = {"text": title} if more is None else {"text": f"{title}\n{more.text}", "markdown": more.markdown}
    return {
        "id": known.number,
        "name": "".join(part.capitalize() for part in known.slug.split("-")),
        "shortDescription": {"text": title},
        "help": told,
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
        "properties": {"tags": [known.group.title]},
    }


def _suppressed(one: Accepted, rules: list[str], make: "_Locations") -> dict[str, Any]:
    why = escape.terminal(f"{one.reason} (until {one.until})")
    return _result(one.finding, rules, make) | {"suppressions": [{"kind": "external", "justification": why}]}


def _result(finding: Finding, rules: list[str], make: "_Locations") -> dict[str, Any]:
    place = finding.place
    told = [finding.message]
    told += [
        f"{label}: {value}"
        for label, value in (("Expected", finding.expected), ("Got", finding.got))
        if value is not None
    ]
    if "blame" in finding.extra:
        told.append(f"Who moved: {finding.extra['blame']}")
    where = findings_text.position(place)
    if where:
        told.append(f"In {where}.")
    return {
        "ruleId": escape.terminal(finding.code),
        "ruleIndex": rules.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": escape.sarif("\n".join(map(escape.terminal, told)))},
        "locations": [make.location(place)],
        "partialFingerprints": {"wsrecord/v1": _fingerprint(finding)},
    }


@dataclass(frozen=True, slots=True)
class _Locations:
    folder: str
    instead: str  # the file of what has no place: code scanning refuses a report with one result without

    def location(self, place: Place) -> dict[str, Any]:
        """One place, as far as it is known."""
        file = place.file or place.cassette or self.instead
        found: dict[str, Any] = {
            # Code scanning shows nothing without a line; a binary cassette has none but the first.
            "physicalLocation": {
                "artifactLocation": {"uri": self.uri(file)},
                "region": {"startLine": max(1, place.line or 1)},
            }
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

    def uri(self, file: str) -> str:
        """Relative where it is below the folder: only so does it name a file of the repository."""
        whole = "/" + posixpath.normpath(posixpath.join(self.folder, file)).lstrip("/")
        below = self.folder.rstrip("/") + "/"
        if f"{whole}/" == below:
            return "."
        inside = whole.startswith(below)
        named = quote((whole.removeprefix(below) if inside else whole).encode("utf-8", "surrogatepass"))
        return named if inside else f"file://{named}"


def _fingerprint(finding: Finding) -> str:
    """What stays the same when the finding is found again in a new recording of the same scenario."""
    place = finding.place
    same = (finding.code, place.cassette, place.file, place.event, alike.general(place.pointer), finding.flow)
    return hashlib.sha256(repr(same).encode()).hexdigest()[:32]
