"""What dialogues are put together from: messages, what must be said before them, whom they meet."""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from .moves import GIVEN, NEW, Connect, Move, Say, filled
from .prelude import first_word
from .vocabulary import Term, Vocabulary

APART = 10  # ids that one message may hold
_FIRST = 80  # where the ids of what is said first are, apart from all others
_OWN = 85  # where those of an opener of the client's own are
_LONG = 200  # characters


def say(term: Term, value: Any = None, *, place: int = 0, **more: Any) -> Say:
    """A message of an event's; `place` keeps its ids apart from those of the case's others."""

    def fill(kind: str, what: Any) -> Any:
        return {NEW: what + place * APART} if kind == NEW else {kind: what}

    return Say(event=term.name, value=filled(term.plain if value is None else value, fill), **more)


class Parts:
    """Those of one contract."""

    def __init__(
        self,
        words: Vocabulary,
        *,
        users: int,
        json: bool,
        random: Random,
        returns: Mapping[int, Sequence[str]],
    ) -> None:
        """`returns`: which users can come back to a session, each with the numbers in its query then."""
        self.words = words
        self.terms = list(words.terms.values())
        self.users = users
        self.json = json
        self.random = random
        self.returns = returns
        name = first_word(words.contract, [term.name for term in self.terms if not term.needs])
        self.first = say(words.terms[name], place=_FIRST) if name is not None else None

    def opening(self, term: Term) -> list[Move]:
        """What has to be said before, for the server to give what the event needs."""
        found: list[Move] = []
        for need in term.needs:
            own = self.words.terms.get(need.event)
            if own is not None and not own.needs:  # the client's own word, which opens what this belongs to
                found.append(say(own, place=_OWN))
                continue
            opener = next((one for one in self.openers() if self.leads(one, need.event)), None)
            if opener is not None:
                found.append(replace(opener, value=renumbered(opener.value, 90 * APART), then="now"))
        return found[:1]

    def openers(self) -> list[Say]:
        """The plain messages that need nothing, and that are answered; the longest stories first."""
        found = [say(term) for term in self.terms if not term.needs and term.answered]
        return sorted(found, key=lambda one: -len(self.after(one.event or "")))

    def after(self, event: str) -> set[str]:
        """What may follow it at once, in any flow."""
        found: set[str] = set()
        for flow in self.words.contract.flows.all:
            automaton = flow.automaton
            for name in (event, f"client:{event}"):
                state = automaton.step(automaton.start, name)
                if state is not None:
                    found.update(automaton.allowed(state))
        return found

    def leads(self, opener: Say, event: str) -> bool:
        """Whether the event may come of the opener."""
        return event in self.after(opener.event or "")

    def meets(self, opener: Say) -> list[str]:
        """The server's events that may be met on the way from the opener, its answers aside."""
        near, flows, every = self.after(opener.event or ""), set[str](), self.words.contract.flows.all
        for flow in every * len(every):  # a child may stand before its parent
            automaton = flow.automaton
            starts = {name.removeprefix("server:") for name in automaton.allowed(automaton.start)}
            if flow.spec.key and (near & starts or (flow.parent is not None and flow.parent.name in flows)):
                near = near | set(automaton.names)
                flows.add(flow.name)
        return [name for name in self.heard() if name in near]

    def seeds(self) -> list[Say]:
        """What was recorded of events that need nothing."""
        return [say(term, seed) for term in self.terms if not term.needs for seed in term.seeds]

    def of(self, one: Say) -> Term:
        """The event that a message is."""
        return self.words.terms[one.event or ""]

    def other(self) -> Connect:
        """Somebody else's session, if there is somebody else."""
        return Connect(on=1, user=1 if self.users > 1 else 0)

    def hello(self) -> Say | None:
        """The simplest message: one that is answered, if there is any."""
        openers = self.openers() or [say(term) for term in self.terms if not term.needs]
        return openers[-1] if openers else None

    def accented(self) -> Iterator[Any]:
        """Values of the simplest message with a character of two bytes."""
        hello = self.hello()
        if hello is not None:
            for _, value in self.words.variants(self.of(hello)):
                if "é" in repr(value):
                    yield value

    def heard(self) -> list[str]:
        """The server's events that stand within some flow which a client's event does not open."""
        contract = self.words.contract
        answers = {name for term in self.terms for name in self.after(term.name)}
        names = [key.name for key in contract.events if key.sender == "server"]
        inner = {name for flow in contract.flows.all if flow.spec.key for name in flow.automaton.names}
        return [name for name in names if name in inner and name not in answers]

    def bulky(self, term: Term) -> Any:
        """The longest right value that is known of an event, with words that no compression makes small."""
        values = (value for _, value in self.words.variants(term))
        longest = max(values, key=lambda one: len(repr(one)), default=term.plain)
        noisy = self._noisy(longest)
        return noisy if self.words.right(term, noisy) else longest

    def _noisy(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._noisy(inner) for name, inner in value.items()}
        if isinstance(value, str) and len(value) > _LONG:
            return "".join(self.random.choices(string.ascii_letters, k=len(value)))
        return value

    def nobody(self) -> Say | None:
        """A message of a name that there is not."""
        hello, at = self.hello(), self.words.contract.name_at
        if hello is None or at is None or len(at) != 1 or not isinstance(hello.value, dict):
            return None
        return Say(value={**hello.value, at[0]: "dance"}, breaks="an event that there is")


def quietly(moves: Sequence[Move]) -> list[Move]:
    """The same, and after each message all comes to its end."""
    return [replace(move, then="quiet") if isinstance(move, Say) else move for move in moves]


def elsewhere(one: Say) -> Say:
    """The same with ids that the server never gave."""
    made = filled(one.value, lambda kind, what: {NEW: 990} if kind == GIVEN else {kind: what})
    return replace(one, value=made)


def renumbered(value: Any, by: int) -> Any:
    """A value with other ids of the client's own."""
    return filled(value, lambda kind, what: {NEW: what + by} if kind == NEW else {kind: what})
