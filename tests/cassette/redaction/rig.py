"""Records made from planted secrets, redacted, and the search for what is left of a secret."""

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from cassette.redaction.planted import Planted

from wsrecord.cassette.model import Record, Request, Response
from wsrecord.cassette.redaction import Redactor

NONCE = "0123456789ab"


def redactor(**options: Any) -> Redactor:
    return Redactor(nonce=NONCE, **options)


def request(
    path: str = "/ws", headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None
) -> Request:
    return Request(
        t=1,
        began=1,
        connection=1,
        exchange=1,
        method="GET",
        path=path,
        headers=(("Host", "x"), *headers),
        body=body,
    )


def response(headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None) -> Response:
    return Response(
        t=2, began=2, connection=1, exchange=1, status=200, reason="OK", headers=headers, body=body
    )


def redacted(planted: Planted, red: Redactor) -> tuple[list[Record], list[tuple[Any, ...]]]:
    """What is written for an entry: exchanges first, as on the wire, then the messages as one batch."""
    records: list[Record] = []
    if planted.login:
        kind, body = planted.login
        records.append(red.request(request("/login", (("Content-Type", kind),), body.encode())))
    if planted.answer or planted.answer_headers:
        kind, body = planted.answer or ("text/plain", "")
        records.append(
            red.response(response((("Content-Type", kind), *planted.answer_headers), body.encode()))
        )
    headers = planted.headers
    if planted.subprotocol:
        headers += (("Sec-WebSocket-Protocol", planted.subprotocol),)
    records.append(red.request(request("/ws" + ("?" + planted.query if planted.query else ""), headers)))
    if planted.subprotocol:
        chosen = planted.subprotocol.split(",")[-1].strip()
        records.append(red.response(response((("Sec-WebSocket-Protocol", chosen),))))
    items: list[tuple[Any, ...]] = [(1, t.encode()) for t in planted.text]
    items += [(2, b) for b in planted.binary]
    if planted.close_reason:
        items.append((8, b"\x0f\xa0" + planted.close_reason.encode()))
    return records, red.messages(items)


def everything(records: Iterable[Record], messages: Iterable[tuple[Any, ...]]) -> bytes:
    """All that was written, in one."""
    parts: list[bytes] = []
    for record in records:
        parts.append(repr(record).encode("utf-8", "surrogateescape"))
        if isinstance(record, Request | Response):
            parts += [v.encode("utf-8", "surrogateescape") for pair in record.headers for v in pair]
            parts.append(record.body or b"")
    for message in messages:
        parts += [message[1], repr(message).encode()]
    return b"\n".join(parts)


def spellings(secret: str) -> set[bytes]:
    """A secret as it might have slipped through."""
    raw = secret.encode()
    out = {raw, quote(secret, safe="").encode(), quote(secret).encode(), quote_plus(secret).encode()}
    for outer in (True, False):
        once = json.dumps(secret, ensure_ascii=outer)[1:-1]
        out |= {once.encode(), once.replace("/", "\\/").encode()}
        out |= {json.dumps(once, ensure_ascii=inner)[1:-1].encode() for inner in (True, False)}
    if len(raw) >= 8:
        out |= {base64.b64encode(b"\0" * n + raw)[4:-4] for n in range(3)}
    return out


def left(written: bytes, *secrets: str) -> list[bytes]:
    """The spellings of a secret that can still be found."""
    low = written.lower()
    return [
        s for secret in secrets for s in spellings(secret) if s in written or (b"%" in s and s.lower() in low)
    ]
