"""What runs found, in one of Hypothesis' databases: there for the next run, and for whoever shares it.

As Hypothesis does, it has two rows: the cases that fail, and those about which there is doubt. A case is
its text: moves, as in a saved cassette. What can't be read there is somebody else's, and left alone.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from hypothesis.database import ExampleDatabase

from wsrecord.explore.moves import Case, Connect, Raw, Say, as_json, from_json
from wsrecord.explore.proper import proper
from wsrecord.report import escape

_FORMAT = 1
_LONGEST = 4 << 20  # bytes of one case
_MOST, _DOUBTFUL = 200, 20  # cases that one run tries
_PHASE = "regressions"
_T = TypeVar("_T")

Clean = Callable[[bytes], bytes]  # takes secrets out


@dataclass(slots=True)
class _Entry:
    """One case, and where its text stands: other programs' may be written otherwise."""

    case: Case
    code: str
    places: list[tuple[bytes, bytes]] = field(default_factory=list)  # rows, and values in them


class Finds:
    """The cases of one contract."""

    def __init__(
        self, database: ExampleDatabase | None, contract: str, warn: Callable[[str], None], name: str = ""
    ) -> None:
        self._database = database
        self._warn = warn
        self._name = name or "the database"
        self._sure = f"wsrecord-fuzz-{_FORMAT}:{contract}".encode()
        self._doubtful = self._sure + b".secondary"
        self._entries: dict[str, _Entry] = {}
        self._open: set[str] = set()  # what was read, and nobody knows yet whether it still fails
        self._told = False  # that something is left out for its secret

    def known(self, users: int = 1) -> list[Case]:
        """What is to be tried again: what fails, the small ones first; then some of what may."""
        found: list[Case] = []
        for row, most in ((self._sure, _MOST), (self._doubtful, _DOUBTFUL)):
            read = self._read(row)
            fresh = [text for text in sorted(read, key=lambda text: (len(text), text)) if read[text]]
            playable = [text for text in fresh if _users(self._entries[text].case) <= users]
            found += [self._entries[text].case for text in playable[:most]]
            self._open.update(playable[:most])
        return found

    def is_open(self, case: Case) -> bool:
        """Whether it was read from the database, and nobody knows yet whether it still fails."""
        return case.phase == _PHASE and _text(case) in self._open

    def code(self, case: Case) -> str:
        """What was found with it."""
        return self._entries[_text(case)].code

    def leave(self, case: Case) -> None:
        """Whether it still fails can't be told in this run."""
        self._open.discard(_text(case))

    def keep(self, case: Case, code: str, clean: Clean) -> None:
        """It fails."""
        self._put(case, code, self._sure, clean)

    def doubt(self, case: Case, code: str, clean: Clean) -> None:
        """It may fail."""
        self._put(case, code, self._doubtful, clean)

    def forget(self, case: Case) -> None:
        """It does not fail any more."""
        text = _text(case)
        self._open.discard(text)
        entry = self._entries.pop(text, None)
        if entry is not None:
            self._delete(entry.places)

    def _put(self, case: Case, code: str, row: bytes, clean: Clean) -> None:
        """Into one row, and out of the other."""
        if self._database is None:
            return
        text = _text(case)
        said = {**as_json(replace(case, phase=_PHASE)), "code": code}
        value = json.dumps(said, sort_keys=True).encode()
        old = self._entries.get(text) or _Entry(case, code)
        self._open.discard(text)
        if not _is_clean(case, value, clean):
            self.forget(case)
            if not self._told:
                self._warn(f"{self._name}: a case that seems to hold a secret is not put there")
            self._told = True
            return
        if len(value) > _LONGEST:
            return
        new = _Entry(case, code, [(row, value)])
        if old.places == new.places:
            return
        self._ask(lambda base: base.save(row, value), None)
        self._entries[text] = new
        self._delete([place for place in old.places if place not in new.places])

    def _delete(self, places: list[tuple[bytes, bytes]]) -> None:
        def delete(base: ExampleDatabase) -> None:
            for row, value in places:
                base.delete(row, value)

        self._ask(delete, None)

    def _read(self, row: bytes) -> dict[str, bool]:
        """The texts of a row, and whether each is new."""
        found: dict[str, bool] = {}
        values: list[bytes] = []
        for value in self._ask(lambda base: list(base.fetch(row)), values):
            read = _case_of(value)
            if read is None:
                continue
            case, code = read
            text = _text(case)
            found[text] = found.get(text, text not in self._entries)
            self._entries.setdefault(text, _Entry(case, code)).places.append((row, value))
        return found

    def _ask(self, what: Callable[[ExampleDatabase], _T], otherwise: _T) -> _T:
        """A database that fails is no reason to end a run: it is said once."""
        if self._database is None:
            return otherwise
        try:
            return what(self._database)
        except Exception as error:  # whose it is, nobody knows: Redis', the disk's, the project's own
            self._database = None
            text = escape.terminal(str(error) or type(error).__name__)
            self._warn(f"{self._name} fails, and is left aside from here on: {text}")
            return otherwise


def _case_of(value: Any) -> tuple[Case, str] | None:
    """The case that bytes are; None: they are no case."""
    if not isinstance(value, bytes) or len(value) > _LONGEST:
        return None
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(value)
        case = replace(from_json(said), phase=_PHASE)
        code = said.get("code")
        if proper(case) and isinstance(code, str):
            return case, code
    return None


def _text(case: Case) -> str:
    """What tells a case from others: its moves."""
    return json.dumps(as_json(case)["moves"], sort_keys=True)


def _users(case: Case) -> int:
    return max((move.user for move in case.moves if isinstance(move, Connect)), default=0) + 1


def _is_clean(case: Case, value: bytes, clean: Clean) -> bool:
    return all(clean(text) == text for text in _spoken(case, value))


def _spoken(case: Case, value: bytes) -> Iterator[bytes]:
    """All in which a secret may stand: as JSON, as it is read, and the bytes that stand there in base64."""
    yield value
    plain = json.dumps(as_json(case), ensure_ascii=False).encode(errors="surrogatepass")
    if plain != value:
        yield plain
    for move in case.moves:
        if isinstance(move, Say | Raw) and move.data:
            yield move.data
