"""What `verify` finds of each drift of the gallery, measured; `make docs` writes it to docs/detection.md.

Each drifted server is verified twice, by the same two cassettes of the undrifted one: with the contract, and
with nothing but the recording.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from quality.scenario import Take, take, verified

from wsrecord.demo.drifts.drift import Chosen, Drift
from wsrecord.demo.drifts.gallery import gallery
from wsrecord.judge.finding import Finding
from wsrecord.report.alike import together

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"
AT_ONCE = {True: 10, False: 4}  # breaking ones wait for what never comes; the others for their turn
SERVER = "the server changed (recording and contract agree)"
_FIXED = 3  # columns that chance has no part in


@dataclass(frozen=True, slots=True)
class Seen:
    """One drift, and what was found of it above info: with the contract, and without."""

    drift: Drift
    contract: list[Finding] = field(default_factory=list)
    shape: list[Finding] = field(default_factory=list)

    def caught(self, *, contract: bool) -> list[Finding]:
        """Those that have one of its codes, and weigh as much as it."""
        found = self.contract if contract else self.shape
        return [one for one in found if one.code in self.drift.codes and one.severity == self.drift.grade]

    @property
    def blames(self) -> set[str]:
        """Who moved, by what caught it with the contract."""
        return {one.extra.get("blame", "") for one in self.caught(contract=True)} - {""}


async def measure(clean: Take, drifts: Sequence[Drift]) -> list[Seen]:
    """Verify them all; a server that keeps everybody waiting takes nobody's time."""
    seen = [Seen(drift) for drift in drifts]
    free = {breaking: asyncio.Semaphore(most) for breaking, most in AT_ONCE.items()}

    async def one(into: list[Finding], drift: Drift, *, contract: bool) -> None:
        # What always came is due, and missed: where nothing is to be said, only variety is played.
        takes = clean if drift.grade == "breaking" and not contract else clean.only("rich")
        async with free[drift.grade == "breaking"]:
            done = await verified(takes, [Chosen(drift)], contract=contract)
        into += [found for found in done.findings if found.severity != "info"]

    for breaking in (True, False):
        async with asyncio.TaskGroup() as group:
            for row in seen:
                if (row.drift.grade == "breaking") is breaking:
                    group.create_task(one(row.contract, row.drift, contract=True))
                    group.create_task(one(row.shape, row.drift, contract=False))
    return seen


def noise(findings: Iterable[Finding]) -> int:
    """How many breaking findings a reader is shown: the same once more is shown once."""
    return sum(same.first.severity == "breaking" for same in together(findings))


def page(seen: Sequence[Seen]) -> str:
    """The page."""
    lines = [_HEAD.strip(), "", *_summary(seen), "", *_TABLE_HEAD]
    lines += ["| " + " | ".join(_row(one)) + " |" for one in seen]
    return "\n".join([*lines, "", _FOOT.strip(), ""])


def fixed(text: str) -> list[list[str]]:
    """The columns of a page's table that chance has no part in."""
    rows = re.findall(r"^\| `[^\n]*\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")][:_FIXED] for row in rows]


def rows_of(drifts: Iterable[Drift]) -> list[list[str]]:
    """What those columns must be."""
    return [_row(Seen(drift))[:_FIXED] for drift in drifts]


def _row(one: Seen) -> list[str]:
    breaking = one.drift.grade == "breaking"
    return [
        f"`{one.drift.name}`",
        one.drift.grade,
        " ".join(one.drift.codes) or "nothing",
        _found(one, contract=True),
        _found(one, contract=False),
        "; ".join(blame.partition(" (")[0] for blame in sorted(one.blames)) or "–",
        f"{noise(one.contract)} / {noise(one.shape)}" if breaking else "–",
    ]


def _found(one: Seen, *, contract: bool) -> str:
    """The expected codes that were found, in bold; what else was, in plain letters."""
    caught = {finding.code for finding in one.caught(contract=contract)}
    others = {finding.code for finding in (one.contract if contract else one.shape)} - caught
    return " ".join([*(f"**{code}**" for code in sorted(caught)), *sorted(others)]) or "–"


def _summary(seen: Sequence[Seen]) -> list[str]:
    breaking = [one for one in seen if one.drift.grade == "breaking"]
    with_it = [one for one in breaking if one.caught(contract=True)]
    without = [one for one in breaking if one.caught(contract=False)]
    either = [one for one in breaking if one in with_it or one in without]
    benign = [one for one in seen if one.drift.grade == "benign"]
    quiet = [one for one in benign if not one.contract and not one.shape]
    counts = [noise(one.contract) for one in with_it]
    plain = [noise(one.shape) for one in without]
    return [
        f"- {len(either)} of {len(breaking)} breaking drifts are caught with their expected code: "
        f"{len(with_it)} with the contract, {len(without)} by the recording alone.",
        f"- {len(quiet)} of {len(benign)} benign ones give nothing above info, with the contract or without.",
        f"- Breaking findings for each breaking drift that is caught: median {median(counts or [0]):g}, "
        f"at most {max(counts, default=0)} with the contract; {median(plain or [0]):g} and "
        f"{max(plain, default=0)} without.",
    ]


_HEAD = """
# What verify detects

The demo's agent server can drift in the ways that `wsrecord demo drifts` lists. For this page each
drifted server was verified by a cassette of the undrifted one (three users at once; tools, one that
fails, reports, steering, cancelling, pings, a client that leaves in the middle of a run and comes back,
somebody without a token): once with its contract, once with nothing but the recording. Without the
contract, breaking drifts were given a second, plain cassette too: three questions, asked by two users,
each answered with the help of a tool. `make docs` measures it again, and writes this page.
"""
_TABLE_HEAD = [
    "| drift | class | expected | with the contract | without | who moved | breaking findings |",
    "| --- | --- | --- | --- | --- | --- | --- |",
]
_FOOT = """
A code in **bold** is an expected one, with the weight that the drift has; the others came along. The
last column counts what a reader is shown, with the contract and without: findings that are alike are one
line of a report.

Without a contract nobody knows what must be in order, be unique, belong to one user, or have a format:
flows, rules, isolation and budgets (WS2xx, WS3xx, WS5xx), and most of what a schema says of values
(WS101), need one. What a contract allows is no fault with it, and may be one by comparison: a run that
always ends with an error, tools that all fail.
"""


def main() -> None:
    """Measure, and write the page."""
    PAGE.write_text(page(asyncio.run(measure(take(), gallery()))), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
