"""What a server of our own agrees to: compression as it was recorded, as far as this client offers it."""

from collections.abc import Iterable, Iterator

from websockets.exceptions import InvalidHeader
from websockets.headers import parse_extension

_NAME = "permessage-deflate"
_BITS = {str(bits) for bits in range(8, 16)}
_FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
_KNOWN = {*_FLAGS, "server_max_window_bits", "client_max_window_bits"}


def agree(offered: Iterable[str], recorded: Iterable[str]) -> str | None:
    """The Sec-WebSocket-Extensions value of an answer; None: no compression."""
    before = next(_deflates(recorded), None)
    if before is None:
        return None
    for offer in _deflates(offered):
        answer = _answer(offer, before)
        if answer is not None:
            return "; ".join(
                [_NAME, *(name if value is None else f"{name}={value}" for name, value in answer.items())]
            )
    return None


def _deflates(values: Iterable[str]) -> Iterator[dict[str, str | None]]:
    for value in values:
        try:
            extensions = parse_extension(value)
        except InvalidHeader:
            continue
        for name, parameters in extensions:
            if name == _NAME:
                yield dict(parameters)


def _answer(offer: dict[str, str | None], before: dict[str, str | None]) -> dict[str, str | None] | None:
    """What answers one offer; None: it can't be taken."""
    wanted = offer.get("server_max_window_bits")
    own = offer.get("client_max_window_bits")
    if not offer.keys() <= _KNOWN or (own is not None and own not in _BITS):
        return None
    if "server_max_window_bits" in offer and (wanted not in _BITS or wanted == "8"):
        return None  # zlib makes no raw stream with so small a window
    answer: dict[str, str | None] = {
        name: None for name in _FLAGS if name in before or (name in offer and name.startswith("server"))
    }
    sizes = [int(one) for one in (wanted, before.get("server_max_window_bits")) if one in _BITS and one]
    if sizes:
        answer["server_max_window_bits"] = str(max(9, min(sizes)))
    used = before.get("client_max_window_bits")
    if "client_max_window_bits" in offer and used in _BITS:
        answer["client_max_window_bits"] = str(min(int(used or 15), int(own or 15)))
    return answer
