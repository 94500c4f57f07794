"""Sessions that were recorded apart from an exchange that gave them something: a login's token, say."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from wsrecord.cassette.model import Request
from wsrecord.cassette.outline import outline
from wsrecord.cassette.recording import Recording
from wsrecord.dialogue.heads import request_value, response_value
from wsrecord.dialogue.insides import Scalar, scalars
from wsrecord.dialogue.significance import is_telling, is_time
from wsrecord.errors import WsrecordError


def apart(paths: Iterable[Path]) -> list[Path]:
    """The cassettes whose upgrades say what only an exchange in another one of them gave."""
    found: list[Recording] = []
    for path in paths:
        try:
            found.append(outline(path))
        except (OSError, WsrecordError):  # what can't be read says nothing here
            continue
    given = {one.path: _given(one) for one in found}
    return [one.path for one in found if _needs_others(one, given)]


def _needs_others(one: Recording, given: dict[Path, set[Scalar]]) -> bool:
    said = {value for session in one.sessions for value in _said(session.request)}
    others = set().union(*(values for path, values in given.items() if path != one.path))
    return bool(said & others - given[one.path])


def _given(one: Recording) -> set[Scalar]:
    """What exchanges gave that nobody had asked with."""
    given: set[Scalar] = set()
    for exchange in (each for connection in one.connections for each in connection.exchanges):
        if exchange.response is not None:
            given |= _telling(response_value(exchange.response)) - _said(exchange.request)
    return given


def _said(request: Request | None) -> set[Scalar]:
    return set() if request is None else _telling(request_value(request))


def _telling(value: Any) -> set[Scalar]:
    return {one for _, one in scalars(value) if is_telling(one) and not is_time(one)}


def advice(paths: Sequence[Path]) -> str:
    """What is to be said of them."""
    names = ", ".join(path.name for path in paths[:3]) + (f" and {len(paths) - 3} more" * (len(paths) > 3))
    return (
        f"{names}: an HTTP exchange in another cassette gave what the session begins with (a login's token, "
        "say). `verify` and `fuzz` can't log in from there; record without --per-session for them"
    )
