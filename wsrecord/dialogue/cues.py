"""Which of the client's words each of the server's follows on.

As a rule on all that the client had said in that session. But where a run goes on while the client has begun
another one like it, that other one is no cause: a client that waits for the first to end must not wait in
vain. Those, and what other sessions said shortly before, are kept in order as long as they come in time.
"""

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .steps import Occurrence
from .ties import Tie
from .tokens import Token

_SHORTLY = 2_000_000_000  # nanoseconds in which something may follow on another session's words
_CROSSING = 100_000_000  # nanoseconds that first words may be under way
_MOST = 64  # of the client's words that are looked back at
_AFTER_ALL = 1 << 62
_ONCE_MORE = 2 / 3  # of a heartbeat's answers are of one kind


@dataclass(frozen=True, slots=True)
class Cue:
    """What something that the server says follows on, by the numbers of occurrences."""

    before: int  # on all that the client said in that session before this one, heartbeats apart,
    aside: frozenset[int] = frozenset()  # but for these, which are waited for
    soft: frozenset[int] = frozenset()  # as these of other sessions are, as long as clients are not quiet


class Cues:
    """The cues of one session."""

    def __init__(
        self,
        session: int,
        occurrences: Sequence[Occurrence],  # of all sessions, by who really spoke
        ties: Mapping[int, tuple[Tie, ...]],
        beats: Collection[int],  # the client's heartbeats: they are answered, and cause nothing else
    ) -> None:
        own = [one for one in occurrences if one.session == session and one.is_unit]
        self._numbers = [one.number for one in own]
        self._mine = [one for one in own if one.sender == "client" and one.number not in beats]
        self._mine_numbers = [one.number for one in self._mine]
        self._server = [one for one in own if one.sender == "server"]
        self._server_numbers = [one.number for one in self._server]
        others = [one for one in occurrences if one.sender == "client" and one.session != session]
        self._others = [one for one in others if one.number not in beats]
        self._other_numbers = [one.number for one in self._others]
        self._tokens = {
            one.number: frozenset(tie.token for tie in ties.get(one.number, ()) if tie.tells) for one in own
        }
        self._often = Counter(token for tokens in self._tokens.values() for token in tokens)
        self._first: dict[Token, int] = {}  # where the server said it first
        for one in self._server:
            for token in self._tokens[one.number]:
                self._first.setdefault(token, one.number)

    def of(self, said: Occurrence) -> Cue:
        """What the server's words follow on."""
        thread = self._thread(said)
        if thread is not None:
            return Cue(said.number, self._aside(thread, said))
        return Cue(said.number, soft=self._elsewhere(said))

    def greeting(self, said: Occurrence, linked: bool) -> Cue | None:
        """The cue of first words that may have crossed with the client's: they say ids, and none of its.

        They come once; something else, that does say one of its ids, must be the answer.
        """
        before = self._mine[: bisect_left(self._mine_numbers, said.number)]
        new = any(self._first.get(token) == said.number for token in self._tokens[said.number])
        once = sum(one.kind == said.kind for one in self._server) == 1
        if (
            linked
            or not new
            or not once
            or not before
            or any(self._heard_before(one, said) for one in before)
        ):
            return None
        return Cue(said.number, frozenset(one.number for one in before))

    def _heard_before(self, one: Occurrence, said: Occurrence) -> bool:
        """Whether a word of the client's may have answered anything, or came long before."""
        first = self._server_numbers[0]
        return one.number > first or said.t - one.t > _CROSSING

    def at(self, message: int) -> Cue:
        """What anything follows on that comes as a session's message of this number."""
        later = (one.number for one in self._mine if one.unit is not None and one.unit.numbers[0] > message)
        return Cue(next(later, _AFTER_ALL))

    def _thread(self, said: Occurrence) -> Token | None:
        """What the server goes on with: the rarest of what it had said before."""
        going_on = [
            token for token in self._tokens[said.number] if self._first.get(token, said.number) < said.number
        ]
        return min(going_on, key=lambda token: (self._often[token], token), default=None)

    def _aside(self, thread: Token, said: Occurrence) -> frozenset[int]:
        """What the client said meanwhile to begin another one."""
        first = bisect_left(self._mine_numbers, self._first[thread])
        if not first:
            return frozenset()
        kind = self._mine[first - 1].kind
        until = bisect_left(self._mine_numbers, said.number)
        return frozenset(
            one.number
            for one in self._mine[max(first, until - _MOST) : until]
            if one.kind == kind
            and thread not in self._tokens[one.number]
            and self._another_goes_on(thread, one)
        )

    def _another_goes_on(self, thread: Token, since: Occurrence) -> bool:
        at = bisect_left(self._server_numbers, since.number)
        return any(thread not in self._tokens[one.number] for one in self._server[at : at + _MOST])

    def _elsewhere(self, said: Occurrence) -> frozenset[int]:
        """What came from other sessions and requests since this session's last words, and shortly before."""
        at = bisect_left(self._numbers, said.number)
        last = self._numbers[at - 1] if at else -1
        since = bisect_left(self._other_numbers, last)
        until = bisect_left(self._other_numbers, said.number)
        return frozenset(
            one.number
            for one in self._others[max(since, until - _MOST) : until]
            if said.t - one.t <= _SHORTLY
        )


def replies(session: int, occurrences: Sequence[Occurrence], beats: Collection[int]) -> dict[int, Occurrence]:
    """What answers a heartbeat: by the heartbeat's number, what the server said next."""
    own = [one for one in occurrences if one.session == session and one.is_unit]
    nexts: dict[int, Occurrence] = {}
    for one, after in itertools.pairwise(own):
        if one.number in beats and after.sender == "server":
            nexts[one.number] = after
    kinds = {one.number: one.kind for one in own}
    often = Counter((kinds[number], after.kind) for number, after in nexts.items())
    every = Counter(kinds[number] for number in beats if number in kinds)
    return {
        number: after
        for number, after in nexts.items()
        if often[kinds[number], after.kind] >= _ONCE_MORE * every[kinds[number]]
    }
