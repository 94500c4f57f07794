"""What a field's name says of its values: an id, a measure, a row's number, a request's."""

import re

_ID_NAME = re.compile(r"(?:^|[_.-])(?:id|uuid|guid|key|token|cursor)$|[a-z](?:Id|ID|Uuid)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_MEASURES = _set(
    "amount answer ask average avg balance bid confidence cost costs cpu discount distance duration elapsed",
    "fee fees height lat latency latitude level lng load lon longitude max mean median min ms pct percent",
    "percentage price prices progress rate ratio result results score scores sec seconds secs size speed sum",
    "tax temp temperature time timestamp took total totals ts usage value values volume weight width x y z",
)
_REQUESTS = _set("ack correlation re ref reply req request response rid")
_BESIDE_REQUESTS = _set("call client cmd command for id in message msg no nr num number of to")
_NUMBERS = _set("no nr num number")
_ROWS = _set(
    "at attempt bytes chunk count cursor epoch frame index line offset page part port position retry rev",
    "revision round row seq sequence step tick time timestamp ts version year",
)
_USERS = _set(
    "account client conn connection customer device me member owner peer player session sid socket tenant",
    "uid user",
)


def is_id(name: str) -> bool:
    """Whether a field is called as ids are."""
    return _ID_NAME.search(name) is not None


def is_measure(name: str) -> bool:
    """Whether it is called as what is measured, so that a whole number may be a fraction next time."""
    return not _MEASURES.isdisjoint(_words(name))


def is_requests(name: str) -> bool:
    """Whether it is called as that in which an answer says what it answers: `req`, `reply_to`."""
    words = _words(name)
    return not words.isdisjoint(_REQUESTS) and words <= _REQUESTS | _BESIDE_REQUESTS


def is_number(name: str) -> bool:
    """Whether it is called a number: `order_no`."""
    return not _NUMBERS.isdisjoint(_words(name))


def is_rows(name: str) -> bool:
    """Whether it is called as what says where in a row something stands: `seq`, `offset`, `time`."""
    return not _ROWS.isdisjoint(_words(name))


def is_users(name: str) -> bool:
    """Whether it is called as who or what a whole session belongs to."""
    return not _USERS.isdisjoint(_words(name))


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))
