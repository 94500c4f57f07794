"""Which values the server gave and the client used, which the client made up, and which are secret.

One pass over what was said, in recorded order: each token (`tokens.py`) belongs to the side that said it
first. What the server said first and the client says later is a link. What the client says first is its
own: made up if it looks drawn by lot, a secret if it is a placeholder. A second recording of the same
scenario tells what really varies.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .insides import Into, Path, Scalar, get
from .occurrences import Told
from .siblings import proven
from .significance import echoed_name, is_placeholder, is_random
from .steps import Occurrence, Origin, Place, Variable
from .tokens import Seen, Token, Tokens, text_of

_HOLDS_MORE = frozenset('/=;?& "{[<,\n')  # a URL, a form, JSON, a sentence: an id is in it, if there is one


@dataclass(frozen=True, slots=True)
class Found:
    """What ties one side's words to the other's."""

    variables: tuple[Variable, ...]  # links, made-up ids and secrets: what a replay says in its own words
    chance: tuple[Variable, ...] = ()  # equal values that say too little
    constant: tuple[Variable, ...] = ()  # equal in a second recording, too: nothing to carry over

    def of(self, origin: Origin) -> tuple[Variable, ...]:
        """The variables of one origin."""
        return tuple(one for one in self.variables if one.origin == origin)


@dataclass(slots=True)
class _Entry:
    """A token, and where it was said."""

    token: Token
    value: Scalar
    origin: Origin
    sources: list[tuple[int, Path]]
    uses: list[tuple[int, Path]]
    echoes: list[tuple[int, Path]]

    @property
    def chance(self) -> bool:
        """Whether its key's name is all that speaks for it."""
        return self.token.scope.startswith("chance")


def find(told: Told) -> Found:
    """The variables of a recording."""
    entries = _collect(told)
    made = [entry for entry in entries.values() if _counts(entry)]
    sure = [entry for entry in made if not entry.chance]
    used = {place for entry in sure for place in entry.uses}
    chance = [entry for entry in made if entry.chance and not used & set(entry.uses)]
    names = _names(sure, told)
    known = [_variable(number, entry, names[number]) for number, entry in enumerate(sure)]
    likely = [_variable(number, entry, _name(entry)) for number, entry in enumerate(chance)]
    whys = proven(known, likely, told.occurrences)
    known += [
        replace(likely[place], number=number, why=why)
        for number, (place, why) in enumerate(whys.items(), len(known))
    ]
    return Found(tuple(known), tuple(one for place, one in enumerate(likely) if place not in whys))


def settle(found: Found, told: Told, other: Told) -> Found:
    """With what a second recording of the scenario shows: equal in both is constant, different is a link."""
    there = dict(_client_places(other))
    here = {one.number: key for key, one in _client_places(told)}
    given = {token for token, entry in _collect(other).items() if entry.origin == "server"}
    sure: list[Variable] = []
    constant: list[Variable] = []
    chance: list[Variable] = []
    for one in (*found.variables, *found.chance):
        alike = [(there.get(here[place.occurrence]), place.path) for place in one.uses]
        said = [get(step.value, path) for step, path in alike if step is not None]
        values = {text_of(value) for value in said if isinstance(value, str | int | float)}
        likely = one.why == "chance"
        if is_placeholder(one.value) or not values:
            (chance if likely else sure).append(one)
        elif values == {text_of(one.value)}:
            constant.append(one)
            if one.origin == "client":  # what the server says again still tells what answers what
                sure.append(replace(one, why="constant"))
        elif not likely:
            sure.append(one)
        elif all(Token(one.scope, value) in given for value in values):
            sure.append(replace(one, why="two recordings"))
        else:
            chance.append(one)
    return Found(tuple(replace(one, number=i) for i, one in enumerate(sure)), tuple(chance), tuple(constant))


def _client_places(told: Told) -> Iterator[tuple[tuple[object, ...], Occurrence]]:
    """What the client said, each known by its kind and how many of that kind came before."""
    sessions: dict[int, int] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for one in told.occurrences:
        if one.sender == "client":
            row = sessions.setdefault(one.session, len(sessions)) if one.session is not None else None
            kind = one.kind if one.exchange is None else one.kind.split(" ", 1)[0]
            counts[row, kind] += 1
            yield (row, kind, counts[row, kind]), one


def _collect(told: Told) -> dict[Token, _Entry]:
    """All tokens that the client says, and where either side does."""
    entries: dict[Token, _Entry] = {}
    tokens = Tokens(told.readings)
    clients = (one for one in told.occurrences if one.sender == "client")
    wanted = {token.text for one in clients for seen in tokens.of(one) for token in seen.tokens}
    for one in told.occurrences:
        if one.sender == "server":
            for seen in tokens.of(one, wanted):
                _heard(entries, one, seen)
        else:
            _said(entries, one, tokens.of(one))
    return entries


