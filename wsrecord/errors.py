"""The exceptions of wsrecord: each says whose trouble it is, and each has an exit code.

    WsrecordError
     ├── UsageError        the command line or the configuration      exit 2
     ├── CassetteError     a cassette that can't be read or written   exit 3
     ├── ContractError     a contract that can't be used              exit 3
     ├── TargetError       a target that can't be reached             exit 4
     └── IncompleteError   a recording that misses something          exit 5

A violated contract is never an exception: it is a finding. What is none of these is a bug of ours.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class Exit(IntEnum):
    """The one table of exit codes."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    BAD_FILE = 3
    TARGET = 4
    INCOMPLETE = 5
    BUG = 70
    INTERRUPTED = 130


class WsrecordError(Exception):
    """What wsrecord raises on purpose: the text names the place, what was expected and the way out."""

    exit_code = Exit.BUG


class UsageError(WsrecordError):
    """The command line or the configuration asks for what can't be done."""

    exit_code = Exit.USAGE


class CassetteError(WsrecordError):
    """A cassette that can't be read or written."""

    exit_code = Exit.BAD_FILE


class ContractError(WsrecordError):
    """A contract that can't be used."""

    exit_code = Exit.BAD_FILE


class TargetError(WsrecordError):
    """The target can't be reached, or is not ready."""

    exit_code = Exit.TARGET


class IncompleteError(WsrecordError):
    """The recording misses something that crossed the wire."""

    exit_code = Exit.INCOMPLETE


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`: did you mean …?`, to end a sentence with, where a known word is close; else nothing."""
    plain = {known.lower(): known for known in words}
    close = get_close_matches(word.lower(), plain, n=1)
    return f": did you mean {plain[close[0]]}?" if close else ""
