"""Which environment variables hold secrets."""

import re
from collections.abc import Mapping

from .names import Strength, judge_variable
from .ordinary import MIN_LEARNED, is_ordinary, reads_as_words

_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\].*", re.DOTALL)
_SEGMENT = re.compile(r"\.?[a-z0-9_.@+ -]+|[A-Z][a-z0-9_.@+ -]*")  # random letters mix their cases
_SUFFIX = re.compile(
    r".*\.(?:pem|key|crt|cer|pub|p8|p12|pfx|jks|json|ya?ml|toml|ini|conf|cfg|env|txt|sock|gpg|asc|token)",
    re.IGNORECASE | re.DOTALL,
)


def environment_values(environ: Mapping[str, str]) -> dict[str, str]:
    """The credential-like environment variables, by name: not the short ones, not the ordinary ones.

    `…PASSWORD` and other names that say it beyond doubt: all but a single word, a date, a mask or a
    hole in a template. `…_KEY`, `…_TOKEN` and the like: neither words nor paths.
    """
    return {
        name: value
        for name, value in environ.items()
        if len(value) >= MIN_LEARNED
        and _is_secret(judge_variable(name), value)
        and not _is_where(name, value)
    }


def _is_where(name: str, value: str) -> bool:
    """A shell's working directory: it stands in every traceback, and is no password."""
    return name in ("PWD", "OLDPWD") and value.startswith("/")


def with_environment(given: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Given values, and what else was `found`: who meets a value twice calls it as the user did.

    Two values of one name are two secrets: the second gets a dot, which no placeholder shows.
    """
    named: dict[str, str] = {}
    known: set[str] = set()
    for name, value in (*given.items(), *found.items()):
        if value not in known:
            known.add(value)
            free = name
            while free in named:
                free += "."
            named[free] = value
    return named


def _is_secret(strength: Strength, value: str) -> bool:
    raw = value.encode("utf-8", "surrogateescape")
    if strength is Strength.STRONG:
        several_words = reads_as_words(raw) and not value.isalpha()
        return not is_ordinary(raw) or raw.isdigit() or several_words
    return bool(strength) and not is_ordinary(raw) and not _is_path(value)


def _is_path(value: str) -> bool:
    """`/run/secrets/token-1`, `~/.ssh/id.pem`; base64 may begin with a slash too, but is no path."""
    if _PATH.fullmatch(value) is None:
        return False
    segments = [s for s in re.split(r"[/\\]", value) if s not in ("", "~", ".", "..")]
    if _SUFFIX.fullmatch(value):
        return True
    named = [s for s in segments if _SEGMENT.fullmatch(s)]
    return len(segments) >= 2 and len(named) == len(segments)