def _heard(entries: dict[Token, _Entry], one: Occurrence, seen: Seen) -> None:
    place = one.number, seen.path
    for token in seen.tokens:
        entry = entries.get(token)
        if entry is None:
            entries[token] = _Entry(token, seen.value, "server", [place], [], [])
        else:
            (entry.sources if entry.origin == "server" else entry.echoes).append(place)


def _said(entries: dict[Token, _Entry], one: Occurrence, said: Iterable[Seen]) -> None:
    covered: Path | None = None
    for seen in said:
        if covered is not None and seen.path[: len(covered)] == covered:
            continue  # a part of what is known as a whole
        place = one.number, seen.path
        for token in seen.tokens:
            entry = entries.get(token)
            if entry is None:
                origin: Origin = "secret" if is_placeholder(seen.value) else "client"
                entries[token] = _Entry(token, seen.value, origin, [place], [place], [])
                continue
            entry.uses.append(place)
            if entry.origin == "server" and not token.scope.startswith(("chance", "echo")):
                covered = seen.path
                break
            if not token.scope and _counts(entry):
                covered = seen.path


def _counts(entry: _Entry) -> bool:
    """Whether there is anything to do about it in a replay."""
    scope = entry.token.scope
    if entry.origin == "server":
        return bool(entry.uses) and not scope.startswith("echo")
    if entry.origin == "secret":
        return True
    if scope:  # short, and the client's own: worth a look only where the server says it again
        return bool(entry.echoes) and scope.startswith(("echo", "key", "rpc", "name"))
    whole = isinstance(entry.value, str) and not set(entry.value) & _HOLDS_MORE
    return whole and is_random(entry.value)


def renewable(variable: Variable, occurrences: Sequence[Occurrence]) -> bool:
    """Whether a client makes it up anew each time: what came in a URL or a header was given to it."""
    if variable.why == "constant":
        return False
    counted = variable.why == "echo" and sum(map(str.isdigit, str(variable.value))) >= 4
    # what nobody says again may as well be a setting: only its name can tell
    meant = bool(variable.echoes) or echoed_name(variable.name) == "id"
    drawn = not variable.scope and is_random(variable.value) and meant
    if variable.origin != "client" or not (counted or drawn):
        return False
    first = occurrences[variable.sources[0].occurrence]
    return first.is_unit or variable.sources[0].path[:1] == ("body",)


def _variable(number: int, entry: _Entry, name: str) -> Variable:
    scope = entry.token.scope
    why = scope.partition(" ")[0] or "value"
    return Variable(
        number=number,
        value=entry.value,
        origin=entry.origin,
        name=name,
        sources=tuple(Place(*place) for place in entry.sources),
        uses=tuple(Place(*place) for place in entry.uses),
        echoes=tuple(Place(*place) for place in entry.echoes),
        why=why,
        scope=scope,
    )


def _names(entries: list[_Entry], told: Told) -> list[str]:
    """What people call each; two secrets of one name are told apart by their numbers."""
    known = {secret.placeholder: secret.name for secret in told.recording.secrets}
    names: list[str] = []
    for entry in entries:
        bare = str(entry.value).removesuffix(".b64")
        secret = entry.origin == "secret"
        names.append(known.get(bare) or _slug(bare) if secret else _name(entry))
    often = Counter(name for name, entry in zip(names, entries, strict=True) if entry.origin == "secret")
    return [
        f"{name}_{bare_number(entry.value)}" if entry.origin == "secret" and often[name] > 1 else name
        for name, entry in zip(names, entries, strict=True)
    ]


def bare_number(value: Scalar) -> str:
    """The number at a placeholder's end."""
    return str(value).removesuffix(".b64").rpartition("-")[2]


def _slug(placeholder: str) -> str:
    return placeholder.split("-", 2)[2].rpartition("-")[0]


def _name(entry: _Entry) -> str:
    """The key under which it was said; where it was found in a text, the one under which it was used."""
    path = entry.sources[0][1]
    if path and isinstance(path[-1], Into) and path[-1].form in ("text", "segment") and entry.uses:
        path = entry.uses[0][1]
    for step in reversed(path):
        if isinstance(step, Into):
            if step.form in ("query", "cookie"):
                return str(step.name)
            if step.form == "word":
                return "credential"
        elif isinstance(step, str):
            return step
    return "value"
