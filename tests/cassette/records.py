"""Records for the tests here: one of every kind, and strategies for arbitrary ones."""

from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from hypothesis import settings
from hypothesis import strategies as st

from wsrecord.cassette.model import (
    KINDS,
    Direction,
    End,
    Ended,
    Frame,
    Head,
    Headers,
    Message,
    Note,
    Opcode,
    Opened,
    Record,
    Request,
    Response,
    Secret,
    Unknown,
)

# Busy machines are slow now and then; what must be quick is measured where it matters.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

HEAD = Head(
    created="2026-02-03T04:05:06.000007Z",
    recorder="wsrecord 0.1.0",
    targets={"/": "ws://127.0.0.1:8000"},
    nonce="0123456789ab",
)

EVERY_KIND: list[Record] = [
    HEAD,
    Opened(t=10, connection=1, tls=True),
    Request(
        t=20, began=15, connection=1, exchange=1, method="POST", path="/login?next=%2F",
        headers=(("Host", "127.0.0.1:9000"), ("X-Odd", "caf\udce9")), body=b'{"user": "ada"}', size=15,
    ),
    Response(
        t=30, began=30, connection=1, exchange=1, status=200, reason="OK",
        headers=(("Content-Type", "application/octet-stream"),), body=b"\x00\xff", size=2,
    ),
    Secret(placeholder="wsr-0123456789ab-token-1", name="token", length=40),
    Request(
        t=40, began=40, connection=1, exchange=2, method="GET", path="/ws?token=wsr-0123456789ab-token-1",
        headers=(("Upgrade", "websocket"),), session=1,
    ),
    Response(
        t=50, began=50, connection=1, exchange=2, status=101, reason="Switching Protocols",
        headers=(("Sec-WebSocket-Protocol", "agent.v1"),), session=1,
    ),
    Message(t=60, session=1, sender="client", opcode=Opcode.TEXT, payload=b'{"type": "start_agent"}'),
    Message(t=70, session=1, sender="server", opcode=Opcode.TEXT, payload=b'{"type":"agent_started"}'),
    Message(t=70, session=1, sender="server", opcode=Opcode.BINARY, payload=b"\x93\x01\x02\xc0"),
    Message(
        t=70, session=1, sender="server", opcode=Opcode.TEXT, payload="grüße\u2028".encode(),
        began=65, frames=((3, 0x40, 0), (7, 0x80, 1)), size=4000, unread="bomb",
    ),
    Message(t=70, session=1, sender="server", opcode=Opcode.PING, payload=b""),
    Message(t=80, session=1, sender="client", opcode=Opcode.PONG, payload=b"\xfe"),
    Note(
        t=85, code="reserved-opcode", text="a frame with opcode 3", connection=1, session=1,
        sender="client", data=b"\x83\x00",
    ),
    Unknown(kind="weather", extra={"sky": "grey", "raw": b"\x00\x01", "deep": [{"$data": 1}, {"$map": []}]}),
    Message(t=90, session=1, sender="server", opcode=Opcode.CLOSE, payload=b"\x03\xe8bye"),
    Message(
        t=95, session=1, sender="client", opcode=Opcode.CLOSE, payload=b"\x03\xe8",
        extra={"mood": [1.5, None]},
    ),
    Ended(t=99, connection=1, sender="server", how="fin"),
    End(t=100, connections=1, exchanges=1, sessions=1, messages=8, incomplete="disk full"),
]  # fmt: skip


def whole(*records: Record) -> list[Record]:
    """A cassette of these records: with the head before them."""
    return [HEAD, *records]


