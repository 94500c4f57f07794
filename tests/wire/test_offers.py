"""What a server agrees to is what a strict client takes, and no compression where none was recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.headers import parse_extension

from wsrecord.wire.offers import agree

BITS = st.none() | st.integers(9, 15)
RECORDED = st.sampled_from(
    [
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_max_window_bits=11",
        "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
    ]
)


@given(st.booleans(), st.booleans(), BITS, st.none() | st.just(True) | st.integers(9, 15), RECORDED)
def test_the_answer_to_any_offer_is_one_that_its_client_takes(
    server: bool, client: bool, server_bits: int | None, client_bits: int | bool | None, recorded: str
) -> None:
    factory = ClientPerMessageDeflateFactory(server, client, server_bits, client_bits)
    parameters = "".join(
        f"; {name}" if value is None else f"; {name}={value}" for name, value in factory.get_request_params()
    )
    answer = agree([f"permessage-deflate{parameters}"], [recorded])
    assert answer is not None
    [(name, agreed)] = parse_extension(answer)
    assert name == "permessage-deflate"
    try:
        factory.process_response_params(agreed, [])
    except NegotiationError as error:
        pytest.fail(f"{factory.get_request_params()} was answered with {answer}: {error}")


@pytest.mark.parametrize(
    ("offered", "recorded"),
    [
        ([], ["permessage-deflate"]),
        (["permessage-deflate"], []),
        (["x-webkit-deflate-frame"], ["permessage-deflate"]),
        (["permessage-deflate; server_max_window_bits=8"], ["permessage-deflate"]),
        (["permessage-deflate; unheard_of"], ["permessage-deflate"]),
        (["permessage-deflate; =; ,,"], ["permessage-deflate"]),
    ],
)
def test_what_was_not_recorded_or_not_offered_is_not_agreed_on(
    offered: list[str], recorded: list[str]
) -> None:
    assert agree(offered, recorded) is None


def test_of_two_offers_the_first_that_can_be_taken_counts() -> None:
    offered = ["permessage-deflate; server_max_window_bits=8, permessage-deflate"]
    assert agree(offered, ["permessage-deflate"]) == "permessage-deflate"
