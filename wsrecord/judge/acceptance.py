"""Findings that the team knows of and lives with for now: each with a reason and a date.

An acceptance is a promise with an end. Past its date it accepts nothing, and says so; one that
matches nothing any more says that too, so that the list can only get shorter by itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from wsrecord.contract.model import Contract
from wsrecord.errors import did_you_mean
from wsrecord.judge.codes import Code, find
from wsrecord.judge.finding import Finding, Place

_ANY_EVENT = (Code.UNKNOWN_EVENT.number, Code.UNASKED.number)  # they are about events of no contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which findings of a code are meant: every pattern that is given must match."""

    cassette: str | None = None  # a glob; `*` matches `/` too
    event: str | None = None  # a glob
    pointer: str | None = None  # `*` is one step or a part of it, `**` any number of steps
    flow: str | None = None  # a glob

    def matches(self, place: Place, flow: str | None) -> bool:
        """Whether a finding at this place is meant."""
        return (
            (self.cassette is None or is_cassette(self.cassette, place.cassette))
            and _glob(self.event, place.event)
            and _glob(self.flow, flow)
            and (self.pointer is None or is_pointer(self.pointer, place.pointer))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One entry of the list."""

    code: str
    reason: str
    until: date  # the last day on which it counts
    where: Where = Where()
    file: str | None = None
    line: int | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether this finding is meant."""
        return self.code == finding.code and self.where.matches(finding.place, finding.flow)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding, and why it does not count."""

    finding: Finding
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Sifted:
    """What counts, and what is accepted."""

    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]


def accept(
    findings: Iterable[Finding],
    acceptances: Sequence[Acceptance],
    *,
    today: date,
    cassettes: Sequence[str],
) -> Sifted:
    """Keep the accepted findings apart; add a finding for each acceptance that is expired or unused.

    One that is for cassettes which were not looked at can't be called unused.
    """
    left: list[Finding] = []
    accepted: list[Accepted] = []
    used: set[int] = set()
    for finding in findings:
        matching = [at for at, one in enumerate(acceptances) if one.matches(finding)]
        used.update(matching)
        valid = next((acceptances[at] for at in matching if today <= acceptances[at].until), None)
        if valid is None:
            left.append(finding)
        else:
            accepted.append(Accepted(finding, valid.reason, valid.until))
    for at, one in enumerate(acceptances):
        told = _told(one, used=at in used, today=today, cassettes=cassettes)
        if told is not None:
            left.append(told)
    return Sifted(tuple(left), tuple(accepted))


def _told(one: Acceptance, *, used: bool, today: date, cassettes: Sequence[str]) -> Finding | None:
    """What there is to say about an acceptance itself."""
    wanted = one.where.cassette
    if not used and wanted is not None and not any(is_cassette(wanted, name) for name in cassettes):
        return None
    code = find(one.code)
    what = f"{one.code} {code.slug}" if code else one.code
    place = Place(file=one.file, line=one.line, event=one.where.event, pointer=one.where.pointer)
    if today > one.until:
        rest = "what it accepted counts again" if used else "and nothing matches it any more: remove it"
        return Code.ACCEPTANCE_EXPIRED.at(
            place,
            f"the acceptance of {what} ended on {one.until}: {rest}",
            expected=f"a date from {today} on",
            got=f"until {one.until}, for the reason: {one.reason}",
            flow=one.where.flow,
        )
    if used:
        return None
    return Code.ACCEPTANCE_UNUSED.at(
        place,
        f"the acceptance of {what} matches no finding: remove it, or correct its `where`",
        expected="a finding that it matches",
        got=f"none; its reason was: {one.reason}",
        flow=one.where.flow,
    )


def misnamed(one: Acceptance, contracts: Iterable[Contract]) -> str | None:
    """What is wrong with a name in its `where` that is almost one of the contracts', if anything is."""
    known = list(contracts)
    events = (
        ()
        if one.code in _ANY_EVENT or one.code.startswith("WS8")
        else [key.name for contract in known for key in contract.events]
    )
    flows = [flow.name for contract in known for flow in contract.flows.all]
    for what, given, names in (("event", one.where.event, events), ("flow", one.where.flow, flows)):
        if given is None or any(fnmatchcase(name, given) for name in names):
            continue
        hint = did_you_mean(given, names)
        if hint:
            return f"where.{what}: no contract has {what} {given!r}{hint}"
    return None


def is_cassette(pattern: str, name: str | None) -> bool:
    """Whether a cassette is meant; `./` before the one or the other makes no difference."""
    return name is not None and fnmatchcase(name.removeprefix("./"), pattern.removeprefix("./"))


def is_pointer(pattern: str, pointer: str | None) -> bool:
    """Whether a JSON pointer is meant: `/items/*/id`, `/results/**`."""
    if pointer is None:
        return False
    steps = pointer.split("/")
    # Where in the pointer the pattern may stand by now: no backtracking, whatever the two look like.
    at = {0}
    for want in pattern.split("/"):
        if want == "**":
            at = set(range(min(at), len(steps) + 1))
        else:
            part = re.compile(".*".join(map(re.escape, re.split(r"\*+", want))), re.DOTALL)
            at = {one + 1 for one in at if one < len(steps) and part.fullmatch(steps[one])}
        if not at:
            return False
    return len(steps) in at


def _glob(pattern: str | None, text: str | None) -> bool:
    return pattern is None or (text is not None and fnmatchcase(text, pattern))
