"""A configuration's tables as settings. What is mistyped is an error that names the file and the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, NoReturn

from wsrecord.config.settings import Fuzz, Settings, Verify
from wsrecord.errors import UsageError, did_you_mean
from wsrecord.judge import codes
from wsrecord.judge.drift.options import MATCHES, Match, ignored
from wsrecord.judge.severity import SEVERITIES, Severity
from wsrecord.judge.verdict import FAIL_ON


@dataclass(frozen=True, slots=True)
class At:
    """Where a value stands: for errors."""

    file: str
    table: str  # "tool.wsrecord", "fuzz"; "" is the top of wsrecord.toml
    key: str = ""

    def inside(self, key: str) -> "At":
        """The place of a key of the value here."""
        return At(self.file, ".".join(filter(None, (self.table, self.key))), key)

    def fail(self, text: str) -> NoReturn:
        """Raise an error about the value here."""
        where = ".".join(filter(None, (self.table, self.key)))
        raise UsageError(f"{self.file}: {f'`{where}` ' if where else 'the whole of it '}{text}")

    def unknown(self, known: Mapping[str, Any]) -> NoReturn:
        """Raise an error about a key that nobody knows."""
        hint = did_you_mean(self.key.replace("-", "_").lower(), known) or f"; there is {', '.join(known)}"
        if not self.table and self.key == "tool":  # copied from a pyproject.toml
            hint = "; in this file the keys of [tool.wsrecord] stand at the top, without that line"
        table = f" in [{self.table}]" if self.table else ""
        raise UsageError(f"{self.file}: there is no key `{self.key}`{table}{hint}")


Reader = Callable[[Any, At], Any]


def parse(table: Mapping[str, Any], *, file: str, name: str = "") -> Settings:
    """The settings that this table holds; `name` is its own, as `tool.wsrecord`."""
    return Settings(file=file, **_read(table, _KEYS, At(file, name)))


def _read(table: Mapping[str, Any], readers: Mapping[str, Reader], at: At) -> dict[str, Any]:
    found = {}
    for key, value in table.items():
        here = at.inside(key)
        name = key.replace("-", "_")
        if name not in readers:
            here.unknown(readers)
        if name in found:
            here.fail("stands twice, once with - and once with _")
        found[name] = readers[name](value, here)
    return found


def _text(value: Any, at: At) -> str:
    if not isinstance(value, str) or not value.strip():
        at.fail(f"must be a string, not {value!r}")
    return value


def _texts(value: Any, at: At) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value, at),)
    if not isinstance(value, list):
        at.fail(f"must be a string or a list of strings, not {value!r}")
    return tuple(_text(item, at) for item in value)


def _percent(value: Any, at: At) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        at.fail(f"must be a number from 0 to 100, not {value!r}")
    return float(value)


def _seconds(value: Any, at: At) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        at.fail(f"must be a number of seconds above 0, not {value!r}")
    return float(value)


def _whole(most: float = inf) -> Reader:
    def read(value: Any, at: At) -> int:
        if type(value) is not int or not 1 <= value <= most:
            upto = "" if most == inf else f" to {most}"
            at.fail(f"must be a whole number from 1{upto or ' up'}, not {value!r}")
        assert isinstance(value, int)
        return value

    return read


def _flag(value: Any, at: At) -> bool:
    if not isinstance(value, bool):
        at.fail(f"must be true or false, not {value!r}")
    return value


def _choice(choices: tuple[str, ...]) -> Reader:
    def read(value: Any, at: At) -> str:
        if value not in choices:
            hint = did_you_mean(value, choices) if isinstance(value, str) else ""
            at.fail(f"must be one of {', '.join(choices)}, not {value!r}{hint}")
        assert isinstance(value, str)
        return value

    return read


def _table(value: Any, at: At) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        at.fail(f"must be a table, not {value!r}")
    return value


def _severities(value: Any, at: At) -> dict[str, Severity]:
    """Severities by the numbers of their codes, which may be given as slugs."""
    found: dict[str, Severity] = {}
    severity = _choice(SEVERITIES)
    for key, weight in _table(value, at).items():
        here = at.inside(key)
        code = codes.find(key)
        if code is None:
            here.fail(f"is no code{codes.suggest(key)}")
        if code.number in found:
            here.fail(f"stands twice: {code.number} and {code.slug} are the same code")
        found[code.number] = severity(weight, here)
    return found


def _places(value: Any, at: At) -> tuple[str, ...]:
    """Places in events that are not compared."""
    texts = _texts(value, at)
    for text in texts:
        try:
            ignored(text)
        except ValueError as error:
            at.fail(f"has {text!r}: {error}")
    return texts


def _matches(value: Any, at: At) -> dict[str, Match]:
    """How closely, by globs over the names of events."""
    match = _choice(MATCHES)
    return {name: match(how, at.inside(name)) for name, how in _table(value, at).items()}


_VERIFY: Mapping[str, Reader] = {
    **dict.fromkeys(("target", "against", "start", "ready", "reset", "auth", "setup", "pace"), _text),
    **dict.fromkeys(("target_ca", "save_failures"), _text),
    **dict.fromkeys(("header", "query", "secret"), _texts),
    **dict.fromkeys(("start_timeout", "timeout", "wait"), _seconds),
    **dict.fromkeys(("insecure", "fresh_ids"), _flag),
    "repeat": _whole(),
    "concurrency": _whole(1000),
    "fail_above": _percent,
    "match": _choice(MATCHES),
    "match_event": _matches,
    "ignore": _places,
}


def _verify(value: Any, at: At) -> Verify:
    return Verify(**_read(_table(value, at), _VERIFY, at))


def _fuzz(value: Any, at: At) -> Fuzz:
    texts = dict.fromkeys(("database", "profile", "profiles"), _text)
    return Fuzz(**_read(_table(value, at), {"targets": _texts, **texts}, at))


_KEYS: Mapping[str, Reader] = {
    "contract": _texts,
    "fail_on": _choice(FAIL_ON),
    "accepted": _text,
    "severity": _severities,
    "min_coverage": _percent,
    "min_score": _percent,
    "verify": _verify,
    "fuzz": _fuzz,
}
