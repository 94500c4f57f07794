"""Messages as RFC 6455 wants them: fragments, controls between them, compression, size."""

from collections.abc import Iterator
from functools import cache
from random import Random

from live.behaviours import also_over_tls, behaviour, opened
from support import frames
from support.deflate import Deflate
from support.script import Step, client, server

C, S = frames.client, frames.server
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"
FRESH = f"{DEFLATE}; client_no_context_takeover; server_no_context_takeover"
SMALL = f"{DEFLATE}; client_max_window_bits=9; server_max_window_bits=9"


def closed() -> Iterator[Step]:
    """The proper end: close frames, then the server ends TCP first, as the RFC asks."""
    yield client(C.close(1000, "done"))
    yield server(S.close(1000, "done"))
    yield server.fin()
    yield client.fin()


@cache
def bulk(size: int) -> bytes:
    return Random(6455).randbytes(size)


@also_over_tls
def one_text_message_each_way() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("héllo ☃"))
    yield server(S.text("héllo ☃"))
    yield from closed()


@also_over_tls
def fragmented_messages_each_way() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("one ", fin=False), C.more("two ", fin=False), C.more("three"))
    yield server(S.binary(b"\x00\x01", fin=False), S.more(b"", fin=False), S.more(b"\x02"))
    yield client(C.text("", fin=False))
    yield client(C.more("", fin=False))
    yield client(C.more(""))
    yield from closed()


@behaviour
def a_fragment_that_splits_a_character() -> Iterator[Step]:
    snowman = "☃".encode()
    yield from opened()
    yield client(C.text(snowman[:1], fin=False), C.more(snowman[1:2], fin=False), C.more(snowman[2:]))
    yield server(S.text(snowman[:2], fin=False), S.more(snowman[2:]))
    yield from closed()


@also_over_tls
def controls_between_fragments() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("a", fin=False), C.ping("1"), C.more("b", fin=False), C.pong("unasked"), C.more("c"))
    yield server(S.pong("1"), S.text("a", fin=False), S.ping("2"), S.ping("3"), S.more("b"))
    yield client(C.pong("3"))
    yield from closed()


@behaviour
def a_close_between_fragments() -> Iterator[Step]:
    yield from opened()
    yield server(S.text("never ", fin=False), S.close(1011, "broke down"))
    yield client(C.close(1011))
    yield server.fin()
    yield client.fin()


@behaviour
def a_ping_that_nobody_answers() -> Iterator[Step]:
    yield from opened()
    yield client(C.ping("are you there"))
    yield server(S.ping())
    yield server(S.text("still"))
    yield client(C.ping(b"x" * 125))
    yield from closed()


@behaviour
def one_frame_byte_by_byte() -> Iterator[Step]:
    yield from opened()
    yield client.dribble(C.text("drop by drop", length=16))
    yield server.dribble(S.binary(bytes(130)))
    yield from closed()


@behaviour
def every_length_at_its_border() -> Iterator[Step]:
    yield from opened()
    for size in (0, 1, 125, 126, 127, 65535, 65536):
        yield client(C.binary(bulk(size)))
        yield server(S.binary(bulk(size)))
    yield from closed()


@behaviour
def many_small_messages_at_once() -> Iterator[Step]:
    yield from opened()
    yield client(*(C.text(f'{{"seq": {i}}}') for i in range(500)))
    yield server(*(S.text(f'{{"seq": {i}}}') for i in range(500)))
    yield from closed()


@behaviour
def both_sides_talking_at_once() -> Iterator[Step]:
    yield from opened()
    for i in range(20):
        yield client.later(C.text(f"client {i}"))
        yield server.later(S.text(f"server {i}"))
    yield from closed()


@also_over_tls
def compression_with_context_takeover() -> Iterator[Step]:
    to_server, to_client = Deflate(), Deflate()
    yield from opened(DEFLATE)
    for _ in range(3):
        yield client(C.text(to_server('{"type": "start_agent"}'), rsv=frames.RSV1))
        yield server(S.text(to_client('{"type": "agent_started"}'), rsv=frames.RSV1))
    yield server(S.text("and one that is not compressed"))
    yield server(S.text(to_client('{"type": "agent_started"}'), rsv=frames.RSV1))
    yield from closed()


@behaviour
def compression_without_context_takeover() -> Iterator[Step]:
    to_server, to_client = Deflate(takeover=False), Deflate(takeover=False)
    yield from opened(FRESH)
    for _ in range(3):
        yield client(C.text(to_server("again and again"), rsv=frames.RSV1))
        yield server(S.binary(to_client(b"again and again"), rsv=frames.RSV1))
    yield from closed()


@behaviour
def compression_with_a_small_window() -> Iterator[Step]:
    to_server, to_client = Deflate(bits=9), Deflate(bits=9)
    yield from opened(SMALL)
    for i in range(4):
        yield client(C.binary(to_server(bulk(3000 + i)), rsv=frames.RSV1))
        yield server(S.binary(to_client(bulk(3000 + i)), rsv=frames.RSV1))
    yield from closed()


@behaviour
def a_compressed_message_in_fragments() -> Iterator[Step]:
    packed = Deflate()("to be continued " * 50)
    yield from opened(DEFLATE)
    yield client(C.text(packed[:5], fin=False, rsv=frames.RSV1), C.ping("!"), C.more(packed[5:]))
    yield server(S.text(packed[:1], fin=False, rsv=frames.RSV1), S.more(b"", fin=False), S.more(packed[1:]))
    yield from closed()


@behaviour
def a_compressed_message_that_is_no_deflate_stream() -> Iterator[Step]:
    yield from opened(DEFLATE)
    yield server(S.text(b"\xff\xff\xff\xff", rsv=frames.RSV1))
    yield server(S.text(Deflate()("after it"), rsv=frames.RSV1))
    yield client(C.close(1007))
    yield client.fin()
    yield server.fin()


@behaviour
def a_small_message_that_inflates_to_64_MB() -> Iterator[Step]:
    yield from opened(DEFLATE)
    yield server(S.binary(Deflate()(bytes(1 << 26)), rsv=frames.RSV1))
    yield client(C.text("got it"))
    yield from closed()


@also_over_tls
def messages_of_16_MB() -> Iterator[Step]:
    yield from opened()
    yield client(C.binary(bulk(1 << 24)))
    yield server(S.binary(bulk(1 << 24)))
    yield client(C.text("after it"))
    yield from closed()


@behaviour
def a_message_of_16_MB_in_fragments() -> Iterator[Step]:
    data, step = bulk(1 << 24), 1 << 20
    parts = [data[i : i + step] for i in range(0, len(data), step)]
    yield from opened()
    yield server(
        S.binary(parts[0], fin=False),
        *(S.more(part, fin=False) + S.ping(f"{i}") for i, part in enumerate(parts[1:-1])),
        S.more(parts[-1]),
    )
    yield client(C.text("after it"))
    yield from closed()


@behaviour
def extensions_that_nobody_knows() -> Iterator[Step]:
    yield from opened("Sec-WebSocket-Extensions: x-secret-sauce; level=3")
    yield client(C.text("one", rsv=frames.RSV2), C.text("two", rsv=frames.RSV3))
    yield server(S.binary(b"\xfe", rsv=frames.RSV1 | frames.RSV2 | frames.RSV3), S.frame(0x3, b"new"))
    yield client(C.frame(0xB, b"a control of its own", rsv=frames.RSV3))
    yield from closed()
