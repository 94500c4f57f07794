"""A first order from words: which event may follow which, as a person would write it down.

The inductive miner's way (Leemans, Fahland, van der Aalst 2013), kept modest: split the names into parts
that exclude each other, follow each other, or run side by side, and look at each part again. What goes
round in circles is `(a | b | c)*`, and not the exact circle that a few recordings happened to make.
Every word that it is given is in the order that it finds.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from ..flow.expression import Expression, InOrder, Interleaved, Name, OneOf, Repeated, may_be_empty

Word: TypeAlias = tuple[str, ...]
_REFUSAL = re.compile(r"error|fail|reject|refus|denied|nack", re.IGNORECASE)
_ALWAYS = 20  # words, before "never none" becomes a rule
_EACH = 3  # words that end in each of two ways, before these are alternatives
_SIDE_BY_SIDE = 5  # words, before two orders of the same things mean that any will do


def order_of(words: Iterable[Word]) -> Expression | None:
    """The order of some words; None if they say nothing."""
    whole = [word for word in words if word]
    if not whole:
        return None
    rank = {name: index for index, name in enumerate(dict.fromkeys(name for word in whole for name in word))}
    return _Miner(rank).mine(whole)


class _Miner:
    def __init__(self, rank: Mapping[str, int]) -> None:
        self._rank = rank

    def mine(self, words: Sequence[Word]) -> Expression:
        """The order of these words; at least one is not empty."""
        full = [word for word in words if word]
        if len(full) < len(words):
            return optional(self.mine(full))
        names = sorted({name for word in full for name in word}, key=self._rank.__getitem__)
        if len(names) == 1:
            return _one_name(names[0], full)
        follows = _follows(full)
        for cut in (self._either, self._in_order, self._side_by_side):
            found = cut(names, full, follows)
            if found is not None:
                return found
        return any_of(names)

    def _either(self, names: Sequence[str], words: Sequence[Word], follows: "_Follows") -> Expression | None:
        parts = self._components(names, lambda a, b: b in follows[a] or a in follows[b])
        if len(parts) < 2:
            return None
        where = {name: index for index, part in enumerate(parts) for name in part}
        logs: list[list[Word]] = [[] for _ in parts]
        for word in words:
            logs[where[word[0]]].append(word)
        return OneOf(tuple(self.mine(log) for log in logs))

    def _in_order(
        self, names: Sequence[str], words: Sequence[Word], follows: "_Follows"
    ) -> Expression | None:
        reach = {name: _reached(name, follows) for name in names}
        # What reaches each other, and what neither reaches, stands in one part.
        parts = self._components(names, lambda a, b: (b in reach[a]) == (a in reach[b]))
        if len(parts) < 2:
            return None
        parts.sort(key=lambda part: -len(set().union(*(reach[name] for name in part)).difference(part)))
        where = {name: index for index, part in enumerate(parts) for name in part}
        logs: list[list[Word]] = [[] for _ in parts]
        for word in words:
            split: list[list[str]] = [[] for _ in parts]
            at = 0
            for name in word:
                if where[name] < at:
                    return None
                at = where[name]
                split[at].append(name)
            for log, piece in zip(logs, split, strict=True):
                log.append(tuple(piece))
        ends = self._other_end(logs)
        if ends is not None:
            return in_order([*map(self.mine, logs[:-2]), *ends])
        return in_order([self.mine(log) for log in logs])

    def _other_end(self, logs: Sequence[Sequence[Word]]) -> list[Expression] | None:
        """A name that ends what the last part did not: `next* (done | stop next*)`, where news cross it."""
        *_, circle, last = logs
        stopped = [word for word, end in zip(circle, last, strict=True) if not end]
        if min(len(stopped), len(circle) - len(stopped)) < _EACH:
            return None
        for name in sorted({one for word in circle for one in word}, key=self._rank.__getitem__):
            counts = [word.count(name) for word in circle]
            if counts != [int(not end) for end in last]:
                continue
            before = [word[: word.index(name)] if name in word else word for word in circle]
            after = [word[word.index(name) + 1 :] for word in stopped]
            stop = in_order([Name(name), self.mine(after)]) if any(after) else Name(name)
            ending = self.mine([end for end in last if end])
            others = ending.parts if isinstance(ending, OneOf) else (ending,)
            return [*([self.mine(before)] if any(before) else []), OneOf((*others, stop))]
        return None

    def _side_by_side(
        self, names: Sequence[str], words: Sequence[Word], follows: "_Follows"
    ) -> Expression | None:
        parts = self._components(names, lambda a, b: not (b in follows[a] and a in follows[b]))
        if len(parts) < 2 or len(words) < _SIDE_BY_SIDE:
            return None
        logs = [[tuple(name for name in word if name in part) for word in words] for part in parts]
        if not all(all(log) for log in logs):
            return None
        made = [self.mine(log) for log in logs]
        if all(isinstance(part, Repeated) for part in made):
            return None  # (a* & b*) is (a | b)*
        return Interleaved(tuple(made))

    def _components(self, names: Sequence[str], linked: Callable[[str, str], bool]) -> list[list[str]]:
        left, parts = list(names), []
        while left:
            part = [left.pop(0)]
            for name in part:
                near = [other for other in left if linked(name, other)]
                part += near
                left = [other for other in left if other not in near]
            parts.append(sorted(part, key=self._rank.__getitem__))
        return parts


_Follows: TypeAlias = Mapping[str, set[str]]


def _follows(words: Iterable[Word]) -> _Follows:
    found: dict[str, set[str]] = {}
    for word in words:
        for name, after in zip(word, (*word[1:], None), strict=True):
            held = found.setdefault(name, set())
            if after is not None:
                held.add(after)
    return found


def _reached(name: str, follows: _Follows) -> set[str]:
    seen: set[str] = set()
    todo = [name]
    while todo:
        for after in follows[todo.pop()] - seen:
            seen.add(after)
            todo.append(after)
    return seen


def _one_name(name: str, words: Sequence[Word]) -> Expression:
    if all(len(word) == 1 for word in words):
        return Name(name)
    return Repeated(Name(name), int(len(words) >= _ALWAYS), None)


def optional(part: Expression) -> Expression:
    """A part that need not be there."""
    if may_be_empty(part):
        return part
    if isinstance(part, Repeated) and part.least == 1:
        return Repeated(part.part, 0, part.most)
    return Repeated(part, 0, 1)


def any_of(names: Sequence[str]) -> Expression:
    """Any number of these."""
    inner: Expression = Name(names[0]) if len(names) == 1 else OneOf(tuple(map(Name, names)))
    return Repeated(inner, 0, None)


def in_order(parts: Sequence[Expression]) -> Expression:
    """One after the other; a row within a row is one."""
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, InOrder) else (part,))
    return flat[0] if len(flat) == 1 else InOrder(tuple(flat))


def requests_of(words: Iterable[Word]) -> Expression | None:
    """The answers to each kind of request. What refuses one kind of them may refuse any."""
    answers: dict[str, list[Word]] = {}
    for word in words:
        answers.setdefault(word[0], []).append(word[1:])
    refusals = {name for rest in answers.values() for word in rest for name in word if _REFUSAL.search(name)}
    made: list[Expression] = []
    for opener, rest in answers.items():
        known = [*rest, *((name,) for name in sorted(refusals))] if any(rest) else []
        after = order_of(known)
        if after is not None:
            made.append(in_order([Name(opener), after if () not in rest else optional(after)]))
    return (made[0] if len(made) == 1 else OneOf(tuple(made))) if made else None
