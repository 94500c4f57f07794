"""Where a secret is said, so that people know whose it is: `POST /login, beside username=bob`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from .insides import Into, Path, get
from .significance import is_placeholder
from .steps import Dialogue, Occurrence, Variable

_MOST = 2  # of what stands beside it
_LONGEST = 40  # characters of each


def whereabouts(dialogue: Dialogue, variable: Variable) -> str:
    """The first place where the client says it."""
    place = variable.uses[0]
    one = dialogue.occurrences[place.occurrence]
    what = f"{one.kind} (session {one.session})" if one.is_unit else one.kind
    if not one.is_unit and one.exchange is None:
        what += f" of {str(one.value['path']).partition('?')[0]}"
    if place.path[:1] == ("headers",) and len(place.path) > 1:
        return f"{what}, header {place.path[1]}"
    beside = [f"{name}={value}" for name, value in _beside(one, place.path)][:_MOST]
    return f"{what}, beside {' and '.join(beside)}" if beside else what


def _beside(one: Occurrence, path: Path) -> Iterator[tuple[str, str]]:
    """Plain values that stand in the same object or query, and tell what this is about."""
    value = one.unit.value if one.unit is not None else one.value
    for name, other in _around(get(value, path[:-1]), path[-1] if path else ""):
        text = str(other)
        plain = isinstance(other, str | int) and not isinstance(other, bool) and text.isprintable()
        if (
            plain
            and 0 < len(text) <= _LONGEST
            and not is_placeholder(text)
            and "wsr-" not in text
            and text != one.kind
        ):
            yield name, text


def _around(held: Any, last: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(held, dict):
        yield from ((str(name), other) for name, other in held.items() if name != last)
    elif isinstance(held, str) and isinstance(last, Into) and last.form == "query":
        pairs = parse_qsl(held.partition("?")[2] or held)
        yield from ((name, other) for name, other in pairs if name != last.name)
