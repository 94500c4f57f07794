"""What a replay says in place of secrets: given on the command line, or by a command, once for each user.

Values come as variables. A recorded placeholder `wsr-NONCE-token-2` takes, of those that there are, the
variable `token-2` (this very secret), or `token`; a token that `--auth` prints by itself takes the
place of all that nothing else names. `{token}` in a given header or query value is a variable too.
"""

import asyncio
import base64
import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from wsrecord.cassette.model import Headers
from wsrecord.cassette.redaction.names import judge_parameter
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED, is_ordinary
from wsrecord.errors import UsageError
from wsrecord.live.command_output import output_of

Wanted: TypeAlias = tuple[str, str]  # a secret's name, and the placeholder that stands for it

LEFT_OUT = "…"  # what pages of ours show where a secret may stand
_EARLY = 10.0  # seconds before its expiry a token is taken for expired
_PLACES = 3  # of each missing secret that are told
_PLAIN = "*"  # the variable that a bare token is
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HOLE = re.compile(r"\{([A-Za-z_][\w.-]*)\}")
# say what a client is and takes, and nothing that is anybody's own
_HARMLESS = frozenset(
    ("accept", "accept-encoding", "accept-language", "cache-control", "content-type", "host", "origin",
     "pragma", "referer", "user-agent")
)  # fmt: skip
_TAIL = re.compile(r"wsr-[0-9a-f]{12}-([a-z0-9_]*-\d+)")


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says."""

    headers: Headers = field(default=(), repr=False)
    query: Headers = field(default=(), repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: str | None = None
    setup: str | None = None
    patience: float = 60.0  # seconds for a command

    def values(self) -> dict[str, str]:
        """All values that stand on the command line, for a redactor; those of harmless headers aside."""
        found = dict(self.secrets)
        for name, value in self.headers:
            if name.lower() not in _HARMLESS:
                found[name] = value
                found[f"{name}."] = value.partition(" ")[2]  # behind `Bearer`
        found.update(self.query)
        return {name: value for name, value in found.items() if not _HOLE.search(value)}

    def filled(self, fill: Callable[[str], str]) -> "Given":
        """With the server's port in its commands."""
        auth = None if self.auth is None else fill(self.auth)
        return replace(self, auth=auth, setup=None if self.setup is None else fill(self.setup))


def values_in(url: str | None) -> dict[str, str]:
    """What looks like a secret in an address: in its query, or as a password before its host."""
    if url is None:
        return {}
    parts = urlsplit(url)
    found = {
        name: value
        for name, value in parse_qsl(parts.query)
        if judge_parameter(name) or not is_ordinary(value.encode())
    }
    return {**found, "password": unquote(parts.password)} if parts.password else found


def parse_header(text: str) -> tuple[str, str]:
    """Read `Name: value`."""
    name, colon, value = text.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name):
        raise UsageError(f"--header {name!r}: write it like 'Authorization: Bearer {{token}}'")
    if re.search(r"[\r\n\0]", value):
        raise UsageError(f"--header {name}: a value can't hold a line break")
    _is_there(f"--header {name}", value.strip())
    if any(ord(char) > 255 for char in value):
        raise UsageError(f"--header {name}: HTTP has no bytes for some of its characters")
    return name, value.strip()


