"""The last words of a server that was started here, below the findings that they belong to."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from wsrecord.cassette.model import Record
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.judge.drift.steps import died
from wsrecord.judge.finding import Finding
from wsrecord.live.censor import Censor, StrictVault
from wsrecord.live.printed import Printed, shown
from wsrecord.live.reel import Reel


class LastWords:
    """Those of one run, without its secrets."""

    def __init__(
        self, redactor: Callable[[], Redactor], values: Callable[[], Mapping[str, str]], recent: int = 2
    ) -> None:
        """`recent`: so many reels may hold what the server printed last."""
        self._redactor = redactor
        self._values = values
        self._vault = StrictVault()
        self._recent: deque[Reel] = deque(maxlen=recent)

    def played(self, reel: Reel) -> None:
        """What was said there may be printed."""
        self._recent.append(reel)

    def below(self, finding: Finding, printed: Printed, heard: Iterable[Record]) -> Finding:
        """A finding with what the server printed, and how it ended. `heard`: what was said by then."""
        censor = Censor(self._redactor(), self._vault, self._values())
        censor.learn(heard)
        while self._recent:
            censor.learn(self._recent.popleft().records)
        more: dict[str, object] = {}
        if lines := shown(printed.lines, censor.clean):
            more["printed"] = lines
        if printed.ending is not None:
            more["ended"] = printed.ending
        return replace(finding, extra={**finding.extra, **more}) if more else finding

    def below_first(
        self, found: Sequence[Finding], printed: Printed | None, heard: Iterable[Record]
    ) -> list[Finding]:
        """The same for the first breaking one of a replay; of an end there is a finding of its own."""
        at = next((at for at, one in enumerate(found) if one.severity == "breaking"), None)
        if at is None or printed is None or printed.ending is not None:
            return list(found)
        return [*found[:at], self.below(found[at], printed, heard), *found[at + 1 :]]

    def of_the_end(self, printed: Printed) -> Finding:
        """That the server ended: its last line stands in what was got, which all pages show."""
        finding = self.below(died(printed.ending or "ended").finding(), printed, ())
        lines = (line.strip() for line in reversed(finding.extra.get("printed", ())))
        last = next(filter(None, lines), None)
        return finding if last is None else replace(finding, got=f"{finding.got}: {last}")
