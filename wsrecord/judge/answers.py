"""The rule `answer`: after the one event comes one of the others, in time.

The oldest that waits under a key is answered first; an answer to nothing is the flow's matter. One that
never came is missing, unless the session was over before it had to be there and nobody failed to end.
"""

from collections import deque
from typing import TypeAlias

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Answer, EventKey
from wsrecord.contract.wording import joined
from wsrecord.judge.codes import Code
from wsrecord.judge.heard import Heard, Spot
from wsrecord.judge.holes import taken
from wsrecord.judge.rules import Holder, Key, RulesJudge, key_of, values_of
from wsrecord.judge.told import Told

_Waiting: TypeAlias = dict[Key, deque[Spot]]


class _Answer(Holder[Answer, _Waiting]):
    def concerns(self, key: EventKey) -> bool:
        return key in self.rule.to or key in self.rule.answers

    def fresh(self) -> _Waiting:
        return {}

    def hold(self, heard: Heard, event: Event, state: _Waiting) -> None:
        rule = self.rule
        key = key_of(event, rule.per)
        if key is None:
            return
        if event.key in rule.answers and (waiting := state.get(key)):
            asked = waiting.popleft()
            if not waiting:
                del state[key]
            self.tally.subjects += 1
            took = heard.spot.t - asked.t
            if rule.within is not None and took > rule.within:
                self._late(heard, asked, rule.within, values_of(rule.per, key))
        if event.key in rule.to:
            state.setdefault(key, deque()).append(heard.spot)

    def close(self, told: Told, state: _Waiting) -> None:
        rule = self.rule
        lost = [hole for hole in told.holes if hole.sender == rule.answers[0].sender]
        for key, unanswered in state.items():
            for asked in unanswered:
                values = values_of(rule.per, key)
                if not self._excused(asked) and not taken(lost, rule.answers, values, asked.nth):
                    self.tally.subjects += 1
                    self._missing(asked, values)

    def _excused(self, asked: Spot) -> bool:
        """Whether the answer may still have been on its way when the client left or the recording stopped."""
        within, told = self.rule.within, asked.told
        return told.cut and (within is None or told.end - asked.t <= within)

    def _late(self, heard: Heard, asked: Spot, within: int, values: dict[str, object]) -> None:
        took = heard.spot.t - asked.t
        self.add(
            Code.ANSWER_LATE.at(
                asked.told.place(heard.spot),
                f"{heard.shown} came {spell(took)} after {asked.shown}, which it answers",
                expected=f"within {spell(within)}",
                got=spell(took),
                context=asked.told.around(heard.spot, asked),
                contract=asked.told.contract.name,
                extra={
                    "rule": self.rule.where,
                    "took": took,
                    "since": asked.t,
                    "within": within,
                    "key": values,
                },
            )
        )

    def _missing(self, asked: Spot, values: dict[str, object]) -> None:
        within, names = self.rule.within, [one.name for one in self.rule.answers]
        wanted = joined(names, "or")
        self.add(
            Code.ANSWER_MISSING.at(
                asked.told.place(asked),
                f"{asked.shown} was never answered: {wanted} is missing",
                expected=wanted if within is None else f"{wanted} within {spell(within)}",
                got=f"nothing in the {spell(asked.told.end - asked.t)} until the session ended",
                context=asked.told.around(asked),
                contract=asked.told.contract.name,
                extra={"rule": self.rule.where, "open": values, "missing": names},
            )
        )


class Answers(RulesJudge):
    """Answers that came late or never."""

    kinds = {Answer: _Answer}  # noqa: RUF012


def spell(nanoseconds: int) -> str:
    """A duration, in words that fit its size."""
    if nanoseconds >= 1_000_000_000:
        return f"{nanoseconds / 1e9:.3f}".rstrip("0").rstrip(".") + " s"
    return f"{nanoseconds / 1e6:.3f}".rstrip("0").rstrip(".") + " ms"
