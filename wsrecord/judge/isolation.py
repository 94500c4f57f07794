"""What one user's session shows of another's.

A value belongs to whose session had it first, at one of the contract's places; the value that names a user
belongs to that user. Such a value must not stand anywhere in another's events. What a client said itself, its
server may say back. One finding for each session and other user: the first place.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from wsrecord.contract.classify import Event
from wsrecord.contract.model import Contract, EventKey
from wsrecord.contract.pointer import Pointer, getter, written
from wsrecord.contract.wording import joined, short
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.heard import Heard, Spot
from wsrecord.judge.judge import Judge
from wsrecord.judge.told import Told

LEAST = 8  # characters of a value that is looked for in every place
_Places: TypeAlias = tuple[tuple[Pointer, Callable[[Any], Any]], ...]


@dataclass(slots=True)
class Leak:
    """The first event of a session that shows values of some other user, and how many do."""

    spot: Spot
    pointers: tuple[Pointer, ...]
    values: tuple[object, ...]
    user: str
    owner: str
    source: Told | None  # the session in which the owner had the first of them
    events: int = 1


class Isolating(Judge):
    """Values of one user that another saw; sessions that do not say whose they are."""

    def __init__(self, contract: Contract, sessions: tuple[Told, ...]) -> None:
        super().__init__(contract, sessions)
        users = {told.user for told in sessions if told.user is not None}
        # With one user nothing is another's, and nothing needs to be remembered.
        self.needed = contract.isolation is not None and len(users) > 1
        self._leaks: dict[tuple[int, str], Leak] = {}
        # By hash: 64 bits each, for values that may be as many as events. A value that names a user is his.
        self._owners: dict[int, str | Told] = {
            hash(told.named): told.user
            for told in sessions
            if told.named is not None and told.user is not None
        }
        self._known: dict[str, set[int]] = {}  # what a user's own client said
        self._places: dict[EventKey, _Places] = {}
        self._shared: dict[EventKey, frozenset[Pointer]] = {}

    def see(self, heard: Heard, event: Event) -> frozenset[Pointer] | None:
        """Where an event shows another user's values, if it does."""
        told = heard.spot.told
        user = told.user
        if user is None:
            return None
        places = self._places.get(event.key)
        if places is None:
            places = self._places[event.key] = tuple(self._of(event.key))
        values: list[tuple[Pointer, object, int]] = []
        said = event.unit.value
        for pointer, get in places:
            value = get(said)
            if (type(value) is str and value) or type(value) is int:
                values.append((pointer, value, _mark(value)))
        if event.key.sender == "client":
            self._known.setdefault(user, set()).update(mark for _, _, mark in values)
            return None
        owners = self._owners
        strange: list[tuple[Pointer, object, str | Told]] = []
        fresh: list[int] = []
        for pointer, value, mark in values:
            owner = owners.get(mark)
            if owner is None or owner == user:  # nobody's so far, or what names this very user
                fresh.append(mark)
            elif owner is not told and _user(owner) != user and mark not in self._known.get(user, ()):
                strange.append((pointer, value, owner))
        if not strange and len(owners) > 1:
            strange = list(self._elsewhere(said, told, user, event.key))
        if not strange:
            for mark in fresh:
                owners[mark] = told
            return None  # else: what else it shows may be the other user's too
        self._leak(heard.spot, user, strange)
        return frozenset(pointer for pointer, _, _ in strange)

    def end(self, told: Told) -> None:
        """Whether a session says whose it is."""
        isolation = self.contract.isolation
        if isolation is not None and told.user is None and told.session.accepted:
            self.found.append(
                Code.USER_UNKNOWN.at(
                    told.place(),
                    f"session {told.number} does not say whose it is",
                    expected=f"a value at {isolation.user}"
                    if isolation.user
                    else "credentials in its handshake",
                    got="nothing",
                    context=told.recent(),
                    contract=self.contract.name,
                )
            )

    def finish(self) -> None:
        """Tell the leaks."""
        self.found += [self._finding(leak) for leak in self._leaks.values()]

    def _elsewhere(
        self, said: Any, told: Told, user: str, key: EventKey
    ) -> Iterator[tuple[Pointer, object, str | Told]]:
        """Other users' values in places that nobody named: texts long enough to be no chance."""
        shared = self._shared.get(key)
        if shared is None:
            isolation = self.contract.isolation
            assert isolation is not None
            shared = self._shared[key] = frozenset(
                one.pointer for one in isolation.shared if one.selects(key)
            )
        owners, known = self._owners, self._known.get(user, ())
        stack: list[tuple[Pointer, Any]] = [((), said)]
        while stack:
            at, held = stack.pop()
            items = held.items() if type(held) is dict else enumerate(held) if type(held) is list else ()
            for step, value in items:
                kind = type(value)
                if kind is str:
                    if len(value) < LEAST or (owner := owners.get(hash(value))) is None or owner is told:
                        continue
                    pointer = (*at, str(step))
                    if _user(owner) != user and hash(value) not in known and pointer not in shared:
                        yield pointer, value, owner
                elif kind is dict or kind is list:
                    stack.append(((*at, str(step)), value))

    def _of(self, key: EventKey) -> Iterator[tuple[Pointer, Callable[[Any], Any]]]:
        isolation = self.contract.isolation
        assert isolation is not None
        shared = {one.pointer for one in isolation.shared if one.selects(key)}
        for one in isolation.values:
            if one.selects(key) and one.pointer not in shared:
                yield one.pointer, getter(one.pointer)

    def _leak(self, spot: Spot, user: str, strange: list[tuple[Pointer, object, str | Told]]) -> None:
        first = strange[0][2]
        owner = _user(first)
        assert owner is not None
        known = self._leaks.get((spot.told.number, owner))
        if known is not None:
            known.events += 1
            return
        pointers, values = tuple(one for one, _, _ in strange), tuple(one for _, one, _ in strange)
        source = first if isinstance(first, Told) else None
        self._leaks[spot.told.number, owner] = Leak(spot, pointers, values, user, owner, source)

    def _finding(self, leak: Leak) -> Finding:
        told, owner = leak.spot.told, leak.owner
        shown = joined([written(one) for one in leak.pointers], "and")
        rest = f", as do {leak.events - 1} more events" if leak.events > 1 else ""
        source = () if leak.source is None else (leak.source.first_with(str(leak.values[0])),)
        return Code.FOREIGN_ID.at(
            told.place(leak.spot, pointer=written(leak.pointers[0])),
            f"{leak.spot.shown} in a session of {short(leak.user)} carries {shown} of {short(owner)}{rest}",
            expected=f"values of {short(leak.user)} only",
            got=joined([short(value) for value in leak.values], "and"),
            context=(*source, *told.around(leak.spot)),
            contract=self.contract.name,
            extra={"owner": owner, "times": leak.events},
        )


def _mark(value: str | int) -> int:
    """A value by its hash. A number and its digits are one: who names a user may write it either way."""
    return hash(value if type(value) is str else str(value))


def _user(owner: str | Told) -> str | None:
    return owner.user if isinstance(owner, Told) else owner
