"""Findings that say the same once more: shown once, with how many are like it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wsrecord.judge import codes
from wsrecord.judge.finding import Finding
from wsrecord.judge.severity import rank

_INDEX = re.compile(r"/\d+(?=/|\Z)")


@dataclass(frozen=True, slots=True)
class Alike:
    """The first of some findings that are alike, and the rest."""

    first: Finding
    rest: tuple[Finding, ...] = ()


def together(findings: Iterable[Finding]) -> list[Alike]:
    """Put together what has the same code at the same place of the same event; the heaviest come first.

    The items of a list are one place: `/items/0/id` is like `/items/7/id`.
    """
    found: dict[object, list[Finding]] = {}
    for finding in findings:
        place = finding.place
        key = (finding.code, finding.severity, finding.contract, finding.flow)
        found.setdefault((*key, place.event, general(place.pointer), place.file), []).append(finding)
    ordered = sorted(found.values(), key=lambda same: (rank(same[0].severity), *_when(same[0])))
    return [Alike(same[0], tuple(same[1:])) for same in ordered]


def by_cassette(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    """The findings of each cassette; those of none come last."""
    found: dict[str | None, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.place.cassette, []).append(finding)
    if None in found:
        found[None] = found.pop(None)
    return found


def general(pointer: str | None) -> str | None:
    """The pointer without the numbers of a list's items."""
    return None if pointer is None else _INDEX.sub("/*", pointer)


def name(code: str) -> str:
    """The code with its slug, as pages show it."""
    known = codes.find(code)
    return f"{code} {known.slug}" if known else code


def _when(finding: Finding) -> tuple[int, int, int]:
    place = finding.place
    return place.session or 0, place.t or 0, place.number or 0
