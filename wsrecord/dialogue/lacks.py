"""What a live server answered in place of a value that a later step needs: a login that was refused, say."""

from collections.abc import Mapping
from functools import lru_cache

from .steps import Ask, Dialogue, Variable


def lack(dialogue: Dialogue, variable: Variable, answers: Mapping[int, int | None]) -> str | None:
    """What the requests that give a value were answered with; None as long as it may come yet.

    `answers` holds the status by step, and None where none will come.
    """
    asks = _asks(dialogue)
    first = variable.uses[0].occurrence if variable.uses else 0
    told: list[str] = []
    for place in variable.sources:
        source = dialogue.occurrences[place.occurrence]
        if place.occurrence >= first:
            break
        ask = asks.get(source.exchange) if source.exchange is not None else None
        if ask is None or ask.number not in answers:
            return None
        told.append(_told(ask, answers[ask.number], variable.name))
    return told[0] if told else None


@lru_cache(maxsize=4)  # asked whenever something comes
def _asks(dialogue: Dialogue) -> dict[tuple[int, int], Ask]:
    return {(step.connection, step.exchange): step for step in dialogue.steps if isinstance(step, Ask)}


def _told(ask: Ask, status: int | None, name: str) -> str:
    what = f"{ask.request.method} {ask.request.path.partition('?')[0]}"
    if status is None:
        return f"{what} was not answered, and it gives {name}"
    recorded = ask.response.status if ask.response is not None else status
    instead = f" ({recorded} in the recording)" if recorded != status else ""
    return f"{what} was answered with {status}{instead}, without {name}"
