"""What a 101 answer agreed on, and one direction's inflater."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.deflate import Deflate as Compressor
from wire.streams import few

from wsrecord.wire.deflate import Deflate, Extensions, InflateError, Inflater, agreed_extensions

BOTH = Deflate(client_takeover=True, server_takeover=True)


@pytest.mark.parametrize(
    ("values", "agreed"),
    [
        ([], Extensions()),
        (["permessage-deflate"], Extensions(BOTH)),
        (["permessage-deflate; client_no_context_takeover"], Extensions(Deflate(False, True))),
        (["permessage-deflate; server_no_context_takeover"], Extensions(Deflate(True, False))),
        (
            ["permessage-deflate;server_no_context_takeover;client_no_context_takeover"],
            Extensions(Deflate(False, False)),
        ),
        (["permessage-deflate; server_max_window_bits=10"], Extensions(BOTH)),
        (['permessage-deflate; client_max_window_bits="9"'], Extensions(BOTH)),
        (["permessage-deflate ;\tclient_max_window_bits"], Extensions(BOTH)),
        (["x-other"], Extensions(None, ("x-other",))),
        (["x-other; a=1, permessage-deflate"], Extensions(BOTH, ("x-other",))),
        (["x-other", "permessage-deflate", "y-other"], Extensions(BOTH, ("x-other", "y-other"))),
        (
            ["permessage-deflate; client_no_context_takeover", "permessage-deflate"],
            Extensions(Deflate(False, True), ("permessage-deflate",)),
        ),
    ],
)
def test_agreed_extensions(values: list[str], agreed: Extensions) -> None:
    assert agreed_extensions(values) == agreed


@pytest.mark.parametrize(
    "broken",
    ["", ",", "permessage-deflate;", "permessage-deflate; =", 'permessage-deflate; a="b c"', '"', "a b", "ÿ"],
)
def test_a_broken_header_is_unknown_as_a_whole_and_the_next_is_read(broken: str) -> None:
    assert agreed_extensions([broken, "permessage-deflate"]) == Extensions(BOTH, (broken,))


@few
@given(st.lists(st.text() | st.text('permessage-deflate;=, "\\abc_1'), max_size=3))
def test_no_header_raises(values: list[str]) -> None:
    agreed_extensions(values)


def test_each_direction_has_its_own_takeover() -> None:
    deflate = Deflate(client_takeover=False, server_takeover=True)
    assert deflate.inflater("client", 1).takeover is False
    assert deflate.inflater("server", 1).takeover is True


@few
@given(st.lists(st.binary(max_size=300), max_size=5), st.booleans(), st.integers(9, 15))
def test_messages_come_back(messages: list[bytes], takeover: bool, bits: int) -> None:
    z, inflater = Compressor(takeover=takeover, bits=bits), Inflater(takeover, 300)
    assert [inflater.inflate(z(message)) for message in messages] == messages


def test_the_bound_is_of_the_message_and_not_of_the_stream() -> None:
    z, inflater = Compressor(), Inflater(True, 100)
    assert [inflater.inflate(z(b"a" * 100)) for _ in range(3)] == [b"a" * 100] * 3
    with pytest.raises(InflateError) as caught:
        inflater.inflate(z(b"a" * 101))
    assert caught.value.why == "bomb"
    assert inflater.blind


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("payload", [b"\xff\xff", b"\x07", b"\x02\x00garbage"])
def test_what_is_broken_blinds_with_takeover_only(payload: bytes, takeover: bool) -> None:
    inflater = Inflater(takeover, 100)
    with pytest.raises(InflateError) as caught:
        inflater.inflate(payload)
    assert caught.value.why == "broken"
    assert inflater.blind is takeover


def final(payload: bytes) -> bytes:
    z = zlib.compressobj(wbits=-15)
    return z.compress(payload) + z.flush()


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("padding", [b"", b"\x00"])
def test_a_final_block_ends_its_message_and_the_next_starts_afresh(padding: bytes, takeover: bool) -> None:
    inflater = Inflater(takeover, 100)
    assert [inflater.inflate(final(b"one") + padding) for _ in range(2)] == [b"one", b"one"]
    assert inflater.inflate(Compressor()("two")) == b"two"


@pytest.mark.parametrize("more", [final(b"two"), b"\x00" * 2, b"rest", Compressor()("two")])
def test_what_follows_a_final_block_is_never_dropped_in_silence(more: bytes) -> None:
    with pytest.raises(InflateError):
        Inflater(False, 100).inflate(final(b"one") + more)


@few
@given(st.binary(max_size=200), st.booleans())
def test_garbage_is_broken_or_a_message_within_the_bound(payload: bytes, takeover: bool) -> None:
    inflater = Inflater(takeover, 50)
    try:
        found = inflater.inflate(payload)
    except InflateError:
        assert inflater.blind is takeover
    else:
        assert len(found) <= 50
