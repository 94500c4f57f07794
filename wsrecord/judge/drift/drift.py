"""One difference between a recording and a live session, before it is anyone's fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wsrecord.contract.pointer import written
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.severity import Severity

from .node import Spot

Path = tuple[str, ...]  # to a place in an event; array items and free keys are `*`


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference: what kind, how much it weighs, where, and what was and is there."""

    code: Code
    severity: Severity
    message: str
    event: str | None = None
    path: Path | None = None
    to: Path | None = None  # where it stands now, if it was renamed or moved
    expected: str | None = None
    got: str | None = None
    recorded: Spot | None = None
    live: Spot | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pointer(self) -> str | None:
        """Its place in the event, as text."""
        return None if self.path is None else written(self.path)

    def finding(self, cassette: str | None = None, contract: str | None = None) -> Finding:
        """As a finding: placed in the live session, the recording's place in `extra`."""
        spot = self.live
        place = Place(
            cassette=cassette,
            session=spot.session if spot else None,
            number=spot.number if spot else None,
            t=spot.t if spot else None,
            event=self.event,
            pointer=self.pointer,
        )
        more: dict[str, Any] = dict(self.extra)
        if self.to is not None:
            more["to"] = written(self.to)
        if self.recorded is not None:
            more["recorded"] = {"session": self.recorded.session, "number": self.recorded.number}
        return self.code.at(
            place, self.message, severity=self.severity, expected=self.expected, got=self.got,
            contract=contract, extra=more,
        )  # fmt: skip
