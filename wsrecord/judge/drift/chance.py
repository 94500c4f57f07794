"""Many runs of one replay: which findings came in how many of them.

told = over_runs([findings of run 1, findings of run 2, …])
counting(told, above=0.1)         # those in more than a tenth of the runs
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wsrecord.judge.finding import Finding
from wsrecord.judge.severity import rank

from .blame import folded

_Same = tuple[object, ...]


def over_runs(runs: Sequence[Iterable[Finding]]) -> list[Finding]:
    """One finding for each that came in any run, `in 7 of 20 runs`; of one run, all as they are."""
    if len(runs) == 1:
        return list(runs[0])
    found: dict[_Same, list[Finding]] = {}
    seen_in: dict[_Same, set[int]] = {}
    for number, findings in enumerate(runs, 1):
        for finding in findings:
            same = _sameness(finding)
            found.setdefault(same, []).append(finding)
            seen_in.setdefault(same, set()).add(number)
    return [_told(group, sorted(seen_in[same]), len(runs)) for same, group in found.items()]


def counting(findings: Iterable[Finding], *, above: float = 0.0) -> list[Finding]:
    """Those that came in more than this share of the runs: what an exit code is made from."""
    return [finding for finding in findings if share(finding) > above]


def share(finding: Finding) -> float:
    """In which share of the runs it came; all, if nobody counted."""
    runs = finding.extra.get("runs")
    return len(runs["in"]) / runs["of"] if isinstance(runs, dict) and runs.get("of") else 1.0


def _told(group: Sequence[Finding], seen_in: Sequence[int], runs: int) -> Finding:
    heaviest = min(group, key=lambda finding: rank(finding.severity))
    often = "" if len(seen_in) == runs else f" ({len(seen_in)} of {runs} runs)"
    extra = {**heaviest.extra, "runs": {"in": list(seen_in), "of": runs}}
    return replace(heaviest, message=f"{heaviest.message}{often}", extra=extra)


def _sameness(finding: Finding) -> _Same:
    """What makes findings of several runs one: not the values, which are others each time."""
    place = finding.place
    pointer = None if place.pointer is None else folded(place.pointer)
    return (
        finding.code, place.cassette, place.event, pointer, place.file, finding.contract, finding.flow,
        finding.extra.get("to"),
    )  # fmt: skip