numbers = st.integers(0, 2**63 - 1)
# What JSON would join is two characters to no reader: such strings don't exist in a cassette.
texts = st.text(st.characters(exclude_categories=[])).map(
    lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
)
odd_texts = st.sampled_from(
    [
        "",
        "\u2028",
        "\x00\x1b[31m",
        "\ud800",
        "\udc00\ud800",
        "\\",
        '"',
        "\\u2028",
        "\u202e",
        "\x85",
        "😀",
        "\x7f",
    ]
)
strings = texts | odd_texts

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | strings
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(strings | st.sampled_from(["$data", "$map"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip

_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def _json_bytes(draw: st.DrawFn) -> bytes:
    """JSON as programs write it: in many styles, and now and then spoiled."""
    import json

    value = draw(st.lists(_json_values, max_size=3) | st.dictionaries(strings, _json_values, max_size=3))
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")])),
        indent=draw(st.sampled_from([None, None, None, 2])),
    )
    if draw(st.booleans()):
        for plain, escaped in draw(
            st.sampled_from([[("/", "\\/")], [("<", "\\u003c"), (">", "\\u003e")], [("e", "E")]])
        ):
            text = text.replace(plain, escaped)
    return (text + draw(st.sampled_from(["", "", "\n", " ", "\r\n"]))).encode("utf-8", "replace")


_odd_payloads = st.sampled_from(
    [
        b'{"a":1,"a":2}',
        b'{"a":"\\ud800"}',
        b'["\\ud83d\\ude00"]',
        b"[1e999]",
        b"[-0, -0.0, 1E5, 1.10, 1e5, 100000000000000000000000000000000]",
        b"[NaN, Infinity]",
        b"[" * 2000,
        b"[" * 100 + b"]" * 100,
        b"[" * 64 + b"]" * 64,
        b"[" * 65 + b"]" * 65,
        b"[" + b"9" * 5000 + b"]",
        b"[12345678901234567890123]",
        "[\"\u2028\u202e\"]".encode(),
        b'{"html":"\\u003cb\\u003e\\u0026"}\n',
        b'["<\\/script>"]',
        b'{"a": 1,"b":2}',
        b"\xef\xbb\xbf{}",
        b"\x03\xe8\xff",
        b"\x03",
    ]
)  # fmt: skip

payloads = st.binary(max_size=40) | texts.map(lambda text: text.encode("utf-8", "replace"))
payloads |= _json_bytes() | _odd_payloads

_frames = st.lists(st.tuples(numbers, st.integers(0, 255), st.integers(0, 3)), min_size=1, max_size=3).map(
    tuple
)
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: numbers,
    str: strings,
    bytes: payloads,
    bool: st.booleans(),
    Opcode: st.sampled_from(Opcode),
    Direction: st.sampled_from(["client", "server"]),
    Headers: st.lists(st.tuples(strings, strings), max_size=3).map(tuple),
    int | None: st.none() | numbers,
    str | None: st.none() | strings,
    bytes | None: st.none() | payloads,
    Direction | None: st.sampled_from([None, "client", "server"]),
    tuple[Frame, ...] | None: st.none() | _frames,
}
# Names that no version knows: what the format reserves is prefixed here.
_extras = st.dictionaries(strings.map(lambda name: f"x{name}"), values, max_size=2)


def _of(kind: str) -> st.SearchStrategy[Record]:
    cls = KINDS[kind]
    hints = get_type_hints(cls)
    parts: dict[str, Any] = {"extra": st.just({}) | _extras}
    optional: dict[str, Any] = {}
    for item in fields(cls):
        if item.name != "extra":
            (parts if item.default is MISSING else optional)[item.name] = _BY_TYPE[hints[item.name]]
    return st.fixed_dictionaries(parts, optional=optional).map(lambda values: cls(**values))


messages = _of("message")
_unknown = st.builds(Unknown, kind=strings.map(lambda name: f"x{name}"), extra=_extras)
records = st.one_of(*(_of(kind) for kind in KINDS if kind not in ("head", "end")), _unknown)

# Messages that share a session, a sender and a time, as they come in bulk.
_runs = st.lists(
    st.builds(
        Message, t=st.sampled_from([1, 2]), session=st.just(1), sender=st.sampled_from(["client", "server"]),
        opcode=st.sampled_from(Opcode), payload=payloads, frames=st.none() | _frames,
        extra=st.just({}) | _extras,
    ),
    max_size=6,
)  # fmt: skip
cassettes = st.tuples(st.lists(records, max_size=4), _runs, st.booleans()).map(
    lambda parts: whole(*parts[0], *parts[1], *([EVERY_KIND[-1]] if parts[2] else []))
)
