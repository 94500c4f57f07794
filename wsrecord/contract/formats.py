"""The formats that are checked, in both validators, and what each allows.

| format | is |
| --- | --- |
| `date`, `time`, `date-time` | RFC 3339; a leap second only where it can be one |
| `duration` | RFC 3339, appendix A: `P1DT2H`, `P4W` |
| `uuid` | 8-4-4-4-12 hexadecimal digits |
| `ipv4`, `ipv6` | dotted decimals without leading zeros; RFC 4291, without a zone |
| `hostname` | RFC 1123: labels of 1 to 63 letters, digits and inner hyphens, 253 in all |
| `email` | `local@host`, the local part as RFC 5321 writes it without quotes |
| `uri`, `uri-reference` | RFC 3986, ASCII |
| `json-pointer`, `relative-json-pointer` | RFC 6901 and its relative draft |
| `regex` | ECMA-262, as far as `patterns.py` goes |

Others (`iri`, `idn-hostname`, `uri-template`, a team's own) are annotations: never a fault; lint names them.
A format speaks of strings only.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from .patterns import PatternError, compiled

_DAY = r"(\d{4})-(\d{2})-(\d{2})"
_MOMENT = r"(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[zZ]|([+-])(\d{2}):(\d{2}))"
_DATE = re.compile(_DAY, re.ASCII)
_TIME = re.compile(_MOMENT, re.ASCII)
_DATE_TIME = re.compile(rf"{_DAY}[Tt]{_MOMENT}", re.ASCII)
# What most moments are: a day that every month has, no leap second. Every event has a moment or two.
_USUAL = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?"
    r"(?:[zZ]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
).fullmatch
_TIMES = r"T(?=\d)(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_DATES = r"(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)"
_DURATION = re.compile(rf"P(?:\d+W|{_DATES}(?:{_TIMES})?|{_TIMES})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?P<host>.+)")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)
_RELATIVE = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)", re.DOTALL)

_PLAIN = r"[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"  # unreserved, sub-delims, escapes
_PCHAR = rf"(?:{_PLAIN}|[:@])"
_AUTHORITY = rf"(?:(?:{_PLAIN}|:)*@)?(?:\[(?P<ip>[^\]]*)\]|(?:{_PLAIN})*)(?::[0-9]*)?"
_TAIL = rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_PATH = rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_PATH}|(?:{_PCHAR}+(?:/{_PCHAR}*)*)?)){_TAIL}")
_FIRST = rf"(?:{_PLAIN}|@)+"  # a relative path's first segment has no colon: it would be a scheme
_RELATIVE_URI = re.compile(rf"(?:{_PATH}|(?:{_FIRST}(?:/{_PCHAR}*)*)?)){_TAIL}")
_FUTURE = re.compile(rf"[vV][0-9A-Fa-f]+\.(?:{_PLAIN}|:)+")


def is_date(text: str) -> bool:
    """A day of the calendar."""
    match = _DATE.fullmatch(text)
    return match is not None and _is_day(*map(int, match.groups()))


def is_time(text: str) -> bool:
    """A time of day with its offset."""
    match = _TIME.fullmatch(text)
    return match is not None and _is_moment(*match.groups())


def is_date_time(text: str) -> bool:
    """A date, a T, a time."""
    if _USUAL(text) is not None:
        return True
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day, *time = match.groups()
    return _is_day(int(year), int(month), int(day)) and _is_moment(*time)


def _is_day(year: int, month: int, day: int) -> bool:
    if day < 29:
        return 1 <= month <= 12 and day > 0
    if month == 2:
        return day == 29 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and day <= (30 if month in (4, 6, 9, 11) else 31)


def _is_moment(
    hour: str, minute: str, second: str, sign: str | None, away: str | None, off: str | None
) -> bool:
    # Strings of two digits each compare as numbers do.
    if hour > "23" or minute > "59" or second > "60" or (away or "0") > "23" or (off or "0") > "59":
        return False
    if second < "60":
        return True
    offset = int(away or 0) * 60 + int(off or 0)
    utc = int(hour) * 60 + int(minute) - (offset if sign == "+" else -offset)
    return utc % 1440 == 1439  # a leap second ends a day in UTC


def is_ipv4(text: str) -> bool:
    """Four decimal numbers."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return text.isascii()


def is_ipv6(text: str) -> bool:
    """Eight groups, or fewer with a ::."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return text.isascii() and "%" not in text


def is_email(text: str) -> bool:
    """One address without a name or comments."""
    match = _EMAIL.fullmatch(text)
    return match is not None and _HOSTNAME.fullmatch(match["host"]) is not None


def is_uri(text: str) -> bool:
    """One with a scheme."""
    return _uri(_URI, text)


def is_uri_reference(text: str) -> bool:
    """With a scheme, or relative."""
    return _uri(_URI, text) or _uri(_RELATIVE_URI, text)


def _uri(pattern: re.Pattern[str], text: str) -> bool:
    match = pattern.fullmatch(text)
    if match is None:
        return False
    address = match["ip"]
    return address is None or is_ipv6(address) or _FUTURE.fullmatch(address) is not None


def is_regex(text: str) -> bool:
    """A pattern that both validators can use."""
    try:
        compiled(text)
    except PatternError:
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "duration": _matches(_DURATION),
    "uuid": _matches(_UUID),
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "hostname": _matches(_HOSTNAME),
    "email": is_email,
    "uri": is_uri,
    "uri-reference": is_uri_reference,
    "json-pointer": _matches(_POINTER),
    "relative-json-pointer": _matches(_RELATIVE),
    "regex": is_regex,
}

# Formats that the fast validator checks exactly as above, and faster: a property test compares them.
# Its `date` and `time` are not among them: they take +0-4-12-31.
NATIVE = frozenset({"duration", "uuid", "ipv4", "ipv6", "json-pointer"})

# Annotations here, though the fast validator would check them.
UNCHECKED = ("idn-email", "idn-hostname", "iri", "iri-reference", "uri-template")