def parse_query(text: str) -> tuple[str, str]:
    """Read `name=value`."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--query {name!r}: write it like 'token={{token}}'")
    _is_there(f"--query {name}", value)
    return name, value


def _is_there(option: str, value: str) -> None:
    if value == LEFT_OUT:
        raise UsageError(
            f"{option}: {LEFT_OUT} stands for what was left out as a secret: put it in its place"
        )


def parse_secret(text: str, environ: Mapping[str, str]) -> tuple[str, str, str | None]:
    """Read `NAME=env:VAR` or `NAME=file:PATH`; a literal comes with a warning, for `ps` shows it to all."""
    name, equals, source = text.partition("=")
    if not equals or not name or not source:
        raise UsageError("--secret: write it like token=env:TOKEN or token=file:token.txt")
    _is_there(f"--secret {name}", source)
    kind, colon, where = source.partition(":")
    if kind == "env" and colon:
        if where not in environ:
            raise UsageError(f"--secret {name}=env:{where}: there is no environment variable {where}")
        return name, environ[where], None
    if kind == "file" and colon:
        try:
            value = Path(where).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise UsageError(f"--secret {name}=file:{where}: {why}") from None
        return name, value, None
    warning = (
        f"--secret {name}: its value stands on the command line, where every user of this machine can "
        f"read it; {name}=env:VAR or {name}=file:PATH hide it"
    )
    return name, source, warning


class Wallet:
    """The variables of each user: asked for once, and again when they have expired."""

    def __init__(
        self, given: Given, clock: Callable[[], float], variables: Mapping[str, str] | None = None
    ) -> None:
        self._given = given
        self._variables = variables or {}  # what the commands find in their environment
        self._clock = clock  # seconds of the day, as tokens count them
        self._shared: dict[str, str] | None = None  # of --setup
        self._of: dict[str, tuple[dict[str, str], float | None]] = {}
        self._printed: dict[str, tuple[str, ...]] = {}  # by option, the names that its command printed last
        self._lock = asyncio.Lock()
        self._seen: dict[str, str] = {}  # by value, the name that it was given under
        self._see(given.values())

    async def of(self, user: str) -> "Purse":
        """What this user has; runs the commands if that is due."""
        async with self._lock:
            given = self._given
            if self._shared is None:
                self._shared = {} if given.setup is None else (await self._ask("--setup", given.setup, ""))[0]
            variables = {**self._shared}
            if given.auth is not None:
                held = self._of.get(user)
                if held is None or (held[1] is not None and self._clock() >= held[1] - _EARLY):
                    held = self._of[user] = await self._ask("--auth", given.auth, user)
                variables.update(held[0])
            variables.update(given.secrets)
        return Purse(variables, given.headers, given.query, dict(self._printed))

    def refused(self, user: str, variables: Mapping[str, str]) -> bool:
        """The server answered 401 to these: forget them; return whether others are to be had."""
        held = self._of.get(user)
        if self._given.auth is None:
            return False
        if held is not None and all(variables.get(name) == value for name, value in held[0].items()):
            del self._of[user]  # unless another run has asked for others already
        return True

    @property
    def secrets(self) -> dict[str, str]:
        """All values that there are so far, for a redactor: by the names that a replay will ask for."""
        found: dict[str, str] = {}
        for value, name in self._seen.items():
            if len(value) >= MIN_LEARNED:
                while name in found:  # another user's: the name of a variable ends before this
                    name += "."  # noqa: PLW2901
                found[name] = value
        return found

    def _see(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            self._seen.setdefault(value, "token" if name == _PLAIN else name)

    async def _ask(self, option: str, command: str, user: str) -> tuple[dict[str, str], float | None]:
        filled = command.replace("{user}", shlex.quote(user))
        variables = {**self._variables, "WSRECORD_USER": user}
        text = await output_of(option, filled, variables, self._given.patience)
        found, expires = _read(option, text, self._clock())
        self._see(found)
        self._printed[option] = tuple(name for name in found if name != _PLAIN)
        return found, expires


@dataclass(frozen=True, slots=True)
class Purse:
    """One user's variables, and what the command line adds to all requests."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    given_headers: Headers = field(default=(), repr=False)
    given_query: Headers = field(default=(), repr=False)
    printed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by option: a command's names

    def value(self, name: str, placeholder: str = "") -> str | None:
        """What stands for a secret; None if nothing does."""
        tail = _TAIL.match(placeholder)
        for candidate in (placeholder, tail[1] if tail else "", name, name.lower(), _slug(name)):
            if candidate and candidate in self.variables:
                return self.variables[candidate]
        return self.variables.get(_PLAIN)

    def headers(self) -> Headers:
        """The given headers, filled in."""
        return tuple((name, self._filled(f"--header {name}", value)) for name, value in self.given_headers)

    def query(self) -> Headers:
        """The given query parameters, filled in."""
        return tuple((name, self._filled(f"--query {name}", value)) for name, value in self.given_query)

    def check(self) -> None:
        """Raise a UsageError if a given header or parameter has a hole that nothing fills."""
        self.headers()
        self.query()

    def values(self, wanted: Iterable[Wanted]) -> dict[str, str]:
        """By placeholder, what stands for those of the wanted that there are."""
        found = {placeholder: self.value(name, placeholder) for name, placeholder in wanted}
        return {placeholder: value for placeholder, value in found.items() if value is not None}

    def missing(self, wanted: Iterable[Wanted]) -> list[str]:
        """The names of those that nothing stands for, each once; a given header or parameter does."""
        given = {name.lower() for name, _ in (*self.given_headers, *self.given_query)}
        names = (name for name, placeholder in wanted if self.value(name, placeholder) is None)
        return list(dict.fromkeys(name for name in names if name.lower() not in given))

    def _filled(self, option: str, text: str) -> str:
        def fill(hole: re.Match[str]) -> str:
            value = self.variables.get(hole[1])
            if value is None and hole[1] == "token":
                value = self.variables.get(_PLAIN)
            if value is None:
                raise UsageError(
                    f"{option}: there is no variable {hole[1]}; give it with --secret {hole[1]}=env:VAR, "
                    "or have --auth or --setup print it"
                )
            return value

        return _HOLE.sub(fill, text)


