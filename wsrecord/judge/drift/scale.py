"""What a difference weighs, and whether it is told at all: options and contract, asked in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from wsrecord.judge.codes import Code

from .drift import Drift, Path
from .options import Options
from .oracle import Oracle


@dataclass(slots=True)
class Scale:
    """Where differences are handed in; what remains of them is `told`."""

    options: Options
    oracle: Oracle | None = None
    told: list[Drift] = field(default_factory=list)

    def event(self, drift: Drift) -> None:
        """An event as such came, or did not: whoever has a flow for it judges that."""
        judged = self.oracle is not None and (
            # What a contract names may come; what it does not is a finding of its own (unknown-event).
            drift.code is Code.EVENT_NEW or self.oracle.orders(drift.event or "")
        )
        self._tell(replace(drift, severity="info") if judged else self._capped(drift))

    def field(self, drift: Drift) -> None:
        """A place came or went: a contract may allow that."""
        self._place(drift, lambda oracle, event, path: oracle.allowed(event, path))

    def value(self, drift: Drift, value: Any) -> None:
        """Another value, or another type of value, stands in a place."""
        self._place(drift, lambda oracle, event, path: oracle.admits(event, path, value))

    def connection(self, drift: Drift) -> None:
        """Something about the session as such."""
        self._tell(drift)

    def aside(self, drift: Drift) -> None:
        """Something that a contract's schemas and flows have no words for."""
        self._tell(self._capped(drift))

    def _place(self, drift: Drift, ask: Callable[[Oracle, str, Path], bool | None]) -> None:
        allowed = None
        exactly = self.options.of(drift.event) == "exact"
        if self.oracle is not None and drift.event is not None and drift.path is not None and not exactly:
            allowed = ask(self.oracle, drift.event, drift.path)
        self._tell(replace(drift, severity="info") if allowed else self._capped(drift))

    def _capped(self, drift: Drift) -> Drift:
        """Where the contract decides, what it is silent about breaks nothing."""
        by_contract = self.oracle is not None and self.options.of(drift.event) == "contract"
        if by_contract and drift.severity == "breaking":
            return replace(drift, severity="warning")
        return drift

    def _tell(self, drift: Drift) -> None:
        if not self.options.ignores(drift.event, drift.path):
            self.told.append(drift)
