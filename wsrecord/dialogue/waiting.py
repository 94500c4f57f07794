"""The recorded events that no live one has stood for yet, by what they are tied to: a look costs little."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from .insides import Path, get
from .steps import Occurrence
from .table import Table
from .ties import Tie
from .tokens import Token

_Kind: TypeAlias = tuple[int, str]  # session, kind
_Row: TypeAlias = dict[int, Occurrence]


class Waiting:
    """What the server said in a recording and has not said again."""

    def __init__(self, ties: Mapping[int, tuple[Tie, ...]]) -> None:
        self._ties = ties
        self._all: dict[_Kind, _Row] = {}
        self._tied: dict[tuple[_Kind, Path, Token], _Row] = {}
        self._places: dict[_Kind, dict[tuple[Path, str], None]] = {}  # where events of a kind have ties

    def add(self, one: Occurrence) -> None:
        """Wait for it."""
        assert one.session is not None
        kind = one.session, one.kind
        self._all.setdefault(kind, {})[one.number] = one
        places = self._places.setdefault(kind, {})
        for tie in self._ties.get(one.number, ()):
            if tie.tells:
                places[tie.path, tie.token.scope] = None
                self._tied.setdefault((kind, tie.path, tie.token), {})[one.number] = one

    def remove(self, one: Occurrence) -> None:
        """It has come."""
        assert one.session is not None
        kind = one.session, one.kind
        del self._all[kind][one.number]
        for tie in self._ties.get(one.number, ()):
            if tie.tells:
                self._tied[kind, tie.path, tie.token].pop(one.number, None)

    def like(self, session: int, name: str, value: Any, table: Table) -> Iterator[Occurrence]:
        """Those that an event may stand for, in recorded order: tied as it is, as far as that is known."""
        kind = session, name
        rows = [self._all.get(kind, {})]
        for path, scope in self._places.get(kind, ()):
            live = get(value, path)
            if isinstance(live, str | int | float) and not isinstance(live, bool):
                known = (self._tied.get((kind, path, token)) for token in table.recorded(scope, live))
                rows += filter(None, known)
        yield from min(rows, key=len).values()
