"""What is told of a failure in the end, and written down: never a secret."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from wsrecord.explore.failure import Failure, Key, alike, key_of
from wsrecord.explore.kept import kept_by
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown
from wsrecord.live.acted import findings_of
from wsrecord.live.care import Care
from wsrecord.live.discretion import Discretion
from wsrecord.live.exploration import Exploration
from wsrecord.live.outcome import Acted
from wsrecord.live.shelf import Shelf


class Telling:
    """The one way on which findings and cases of a run come to pages, the shelf and the database."""

    def __init__(self, plan: Exploration, care: Care, shelf: Shelf) -> None:
        self._plan = plan
        self._care = care
        self._shelf = shelf
        self._discretion = Discretion(lambda: plan.values, shelf.redactor)
        for records in plan.recorded:
            self._discretion.recorded(records)

    def finding(self, finding: Finding, *heard: Acted | None) -> Finding:
        """A finding without secrets; `heard`: in which some may have been said."""
        self._hear(heard)
        return self._discretion.finding(finding)

    def values(self, *heard: Acted | None) -> Callable[[bytes], bytes]:
        """Takes known values out of what is to be stored."""
        self._hear(heard)
        return self._discretion.values

    def written(
        self, failure: Failure, finding: Finding, acted: Acted, aside: Shown
    ) -> tuple[Failure, Finding]:
        """Write a failure down; what is told of it is read from the records as they are written."""
        self._hear([acted])
        rules, nonce = self._care.rules, secrets.token_hex(6)
        redactor = self._shelf.redactor(nonce)
        reel = acted.reel.redacted(redactor, nonce)
        found = findings_of(acted, reel.recording(), [aside], "live")
        same = _same(finding, failure.key, found)
        finding = self._discretion.finding(replace(same, extra={**finding.extra, **same.extra}))
        failure = replace(failure, case=self._discretion.case(failure.case, redactor.secret))
        kept = kept_by(
            failure.case,
            finding,
            contract=rules.contract.name,
            refusals=tuple(sorted(rules.refusals)),
            health=self._plan.health,
            shrunk=failure.shrunk,
            in_time=failure.in_time,
        )
        path = self._shelf.put(reel, kept, tuple(map(self._discretion.texts(), failure.key)), redactor)
        if path is not None:
            finding = replace(finding, place=replace(finding.place, cassette=str(path)))
        return failure, finding

    def _hear(self, heard: Sequence[Acted | None]) -> None:
        """Know the secrets of the way in, and of what was said."""
        records = [head for door in self._care.rules.doors for head in door.heads()]
        for one in heard:
            records += one.reel.records if one is not None else ()
        self._discretion.learn(records)


def _same(finding: Finding, key: Key, found: Sequence[Finding]) -> Finding:
    """A finding as it was found again without secrets, whose places may be called otherwise then."""
    place = finding.place
    again = [one for one in found if one.code == finding.code]
    again.sort(
        key=lambda one: (
            not alike(key_of(one), key),
            (one.place.session, one.place.number) != (place.session, place.number),
            one.place.event != place.event,
        )
    )
    return again[0] if again else finding
