"""What breaks RFC 6455 or HTTP, and must pass all the same: a recorder never judges."""

from collections.abc import Iterator

from live.behaviours import also_over_tls, behaviour, left, opened
from support import frames, http
from support.script import Step, client, server

C, S = frames.client, frames.server


@also_over_tls
def reserved_opcodes() -> Iterator[Step]:
    yield from opened()
    for opcode in (0x3, 0x7, 0xB, 0xF):
        yield client(C.frame(opcode, b"odd"))
        yield server(S.frame(opcode, b"odd"))
    yield client(C.text("and a good one"))
    yield server(S.close(1002, "reserved opcode"))
    yield from left()


@behaviour
def reserved_bits_without_an_extension() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("x", rsv=frames.RSV1), C.text("x", rsv=frames.RSV2), C.ping("x", rsv=frames.RSV3))
    yield server(S.close(1002))
    yield from left()


@behaviour
def lengths_in_more_bytes_than_they_need() -> Iterator[Step]:
    yield from opened()
    yield client(C.text("short", length=16), C.text("short", length=64), C.ping("short", length=16))
    yield server(S.text("short", length=64), S.text("short", length=16), S.text("", length=64))
    yield from left()


@behaviour
def a_length_with_its_highest_bit_set() -> Iterator[Step]:
    yield from opened()
    yield client(C.binary(b"not so long", length=64, claim=1 << 63))
    yield server(S.binary(b"nor this", length=64, claim=(1 << 64) - 1))
    yield client(C.text("and after it"))
    yield from left()


@behaviour
def a_length_of_4_EB_that_never_comes() -> Iterator[Step]:
    yield from opened()
    yield server(S.binary(b"a start", length=64, claim=1 << 62))
    yield server(b"and a little more")
    yield client(C.close(1009))
    yield from left()


@also_over_tls
def masks_on_the_wrong_side() -> Iterator[Step]:
    yield from opened()
    yield client(S.text("a client without a mask"))
    yield server(C.text("a server with one"))
    yield client(C.text("and a right one"), C.text("with a zero mask", mask=frames.ZERO_MASK))
    yield server(S.close(1002))
    yield from left()


@behaviour
def controls_that_are_too_long() -> Iterator[Step]:
    yield from opened()
    yield client(C.ping(b"x" * 126))
    yield server(S.pong(b"x" * 70_000))
    yield client(C.close(1000, "x" * 200))
    yield from left()


@behaviour
def controls_in_fragments() -> Iterator[Step]:
    yield from opened()
    yield client(C.ping("one", fin=False), C.more("two"))
    yield server(S.close(1000, fin=False), S.more("reason"))
    yield from left()


@behaviour
def fragments_out_of_order() -> Iterator[Step]:
    yield from opened()
    yield client(C.more("nothing to continue"))
    yield server(S.text("one", fin=False), S.text("two"), S.more("end of one"))
    yield server(S.binary(b"three", fin=False), S.binary(b"four", fin=False))
    yield from left()


@behaviour
def text_that_is_not_UTF_8() -> Iterator[Step]:
    yield from opened()
    yield client(C.text(b"\xff\xfe\xed\xa0\x80"))
    yield server(S.text(b"\xc3", fin=False), S.more(b"("))
    yield from left()


@behaviour
def garbage_after_the_upgrade() -> Iterator[Step]:
    yield from opened()
    yield server(b'Traceback (most recent call last):\n  File "app.py"\n' * 20)
    yield client(b"\x00" * 300)
    yield server(bytes(range(256)))
    yield from left()


@behaviour
def HTTP_after_the_upgrade() -> Iterator[Step]:
    yield from opened()
    yield client(http.get("/again"))
    yield server(http.answer(body=b"again"))
    yield from left()


@also_over_tls
def bytes_that_are_no_HTTP() -> Iterator[Step]:
    yield client(b"\x16\x03\x01\x00\x05hello")
    yield server(b"\x15\x03\x01\x00\x02\x02\x28")
    yield client(b"\x00\xff" * 40, b"\r\n\r\n")
    yield server(b"\r\n")
    yield from left()


@behaviour
def a_line_that_is_no_HTTP() -> Iterator[Step]:
    yield client(b"EHLO example.test\r\n")
    yield server(b"250 hello\r\n")
    yield client(b"QUIT\r\n")
    yield server(b"221 bye\r\n")
    yield from left()


@behaviour
def a_server_that_speaks_first() -> Iterator[Step]:
    yield server(b"220 smtp.example.test ready\r\n")
    yield client(b"QUIT\r\n")
    yield server.fin()
    yield client.fin()


@behaviour
def an_answer_that_is_no_HTTP() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(b"\xde\xad\xbe\xef")
    yield server(b"\r\n\r\n")
    yield client(C.text("hm"))
    yield from left()


@behaviour
def an_answer_with_a_wrong_accept() -> Iterator[Step]:
    yield client(http.upgrade())
    yield server(http.switching().replace(http.ACCEPT.encode(), b"AAAA"), S.text("in"))
    yield client(C.text("in"))
    yield from left()


@behaviour
def a_101_to_a_request_that_asked_for_no_upgrade() -> Iterator[Step]:
    yield client(http.get("/"))
    yield server(http.switching(), S.text("surprise"))
    yield client(C.text("thanks"))
    yield from left()


@behaviour
def chunks_that_are_no_chunks() -> Iterator[Step]:
    yield client(http.get("/"))
    yield server(http.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), b"zz\r\nhello\r\n")
    yield server(b"and on it goes")
    yield client(http.get("/again"))
    yield server(http.answer(body=b"again"))
    yield from left()
