"""Ids made anew in the manner of recorded ones: digits for digits, letters for letters, a UUID for a UUID."""

import re
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits

from .insides import Scalar
from .significance import is_telling

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_PIECE = re.compile(r"[A-Za-z0-9]+")


def renewed(value: Scalar, random: Random) -> Scalar:
    """Another value of the same kind; words before an id stay (`call_…`)."""
    if not isinstance(value, str):
        return value
    if _UUID.fullmatch(value):
        drawn = "".join(random.choice("0123456789abcdef") if char != "-" else char for char in value)
        drawn = drawn[:14] + value[14] + drawn[15:19] + value[19] + drawn[20:]  # its version and variant
        return drawn.upper() if value.isupper() else drawn
    pieces = _PIECE.findall(value)
    some = any(map(is_telling, pieces))
    return _PIECE.sub(lambda m: _drawn(m[0], random) if is_telling(m[0]) or not some else m[0], value)


def _drawn(piece: str, random: Random) -> str:
    if _HEX.fullmatch(piece) and not piece.isdigit() and any(map(str.isdigit, piece)):
        drawn = "".join(random.choice("0123456789abcdef") for _ in piece)
        return drawn.upper() if piece.isupper() else drawn
    return "".join(_like(char, random) for char in piece)


def _like(char: str, random: Random) -> str:
    if char.isdigit():
        return random.choice(digits)
    return random.choice(ascii_uppercase if char.isupper() else ascii_lowercase)
