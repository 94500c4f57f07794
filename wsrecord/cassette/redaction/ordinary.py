"""Which values are too ordinary to be looked for everywhere.

A value caught under a credential's name is always replaced at its place. It is also *learned*
(replaced from then on wherever it stands) unless that would tear holes into innocent traffic: a
password `administrator` must not blot out the word in every answer. The rule, for values of 8 characters and
more: what reads as words (letters of one case, pronounceable, alone or joined by `_-. /:`) is
ordinary below 24 characters; so are dates, numbers below 12 digits, masks and template holes.
"""

import re

MIN_LEARNED = 8
_ALL_LEARNED_FROM = 24  # a passphrase of words is long; a single word or identifier is not

_PIECES = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+")
_JOINTS = re.compile(rb"[ _.\-/:,\[\]]+")
_DATE = re.compile(rb"\d{4}-?\d\d-?\d\d([T ][\d:.,]+([Zz]|[+-]\d\d:?\d\d)?)?")
_MASK = re.compile(rb"(.)\1+|[*xX.\xe2\x80\xa2\xc2\xb7-]+", re.DOTALL)
_STARS = re.compile(rb"\*+|(?:\xe2\x80\xa2)+")
_HOLE = re.compile(rb"[$<{%\[(].{0,200}[>}%\])]", re.DOTALL)
_CONSONANTS = re.compile(rb"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{6,}")
_VOWELS = frozenset(b"aeiouyAEIOUY")
UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def is_mask(value: bytes) -> bool:
    """Stars and dots in place of a secret: nothing is left to redact."""
    return len(value) >= 3 and _STARS.fullmatch(value) is not None


def reads_as_words(value: bytes) -> bool:
    """Letters that could be spoken, in one case a word, joined by the usual joints."""
    for piece in _PIECES.findall(value):
        if not piece.isalpha():
            if _JOINTS.fullmatch(piece) is None:
                return False
            continue
        vowels = sum(1 for c in piece if c in _VOWELS)
        if len(piece) > 4 and (vowels * 5 < len(piece) or _CONSONANTS.search(piece)):
            return False
    return _single_letters(value) <= 2


def _single_letters(value: bytes) -> int:
    """How many pieces are one letter long: words have few, random letters of mixed case many."""
    return sum(1 for piece in _PIECES.findall(value) if len(piece) == 1 and piece.isalpha())


def is_ordinary(value: bytes) -> bool:
    """True for what must not be replaced everywhere."""
    if len(value) < MIN_LEARNED:
        return True
    if value.isdigit():
        return len(value) < 12
    if _DATE.fullmatch(value) or _MASK.fullmatch(value) or _HOLE.fullmatch(value):
        return True
    return len(value) < _ALL_LEARNED_FROM and reads_as_words(value)


def is_opaque(value: bytes) -> bool:
    """Long, without spaces and unlike words: what a cookie without a telling name may hide."""
    if len(value) < 20 or UUID.fullmatch(value) or _DATE.fullmatch(value):
        return False
    if b"://" in value or any(c in value for c in b" \t{"):
        return False
    return not reads_as_words(value)
