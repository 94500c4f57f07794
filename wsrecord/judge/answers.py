"""The rule `answer`: after the one event comes one of the others, in time.

The oldest that waits under a key is answered first; an answer to nothing is the flow's matter. One that
never came is missing, unless the session was over before it had to be there and nobody failed to end.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from wsrecord.contract.model import Answer
from wsrecord.contract.wording import joined
from wsrecord.judge.codes import Code
from wsrecord.judge.evidence import Evidence, Told
from wsrecord.judge.finding import Finding
from wsrecord.judge.holes import holes, taken
from wsrecord.judge.rules import Judged, Key, Tally, key_of, values_of


def judge(evidence: Evidence) -> Iterable[Finding]:
    """Answers that came late or never."""
    return evidence.once(judged).findings


def judged(evidence: Evidence) -> Judged:
    """Hold every `answer` against every session."""
    done = Judged()
    for number, rule in enumerate(evidence.contract.rules):
        if isinstance(rule, Answer):
            tally = done.tallies[number] = Tally()
            for told in evidence.sessions:
                for finding in _of_session(rule, evidence, told, tally):
                    tally.wrong += 1
                    done.findings.append(finding)
    return done


def _of_session(rule: Answer, evidence: Evidence, told: Told, tally: Tally) -> Iterator[Finding]:
    waiting: dict[Key, deque[int]] = {}
    about = {*rule.to, *rule.answers}
    for index, heard in enumerate(told.heard):
        event = heard.event
        if event is None or event.key not in about:
            continue
        key = key_of(event, rule.per)
        if key is None:
            continue
        if event.key in rule.answers and waiting.get(key):
            asked = waiting[key].popleft()
            tally.subjects += 1
            took = heard.unit.t - told.heard[asked].unit.t
            if rule.within is not None and took > rule.within:
                yield Code.ANSWER_LATE.at(
                    told.place(index),
                    f"{heard.shown} came {spell(took)} after {told.heard[asked].shown}, which it answers",
                    expected=f"within {spell(rule.within)}",
                    got=spell(took),
                    context=told.around(index, asked),
                    contract=evidence.contract.name,
                    extra={"rule": rule.where, "took": took},
                )
        if event.key in rule.to:
            waiting.setdefault(key, deque()).append(index)
    lost = [hole for hole in evidence.once(holes)[told.number] if hole.sender == rule.answers[0].sender]
    for key, unanswered in waiting.items():
        for asked in unanswered:
            if _excused(rule, told, asked) or taken(lost, rule.answers, values_of(rule.per, key), asked):
                continue
            tally.subjects += 1
            name = told.heard[asked].shown
            wanted = joined([one.name for one in rule.answers], "or")
            yield Code.ANSWER_MISSING.at(
                told.place(asked),
                f"{name} was never answered: {wanted} is missing",
                expected=wanted if rule.within is None else f"{wanted} within {spell(rule.within)}",
                got=f"nothing in the {spell(told.end - told.heard[asked].unit.t)} until the session ended",
                context=told.around(asked),
                contract=evidence.contract.name,
                extra={"rule": rule.where, "open": values_of(rule.per, key)},
            )


def _excused(rule: Answer, told: Told, asked: int) -> bool:
    """Whether the answer may still have been on its way when the client left or the recording stopped."""
    if not told.cut:
        return False
    return rule.within is None or told.end - told.heard[asked].unit.t <= rule.within


def spell(nanoseconds: int) -> str:
    """A duration, in words that fit its size."""
    if nanoseconds >= 1_000_000_000:
        return f"{nanoseconds / 1e9:.3f}".rstrip("0").rstrip(".") + " s"
    return f"{nanoseconds / 1e6:.3f}".rstrip("0").rstrip(".") + " ms"
