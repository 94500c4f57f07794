"""Which values say enough to be told from chance when they come a second time.

Long or random ones do, wherever they stand: placeholders, UUIDs, hex and mixed ids, times to the
millisecond, long numbers. Words, versions, models' names, small and round numbers don't: those count where a
key's name, a contract or the protocol says what they are (`tokens.py`).
"""

import re
from functools import lru_cache

from wsrecord.cassette.redaction.ordinary import reads_as_words

from .insides import PLACEHOLDER, Scalar

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?([Zz]|[+-]\d\d:?\d\d)?")
_DAY = re.compile(r"(19|20)\d\d-?[01]\d-?[0-3]\d")
_PIECES = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(r"(?=.*\d)(?=.*[a-fA-F])[0-9a-fA-F]{8,}")
_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]{8,}")
_NUMBERED_WORD = re.compile(r"[A-Za-z]+\d{1,3}|\d{1,3}[A-Za-z]+")
_SPOKEN = re.compile(r"[A-Z]?[a-z]{2,}")
_MEDIA = re.compile(r"(application|text|image|audio|video|multipart)/[\w.+-]+.*")
_ID_KEY = re.compile(
    r"(.*[_-])?(id|uuid|guid|sid|uid|key|ref|token|cursor|handle|nonce|ticket|session|seq)|.+(Id|ID|Uuid|Key|Ref)",
)
_ANSWERS = re.compile(
    r"(in_?)?(reply|response|answer|ack)_?(to|for|id)|req(uest)?_?id|corr(elation)?_?id|ref|id|msg_?id|message_?id",
    re.IGNORECASE,
)
_FIRST_TIME, _LAST_TIME = 946_684_800, 4_102_444_800  # 2000 to 2100, in seconds


def is_placeholder(value: Scalar) -> bool:
    """Whether it stands for a secret."""
    return isinstance(value, str) and PLACEHOLDER.fullmatch(value) is not None


def is_telling(value: Scalar) -> bool:
    """Whether it is long or random enough that no chance repeats it."""
    if isinstance(value, str):
        return _telling_text(value) if len(value) >= 8 else _is_number(value) and _telling_number(int(value))
    if isinstance(value, float):
        return len(repr(value).replace(".", "").strip("-0")) >= 9
    return _telling_number(value)


def is_time(value: Scalar) -> bool:
    """Whether it is a time: it tells when, not what it belongs to."""
    if isinstance(value, str):
        return _TIME.fullmatch(value) is not None or _DAY.fullmatch(value) is not None
    return any(_FIRST_TIME <= value / unit < _LAST_TIME for unit in (1, 10**3, 10**6, 10**9))


def is_random(value: Scalar) -> bool:
    """Whether it looks drawn by lot: what a client that makes up ids makes up."""
    # fewer than eight digits are rather an amount or a number that somebody was given
    long = isinstance(value, str) and len(value) >= 8
    return long and is_telling(value) and not is_time(value) and not is_placeholder(value)


def is_id_key(name: str) -> bool:
    """Whether what stands under such a name is an id, however short."""
    return _ID_KEY.fullmatch(name) is not None


def _is_number(text: str) -> bool:
    """Whether it is a whole number as JSON would write it: in a URL all numbers are texts."""
    return text.isascii() and text.isdigit() and text[0] != "0"


def echoed_name(name: str) -> str:
    """One name for those under which an id is said and said again: `id`, `reply_to`, `request_id`."""
    return "id" if _ANSWERS.fullmatch(name) else name.replace("-", "_").lower()


@lru_cache(maxsize=1 << 16)
def _telling_text(value: str) -> bool:
    if _UUID.fullmatch(value) or PLACEHOLDER.fullmatch(value):
        return True
    if time := _TIME.fullmatch(value):
        return len(time[1] or "") > 3  # within one second both sides may well say the same
    if any(map(str.isspace, value)) or len(value) > 4096 or _MEDIA.fullmatch(value):
        return False
    if any(_telling_piece(piece) for piece in _PIECES.findall(value)):
        return True
    if "/" in value or "=" in value or "." in value:  # what is inside counts, not the whole
        return False
    undated = _DAY.sub("", value)
    digits = sum(map(str.isdigit, undated))
    if len(undated) >= 12 and digits >= 4 and any(map(str.isalpha, undated)):
        return True
    cased = undated.lower() != undated and undated.upper() != undated
    spoken = sum(map(len, _SPOKEN.findall(undated)))
    return len(undated) >= 16 and cased and spoken < 0.7 * len(undated)


def _telling_piece(piece: str) -> bool:
    if piece.isdigit():
        return len(piece) >= 6 and _DAY.fullmatch(piece) is None and _telling_number(int(piece[:300]))
    if _HEX.fullmatch(piece) or (_MIXED.fullmatch(piece) and not _NUMBERED_WORD.fullmatch(piece)):
        return True
    return len(piece) >= 16 and not _worded(piece)


def _telling_number(value: int) -> bool:
    """Six digits and more that are no round number in any usual counting."""
    value = abs(value)
    if value < 100_000 or _FIRST_TIME <= value < _LAST_TIME:
        return False
    digits = str(value) if value < 10**300 else "9" * 300
    if _DAY.fullmatch(digits):
        return False
    round_ = len(digits.rstrip("0")) <= len(digits) // 2 or len(set(digits)) == 1
    binary = value & (value - 1) == 0 or value & (value + 1) == 0
    return not round_ and not binary


def _worded(text: str) -> bool:
    return reads_as_words(text.encode("utf-8", "surrogatepass"))
