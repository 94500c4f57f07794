"""What a contract says to a codec: `codec: {NAME: {option: value, …}}`."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from wsrecord.errors import ContractError


class Options:
    """The options of one codec. Each is taken once; what nobody took is unknown."""

    def __init__(
        self,
        codec: str,
        given: Mapping[str, Any] | None = None,
        subprotocol: str | None = None,
        depth: int = 0,
    ) -> None:
        self.codec = codec
        self.subprotocol = subprotocol  # what the server chose in the session's handshake
        self.depth = depth  # of codecs within codecs
        self._given = dict(given or {})
        self._known: list[str] = []

    def take(self, name: str, default: Any = None) -> Any:
        """An option as it stands."""
        self._known.append(name)
        return self._given.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """An option that is true or false."""
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false", value)
        return value

    def text(self, name: str, default: str = "") -> str:
        """An option that is a text of at least one character; only the default may be empty."""
        value = self.take(name, default)
        if not isinstance(value, str) or (not value and name in self._given):
            raise self.wrong(name, "a text", value)
        return value

    def number(self, name: str, default: int) -> int:
        """An option that is a whole number from 0."""
        value = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.wrong(name, "a whole number from 0", value)
        return value

    def choice(self, name: str, allowed: Sequence[Any], default: Any) -> Any:
        """An option that is one of few values."""
        value = self.take(name, default)
        if not any(type(value) is type(one) and value == one for one in allowed):
            raise self.wrong(name, f"one of {', '.join(map(str, allowed))}", value)
        return value

    def wrong(self, name: str, expected: str, value: Any) -> ContractError:
        """An option has a value that it can't have."""
        return ContractError(f"codec {self.codec}: {name} must be {expected}, not {str(value)[:60]!r}")

    def refuse_rest(self) -> None:
        """Nothing may be left that nobody took."""
        for name in self._given:
            if name not in self._known:
                what = f"there is no option {str(name)[:60]!r}"
                raise ContractError(f"codec {self.codec}: {what}{suggestion(name, self._known)}")


def suggestion(name: Any, known: Sequence[str]) -> str:
    """What may have been meant, and what there is."""
    near = get_close_matches(str(name), known, n=1)
    meant = f'; did you mean "{near[0]}"?' if near else ""
    return f"{meant} ({'there are ' + ', '.join(known) if known else 'it has none'})"
