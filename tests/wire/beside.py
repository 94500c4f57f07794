"""A tap beside two byte streams, driven as a relay drives it; what it tells is written down line by line."""

from collections.abc import Callable, Iterable

from wsrecord.wire.bodies import Body
from wsrecord.wire.frames import Direction
from wsrecord.wire.http import HeadPiece, RequestHead, WholeRequest, WholeResponse
from wsrecord.wire.items import DEFAULT_BOUNDS, Bounds, Item, Remark
from wsrecord.wire.tap import Tap

NAMES = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}


def shown(body: Body) -> str:
    if body.unkept:
        return f" ({body.unkept}, {body.size} bytes)"
    return "" if body.content is None else f" {body.content.decode('latin-1')}"


class Written:
    """A sink: `1 > GET /` is a request, `1 < 200` its answer, `client: text hi` a message."""

    def __init__(self, wants: Callable[[RequestHead], bool]) -> None:
        self.wants = wants
        self.lines: list[str] = []
        self.times: list[int] = []

    def _line(self, line: str, t: int) -> None:
        self.lines.append(line)
        self.times.append(t)

    def request(self, exchange: int, request: WholeRequest, *, upgrade: bool) -> None:
        head = request.head
        what = " upgrade" if upgrade else ""
        self._line(f"{exchange} > {head.method} {head.path}{what}{shown(request.body)}", request.t)

    def response(self, exchange: int, response: WholeResponse, *, upgrade: bool) -> None:
        what = " upgrade" if upgrade else ""
        self._line(f"{exchange} < {response.head.status}{what}{shown(response.body)}", response.t)

    def messages(self, sender: Direction, t: int, items: list[Item]) -> None:
        for item in items:
            self._line(f"{sender}: {NAMES[item[0]]} {item[1].decode('latin-1')}", t)

    def remark(self, sender: Direction, t: int, remark: Remark) -> None:
        self._line(f"{sender}! {remark.code}: {remark.text}", t)


class Beside:
    """The tap, what it told, and what has been relayed of the client's bytes."""

    def __init__(
        self,
        bounds: Bounds = DEFAULT_BOUNDS,
        *,
        wants: Callable[[RequestHead], bool] = lambda head: True,
        keep_raw: bool = False,
    ) -> None:
        self.sink = Written(wants)
        self.tap = Tap(self.sink, bounds, keep_raw=keep_raw)
        self.relayed = b""
        self.now = 0
        self._raw = False  # as in the relay: nothing has to be cut any more

    @property
    def told(self) -> list[str]:
        """Take what was told since it was last asked."""
        lines, self.sink.lines = self.sink.lines, []
        return lines

    def client(self, *parts: bytes) -> "Beside":
        """The client sends."""
        for data in parts:
            self.now += 1
            if self._raw:
                self.relayed += data
                self.tap.client(data, self.now)
                continue
            pieces = self.tap.client_pieces(data, self.now)
            for piece in pieces:
                self.relayed += piece.raw if isinstance(piece, HeadPiece) else piece
                if isinstance(piece, HeadPiece):
                    self.tap.relaying(piece.head)
            self.tap.client_told(pieces, self.now)
            self._settle()
        return self

    def server(self, *parts: bytes) -> "Beside":
        """The server sends."""
        for data in parts:
            self.now += 1
            self.tap.server(data, self.now)
            self._settle()
        return self

    def talk(self, turns: Iterable[tuple[Direction, bytes]]) -> "Beside":
        """Both send, in turn."""
        for sender, data in turns:
            (self.client if sender == "client" else self.server)(data)
        return self

    def ends(self, sender: Direction) -> "Beside":
        """One side ends."""
        self.now += 1
        if sender == "client":
            self.relayed += self.tap.release(self.now, "the connection ended in a request's head")
        self.tap.ended(sender, self.now)
        return self

    def _settle(self) -> None:
        self._raw = self.tap.mode in ("session", "opaque")
