"""Whose answer an event of the server's is: told by ids, by what the contract declares, else guessed.

A guess keeps a dialogue going, and is no evidence: a message counts as refused only if nobody else can be
meant by the refusal, and if no answer of its own comes after all.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wsrecord.contract.flow.instances import OpenInstance
from wsrecord.contract.model import Answer, Contract, EventKey
from wsrecord.dialogue.significance import echoed_name

from .said import Said


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of the server's."""

    name: str
    value: Any
    number: int  # of its message
    keys: Mapping[str, Any]  # by the contract's names
    among: Sequence[OpenInstance] = ()  # what was open before it came


class Whose:
    """Tells it, under one contract."""

    def __init__(self, contract: Contract, refusals: Collection[str]) -> None:
        self._contract = contract
        self._refusals = refusals
        self._rules = [rule for rule in contract.rules if isinstance(rule, Answer)]

    def hear(self, said: Sequence[Said], heard: Heard) -> bool:
        """Note which of the messages it answers; whether there is one."""
        numbers = (str(one) for one in heard.keys.values() if type(one) is int)
        scalars = {*_scalars(heard.value), *numbers}
        if heard.name in self._refusals:
            found, sure = self._refused(said, heard, scalars)
            answer: Any = "refused"
        else:
            found, sure = self._answered(said, heard, scalars)
            answer = "answered"
            self._doubt(said, heard, scalars)
        if found is not None:
            found.answer, found.sure = answer, sure
            found.by, found.answered_at = heard.name, heard.number
            found.took = time.monotonic() - found.sent
        return found is not None

    def _answered(self, said: Sequence[Said], heard: Heard, scalars: set[Any]) -> tuple[Said | None, bool]:
        waiting = [one for one in said if one.pending]
        by_id = next((one for one in waiting if scalars.intersection(one.ids)), None)
        if by_id is not None:
            return by_id, True
        known = any(scalars.intersection(one.ids) for one in said)
        right = [one for one in waiting if one.move.breaks is None]
        declared = next((one for one in right if self._declared(one, heard, but_keys=known)), None)
        if declared is not None or known:
            return declared, True
        return next((one for one in right if not one.ids), None), False

    def _refused(self, said: Sequence[Said], heard: Heard, scalars: set[Any]) -> tuple[Said | None, bool]:
        waiting = [one for one in said if one.pending]
        own = [one for one in said if scalars.intersection(one.ids)]
        # a wrong message that has no known place for an id may have said the same one
        wrong = next((one for one in waiting if one.move.breaks is not None and not one.ids), None)
        found = next((one for one in own if one.pending), None)
        if found is not None or own:
            found = wrong if wrong is not None and (found is None or found.move.breaks is None) else found
            return found, sum(one.open for one in own) == 1
        meant = [one for one in said if one.open and self._names(one, heard, scalars)]
        found = _first([one for one in meant if one.pending])
        if found is not None:
            return found, len(meant) == 1
        found = _first(waiting)
        doubt = bool(meant) or sum(one.open for one in said) > 1
        return found, found is not None and not doubt and self._may_be_meant(found, heard)

    def _names(self, one: Said, heard: Heard, scalars: set[Any]) -> bool:
        """Whether an event says a key that the message said, or that the contract declares it its answer."""
        same = any(name in one.keys and one.keys[name] == value for name, value in heard.keys.items())
        return same or bool(scalars & one.marks) or self._declared(one, heard, but_keys=True)

    def _may_be_meant(self, one: Said, heard: Heard) -> bool:
        """Whether nothing in an event without the message's ids tells that it is about something else."""
        if any(name not in one.keys or one.keys[name] != value for name, value in heard.keys.items()):
            return False
        names = (heard.name, f"server:{heard.name}")
        return not any(
            any(name in story.allowed for name in names)
            and not any(one.keys.get(name) == value for name, value in story.key)
            for story in heard.among
            if story.key
        )

    def _doubt(self, said: Sequence[Said], heard: Heard, scalars: set[Any]) -> None:
        """An answer of its own: then a refusal before it was another one's."""
        for one in said:
            if one.answer == "refused" and one.move.breaks is None and one.sure:
                by_id = scalars.intersection(one.ids)
                if self._follows(one, heard) and (by_id or self._declared(one, heard, but_keys=True)):
                    one.sure = False

    def _declared(self, one: Said, heard: Heard, *, but_keys: bool) -> bool:
        """Whether a rule says that this answers it; `but_keys`: only by a key that both say."""
        asked, told = EventKey("client", one.move.event or ""), EventKey("server", heard.name)
        for rule in self._rules:
            if asked in rule.to and told in rule.answers and (rule.per or not but_keys):
                values = [(one.keys.get(name), heard.keys.get(name)) for name in rule.per]
                if all(mine is not None and mine == theirs for mine, theirs in values):
                    return True
        return False

    def _follows(self, one: Said, heard: Heard) -> bool:
        """Whether a rule or a flow lets this event come for that message."""
        event = one.move.event or ""
        asked, told = EventKey("client", event), EventKey("server", heard.name)
        if any(asked in rule.to and told in rule.answers for rule in self._rules):
            return True
        for flow in self._contract.flows.all:
            automaton = flow.automaton
            for name in (event, f"client:{event}"):
                state = automaton.step(automaton.start, name)
                if state is not None:
                    allowed = automaton.allowed(state)
                    if heard.name in allowed or f"server:{heard.name}" in allowed:
                        return True
        return False


def _first(waiting: Sequence[Said]) -> Said | None:
    """The first that is wrong; else the first."""
    return next((one for one in waiting if one.move.breaks is not None), next(iter(waiting), None))


def _scalars(value: Any) -> Iterator[str]:
    """Texts, and numbers under a name that says an id again: any other number is one by chance."""
    rest: list[tuple[str, Any]] = [("", value)]
    while rest:
        name, one = rest.pop()
        match one:
            case dict() as inner:
                rest += inner.items()
            case list() as inner:
                rest += [(name, item) for item in inner]
            case str() as text:
                yield text
            case bool():
                pass
            case int() as number:
                if echoed_name(name) == "id":
                    yield str(number)
