"""What the readers of HTTP/1 hand on: heads, whole requests and answers; h11 is the judge of them."""

from dataclasses import dataclass

import h11

from wsrecord.wire.bodies import Body
from wsrecord.wire.frames import Headers
from wsrecord.wire.heads import has_token


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request line and its headers."""

    method: str
    path: str
    http: str
    headers: Headers

    @property
    def upgrades(self) -> bool:
        """Whether it asks for a WebSocket."""
        return has_token(self.headers, "upgrade", "websocket") and has_token(
            self.headers, "connection", "upgrade"
        )


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """A status line and its headers."""

    status: int
    reason: str
    http: str
    headers: Headers


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """A request that has come to its end, with the times of its first and last byte."""

    head: RequestHead
    body: Body
    began: int
    t: int


@dataclass(frozen=True, slots=True)
class WholeResponse:
    """An answer that has come to its end; `interim` answers (1xx) have no body."""

    head: ResponseHead
    body: Body
    began: int
    t: int
    interim: bool = False


@dataclass(frozen=True, slots=True)
class HeadPiece:
    """A whole head on its way to the target: its bytes as they came, and what they say."""

    raw: bytes
    head: RequestHead


class RefusedError(Exception):
    """A request that must not be relayed: the text says why; `pieces` came before it in the same read."""

    def __init__(self, why: str, pieces: "list[HeadPiece | bytes]", status: str = "400 Bad Request") -> None:
        super().__init__(why)
        self.pieces = pieces
        self.status = status


def headers_of(event: h11.Request | h11.InformationalResponse | h11.Response) -> Headers:
    """Return the headers with their names as they were written."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()
    )