def ask_for(
    missing: Mapping[str, Iterable[str]], printed: Mapping[str, Sequence[str]] | None = None
) -> UsageError:
    """One error that names all that is missing, where it is said, and how to give it."""
    several = len(missing) > 1
    named = {option: names for option, names in (printed or {}).items() if names}
    what = "these secrets" if several else "a secret"
    lines = [
        f"the recording needs {what}, which {'were' if several else 'was'} taken out when it was recorded:"
    ]
    for name, places in missing.items():
        flag = f"  --secret {_slug(name) or name}=env:{_variable(name)}"
        for number, where in enumerate([*places][:_PLACES] or [""]):
            lines.append(f"{flag if not number else ' ' * len(flag)}{where and '  for '}{where}")
    lines += [f"  {option} printed other names: {', '.join(names)}" for option, names in named.items()]
    if named:
        under = "them under these names" if several else "it under this name"
        lines.append(f"  or have {' or '.join(named)} print {under}")
    else:
        lines.append("  or --auth 'COMMAND', which prints a token, or a JSON object of such names")
    return UsageError("\n".join(lines))


def _read(option: str, text: str, now: float) -> tuple[dict[str, str], float | None]:
    """Variables and when they expire: of a JSON object, or of a bare token."""
    text = text.strip()
    if not text:
        raise UsageError(f"the {option} command printed nothing; it prints a token or a JSON object")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, str):
        text, found = found, None
    if isinstance(found, dict):
        variables = {str(k): _word(v) for k, v in found.items() if isinstance(v, str | int | float)}
        variables.pop("expires_in", None)
        lifetime = found.get("expires_in")
        if isinstance(lifetime, int | float):
            return variables, now + lifetime
        expiries = [at for value in variables.values() if (at := _jwt_expiry(value)) is not None]
        return variables, min(expiries, default=None)
    if option == "--setup":
        raise UsageError("the --setup command printed something that is not a JSON object of variables")
    if any(map(str.isspace, text)):
        raise UsageError(
            f"the {option} command printed neither one token nor a JSON object; what else it has to say "
            "belongs on its standard error"
        )
    return {_PLAIN: text}, _jwt_expiry(text)


def _word(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, str) else value


def _jwt_expiry(token: str) -> float | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    expiry = claims.get("exp") if isinstance(claims, dict) else None
    return float(expiry) if isinstance(expiry, int | float) and not isinstance(expiry, bool) else None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "SECRET"
