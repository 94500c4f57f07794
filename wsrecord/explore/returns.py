"""How a user comes back to a session: by an upgrade that says what the server gave in an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wsrecord.contract.pointer import written
from wsrecord.dialogue.steps import Connect, Dialogue, Place

Source = tuple[str, str]  # an event of the server's, and a place in it


@dataclass(frozen=True, slots=True)
class Return:
    """A recorded upgrade that leads back."""

    step: Connect
    given: Mapping[int, Source]  # by variable: where the session that it leads back to was given its value
    numbers: tuple[str, ...]  # query parameters that stand for no value of the recording's, but for a number


def return_of(dialogue: Dialogue) -> Return | None:
    """The first return of a recording."""
    for step in dialogue.steps:
        if isinstance(step, Connect) and (given := _given(dialogue, step)):
            return Return(step, given, tuple(_numbers(step)))
    return None


def _given(dialogue: Dialogue, step: Connect) -> dict[int, Source]:
    found: dict[int, Source] = {}
    for variable in dialogue.variables:
        used = any(use.occurrence in step.occurrences for use in variable.uses)
        if used and variable.origin == "server":
            source = next(filter(None, (_source(dialogue, place) for place in variable.sources)), None)
            if source is not None:
                found[variable.number] = source
    return found


def _source(dialogue: Dialogue, place: Place) -> Source | None:
    one = dialogue.occurrences[place.occurrence]
    if not one.is_unit or not all(isinstance(part, str | int) for part in place.path):
        return None
    return one.kind, written(tuple(map(str, place.path)))


def _numbers(step: Connect) -> list[str]:
    pairs = (pair.partition("=") for pair in urlsplit(step.request.path).query.split("&"))
    return [name for name, _, value in pairs if value.isdigit()]


def asked(path: str, query: Mapping[str, str | None]) -> str:
    """A path with some parameters said otherwise, or left out."""
    plain, _, said = path.partition("?")
    kept = [pair for pair in said.split("&") if pair and pair.partition("=")[0] not in query]
    kept += [f"{name}={value}" for name, value in query.items() if value is not None]
    return f"{plain}?{'&'.join(kept)}" if kept else plain
