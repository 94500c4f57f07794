"""Which bodies are kept, and as what."""

import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.streams import chunks, cuts, few

from wsrecord.wire.bodies import Body, BodyKeeper


def kept(data: bytes, *headers: tuple[str, str], bound: int = 1000, cut: bool = False) -> Body:
    keeper = BodyKeeper(headers, bound)
    keeper.add(data)
    return keeper.finish(cut=cut)


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # the time of day would be in the test's name


def raw_deflate(data: bytes) -> bytes:
    z = zlib.compressobj(wbits=-15)
    return z.compress(data) + z.flush()


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/html; charset=utf-8",
        "application/json",
        "Application/JSON;charset=UTF-8",
        "application/problem+json",
        "application/x-ndjson",
        "application/xml",
        "application/soap+xml",
        "application/x-www-form-urlencoded",
        "application/javascript",
        "application/graphql",
    ],
)
def test_text_is_kept(kind: str) -> None:
    assert kept(b'{"a": 1}', ("Content-Type", kind)) == Body(b'{"a": 1}', 8)


def test_what_does_not_say_its_kind_is_kept() -> None:
    assert kept(b"abc") == Body(b"abc", 3)


@pytest.mark.parametrize(
    "kind",
    ["image/png", "application/octet-stream", "multipart/form-data; boundary=x", "video/mp4", "nonsense"],
)
def test_another_kind_is_not_kept_but_counted(kind: str) -> None:
    assert kept(b"abc", ("content-type", kind)) == Body(None, 3, "kind")


def test_no_body_is_no_content_and_no_reason() -> None:
    assert kept(b"") == Body(None, 0, None)
    assert kept(b"", ("Content-Type", "image/png"), ("Content-Encoding", "br")) == Body(None, 0, None)


def test_the_bound_is_the_last_size_that_is_kept() -> None:
    assert kept(b"x" * 1000) == Body(b"x" * 1000, 1000)
    assert kept(b"x" * 1001) == Body(None, 1001, "bound")


def test_of_a_cut_body_what_came_is_kept() -> None:
    assert kept(b"abc", cut=True) == Body(b"abc", 3, "cut")
    assert kept(b"", cut=True) == Body(None, 0, "cut")
    assert kept(b"abc", ("Content-Type", "image/png"), cut=True) == Body(None, 3, "kind")
    assert kept(gz(b"abc"), ("Content-Encoding", "gzip"), cut=True).content is None


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gz(b"hello")),
        ("x-gzip", gz(b"hello")),
        (" GZip ", gz(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", raw_deflate(b"hello")),
        ("identity", b"hello"),
        ("", b"hello"),
    ],
)
def test_a_body_is_kept_out_of_its_encoding_and_counted_in_it(encoding: str, data: bytes) -> None:
    assert kept(data, ("Content-Encoding", encoding)) == Body(b"hello", len(data))


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("br", b"\x0b\x02\x80hello\x03"),
        ("gzip, gzip", gz(gz(b"hello"))),
        ("gzip", b"hello"),
        ("gzip", gz(b"hello" * 50)[:-9]),
        ("gzip", gz(b"hello")[:-8] + bytes(8)),
        ("gzip", gz(b"one") + gz(b"two")),
        ("gzip", raw_deflate(b"hello")),
        ("gzip", b"{}"),
        ("deflate", b"{}"),
        ("deflate", zlib.compress(b"hello" * 50)[:-5]),
        ("deflate", raw_deflate(b"hello" * 50)[:-2]),
    ],
)
def test_what_can_not_be_decoded_whole_is_not_kept(encoding: str, data: bytes) -> None:
    assert kept(data, ("Content-Encoding", encoding)) == Body(None, len(data), "encoding")


def test_two_encoding_headers_are_two_encodings() -> None:
    body = gz(b"hello")
    headers = (("Content-Encoding", "identity"), ("content-encoding", "gzip"))
    assert kept(body, *headers) == Body(None, len(body), "encoding")


def test_a_bomb_costs_no_more_than_the_bound() -> None:
    packed = gzip.compress(bytes(64 << 20), 1)
    tracemalloc.start()
    began = time.process_time()
    body = kept(packed, ("Content-Encoding", "gzip"), bound=1 << 20)
    seconds = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert body == Body(None, len(packed), "bound")
    assert peak < 4 << 20
    assert seconds < 0.5


@few
@given(
    st.binary(max_size=100), cuts, st.sampled_from(["identity", "gzip", "deflate", "br"]), st.integers(0, 120)
)
def test_pieces_make_no_difference(data: bytes, places: list[int], encoding: str, bound: int) -> None:
    for body in (data, gz(data), zlib.compress(data), raw_deflate(data)):
        headers = (("Content-Encoding", encoding),)
        keeper = BodyKeeper(headers, bound)
        for part in chunks(body, places):
            keeper.add(part)
        found = keeper.finish()
        assert found == kept(body, *headers, bound=bound)
        assert found.size == len(body)
        assert found.content is None or len(found.content) <= bound
