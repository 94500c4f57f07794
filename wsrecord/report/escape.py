"""Untrusted text, made harmless for the place where it is shown: the only file that does so.

What crossed the wire is hostile in output too: it moves cursors, turns text around, closes tags and
gives orders to CI systems. Each function takes any text and returns text for one kind of place.
"""

import html as _html
import re
from collections.abc import Mapping
from typing import Any

# Controls, what turns the direction of text, what can't be seen, and lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_UNSEEN_BUT_LINES = re.compile(_UNSEEN.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What begins a link in a SARIF message, and what stands for one of its arguments.
_SARIF_LINK = re.compile(r"\](?=\()")
_SARIF_ARGUMENT = re.compile(r"\{(\d+)\}")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_DEEPEST = 64
# What a GitHub runner takes for an order: `::` where a line begins, space left out; `##[` anywhere in it.
_ORDER = re.compile(r"((?:^|[\r\n])[^\S\r\n]*)(?=::)|##(?=\[)")


def terminal(text: str) -> str:
    """One line for a terminal: everything that is not a plain character is shown as a sign of itself."""
    return _UNSEEN.sub(_sign, text)


def terminal_lines(text: str) -> str:
    """The same, but line feeds stay."""
    return _UNSEEN_BUT_LINES.sub(_sign, text)


def github_message(text: str) -> str:
    """The message of a GitHub workflow command; newlines stay, in the runner's own spelling."""
    shown = terminal_lines(text.replace("\r\n", "\n"))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """A property (file, title) of a GitHub workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def github_log(text: str) -> str:
    """Lines for a log that a GitHub runner reads: none of them is a command."""
    return _ORDER.sub("\\g<0>\u2058", terminal_lines(text))


def github_json(text: str) -> str:
    """JSON text that a GitHub runner may see go by: what looks like an order to it is spelt otherwise."""
    return text.replace("##[", "##\\u005b")


def github_xml(text: str) -> str:
    """The same for XML that is escaped already."""
    return text.replace("##[", "##&#91;")


def xml(text: str) -> str:
    """Text or an attribute's value in XML 1.0, which has no place for most controls."""
    shown = _NOT_XML.sub(_sign, text)
    return _html.escape(shown, quote=True)


def html(text: str) -> str:
    """Text or an attribute's value in HTML; line feeds stay."""
    return _html.escape(terminal_lines(text), quote=True)


def markdown(text: str) -> str:
    """One line of text in GitHub's Markdown, in a table too: all punctuation is spelt as entities."""
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", terminal(text))


def sarif(text: str) -> str:
    """The text of a SARIF message: neither a link nor a place for an argument."""
    return _SARIF_ARGUMENT.sub(r"{{\1}}", _SARIF_LINK.sub("] ", terminal_lines(text)))


def json_value(value: Any, depth: int = 0) -> Any:
    """A value as every reader of JSON takes it: no lone surrogates, NaN, bytes, or depth without end.

    Write it with `ensure_ascii`: then nothing in it moves a cursor or turns text around.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _SURROGATE.sub(_sign, value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, bytes):
        return value.hex(" ")
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {json_value(str(key)): json_value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item, depth + 1) for item in value]
    return json_value(str(value))


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
