import json

import pytest
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from benchmarks.framing import first_frame
from benchmarks.payloads import BLOCK_MESSAGES, client_block, payloads, server_block


@pytest.mark.parametrize("size", BLOCK_MESSAGES)
def test_a_block_holds_different_json_texts_of_one_size(size):
    texts = payloads(size)
    assert {len(text) for text in texts} == {size}
    assert len({json.dumps(json.loads(text)) for text in texts}) == BLOCK_MESSAGES[size]


@pytest.mark.parametrize("size", BLOCK_MESSAGES)
def test_client_frames_are_what_an_independent_parser_reads(size):
    protocol = ServerProtocol(state=OPEN, max_size=None)
    protocol.receive_data(client_block(size).frames)
    read = [event.data for event in protocol.events_received() if isinstance(event, Frame)]
    assert read == list(payloads(size))


@pytest.mark.parametrize("size", BLOCK_MESSAGES)
def test_length_counts_whole_frames_over_any_number_of_passes(size):
    block = server_block(size)
    count = 2 * block.messages + 3
    assert block.length(count) == sum(len(block.frame(number)) for number in range(count))


def test_a_frame_is_found_only_when_it_is_whole():
    frame = client_block(300).frame(0)
    assert first_frame(frame[:-1]) is None
    assert first_frame(frame + b"\x81") == (1, len(frame))
