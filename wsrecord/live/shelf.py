"""The folder in which failures are kept, each as a cassette without secrets."""

import contextlib
import secrets
from collections.abc import Mapping
from pathlib import Path

from wsrecord.cassette.recording import load
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.cassette.store import part_of
from wsrecord.errors import CassetteError, WsrecordError
from wsrecord.explore.failure import Key
from wsrecord.explore.kept import Kept, kept_of, note_of
from wsrecord.live.exploration import Explored
from wsrecord.live.reel import Reel

_MOST = 10_000


class Shelf:
    """Takes what can be kept; what can't be is counted, with the first reason."""

    def __init__(self, folder: Path | None, values: Mapping[str, str], done: Explored) -> None:
        self.folder = folder
        self._values = values  # secrets, for the redactor
        self._done = done
        self._vault = Vault()

    def redactor(self, nonce: str = "") -> Redactor:
        """Takes out what is known of secrets by now."""
        return Redactor(nonce=nonce or secrets.token_hex(6), values=self._values, vault=self._vault)

    def put(self, reel: Reel, kept: Kept, key: Key, redactor: Redactor) -> Path | None:
        """Keep one; return where it is. None of the first three holds a secret any more."""
        if self.folder is None:
            return None
        path = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            there = _same(self.folder, kept, key)
            if there is not None:
                self._done.saved.append(there)
                return there
            path = _free(self.folder, key)
            reel.told.append(note_of(kept, reel.clock()))
            load(reel.save(path, reel.head.nonce, redactor))
        except (OSError, WsrecordError) as error:
            if path is not None:  # half a failure is none, and would be in the way of the next run
                for left in (path, part_of(path)):
                    with contextlib.suppress(OSError):
                        left.unlink(missing_ok=True)
            self._done.unkept += 1
            self._done.why_unkept = self._done.why_unkept or _why(error)
            return None
        self._done.saved.append(path)
        return path


def _why(error: OSError | WsrecordError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _stem(key: Key) -> str:
    words = "-".join(part for part in (key[0], key[1], key[4]) if part)
    return "".join(c if c.isalnum() else "-" for c in words.lower())[:60].strip("-")


def _same(folder: Path, kept: Kept, key: Key) -> Path | None:
    """The case as it was kept before: a regression that came back needs no second cassette."""
    for path in sorted(folder.glob(f"{_stem(key)}-*.wsr")):
        with contextlib.suppress(OSError, WsrecordError):
            before = kept_of(load(path))
            if before is not None and before.case.moves == kept.case.moves:
                return path
    return None


def _free(folder: Path, key: Key) -> Path:
    for number in range(1, _MOST):
        path = folder / f"{_stem(key)}-{number}.wsr"
        if not path.exists() and not part_of(path).exists():
            return path
    raise CassetteError("it is full of them: remove some")
