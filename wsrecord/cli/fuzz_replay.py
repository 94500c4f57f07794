"""How what a run of `fuzz` kept is played again: the line to type, in which no secret stands."""

import contextlib
import os
import re
import secrets
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wsrecord.cassette.redaction.environment import environment_values, with_environment
from wsrecord.cassette.redaction.names import judge_parameter, judge_variable
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.errors import UsageError
from wsrecord.live.credentials import LEFT_OUT, Given, parse_header, parse_query, parse_secret, values_in
from wsrecord.report.escape import terminal

_FEW = 3  # cassettes that are named one by one; of more, the folder
_SHORTEST = 4  # characters of a secret that can be looked for in what is shown
_HOLE = re.compile(r"((Bearer|Basic|Token|Digest) )?\{[A-Za-z_][\w.-]*\}")
_IN_QUERY = re.compile(r"([?&])([^=&#\s]+)=([^&#\s]+)")
# `--token VALUE`, `--token=VALUE`, `TOKEN=VALUE`
_NAMED = re.compile(r"(?<![\w?&-])(?:(--?)(?P<option>[A-Za-z][\w-]*)(?:=|\s+)|(?P<name>[A-Za-z_]\w*)=)"
                    r"""(?P<value>"[^"]*"|'[^']*'|\S+)""")  # fmt: skip


def lines(saved: Sequence[Path], options: Mapping[str, Any]) -> Iterator[str]:
    """How it is played again, and what is done with what is no bug."""
    paths = list(dict.fromkeys(saved))
    if not paths:
        return
    line = command(paths, options)
    yield f"to play {'it' if len(paths) == 1 else 'them'} again: {terminal(line)}"
    if LEFT_OUT in line:
        yield f"  {LEFT_OUT} stands for what may be a secret"
    yield (
        "what is no bug: have the contract say so and remove the cassette, or accept the finding "
        '(docs/fuzz.md, "When it is no bug")'
    )


def command(paths: Sequence[Path], options: Mapping[str, Any]) -> str:
    """`wsrecord verify`, with all that was said to `fuzz` and matters there."""
    clean = _cleaner(options)
    shown = [str(path) for path in paths] if len(paths) <= _FEW else [str(options["save"])]
    words = ["wsrecord", "verify", *map(shlex.quote, shown)]
    for option, value in _given(options, clean):
        words.append(f"--{option}" if value is None else f"--{option} {shlex.quote(value)}")
    return " ".join(words)


def _given(options: Mapping[str, Any], clean: Callable[[str], str]) -> Iterator[tuple[str, str | None]]:
    """The options with what may be shown of their values."""
    for option in ("target", "start", "ready", "reset"):
        if options[option] is not None:
            yield option, clean(options[option])
    if options["start_timeout"] is not None:
        yield "start-timeout", f"{options['start_timeout']:g}"
    yield from (("contract", path) for path in options["contracts"])
    yield from (("header", _named(text, ": ")) for text in options["header"])
    yield from (("query", _named(text, "=")) for text in options["query"])
    yield from (("secret", _source(text)) for text in options["secret"])
    yield from ((option, LEFT_OUT) for option in ("auth", "setup") if options[option] is not None)
    if options["target_ca"] is not None:
        yield "target-ca", str(options["target_ca"])
    if options["insecure"]:
        yield "insecure", None
    for option in ("fail_on", "accepted"):
        if options[option] is not None:
            yield option.replace("_", "-"), options[option]


def _named(text: str, sign: str) -> str:
    """The name of a header or parameter; its value only where that is nothing but a hole for a variable."""
    name, _, value = text.partition(sign.strip())
    return f"{name}{sign}{value.strip() if _HOLE.fullmatch(value.strip()) else LEFT_OUT}"


def _source(text: str) -> str:
    """A secret's name, and where it is read from: never what it is."""
    name, _, source = text.partition("=")
    return text if source.startswith(("env:", "file:")) else f"{name}={LEFT_OUT}"


def _cleaner(options: Mapping[str, Any]) -> Callable[[str], str]:
    """Takes secrets out of commands and addresses: by their names, by what they look like, by value."""
    given = Given(
        headers=tuple(map(parse_header, options["header"])), query=tuple(map(parse_query, options["query"]))
    )
    others = {**values_in(options["target"]), **given.values()}
    values = {}
    for text in options["secret"]:
        with contextlib.suppress(UsageError):  # a file that is gone by now
            name, value, _ = parse_secret(text, os.environ)
            values[name] = value
    long = {name: value for name, value in {**others, **values}.items() if len(value) >= MIN_LEARNED}
    nonce = secrets.token_hex(6)
    redactor = Redactor(nonce=nonce, values=with_environment(long, environment_values(os.environ)))
    placeholder = re.compile(rf"wsr-{nonce}-[a-z0-9_]*-\d+")

    def clean(text: str) -> str:
        for value in values.values():
            if len(value) >= _SHORTEST:
                text = text.replace(value, LEFT_OUT)
        text = _IN_QUERY.sub(_parameter, _NAMED.sub(_word, text))
        return placeholder.sub(LEFT_OUT, redactor.text(text))

    return clean


def _parameter(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}={LEFT_OUT}" if judge_parameter(found[2]) else found[0]


def _word(found: re.Match[str]) -> str:
    value = found["value"]
    open_ = value.strip("\"'").startswith(("$", "{", LEFT_OUT))  # a variable of the shell's, the port
    if open_ or not judge_variable(found["option"] or found["name"]):
        return found[0]
    return found[0][: -len(value)] + LEFT_OUT
