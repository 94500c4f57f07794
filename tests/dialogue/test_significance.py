"""What is long or random enough not to be chance, and what isn't."""

import pytest

from wsrecord.dialogue.significance import echoed_name, is_id_key, is_random, is_telling, is_time


@pytest.mark.parametrize(
    "value",
    [
        "66fa9116-179b-4aec-8f7b-1b70d15b643a", "call_abc123XYZ789", "toolu_01A09q90qw90lq917835lq9",
        "wsr-0123456789ab-token-1", "lv_VI97HAXpY6yYWAAAC", "deadbeef01", "kernel-1f2e3d4c",
        "2026-11-21T11:17:20.095Z", "dXNlcjEyMzpwYXNz", 123457, 1732184240.095, 8_675_309_123,
        "/runs/66fa9116-179b-4aec-8f7b-1b70d15b643a", 234567, "234567",
    ],
)  # fmt: skip
def test_these_are_no_chance(value):
    assert is_telling(value)


@pytest.mark.parametrize(
    "value",
    [
        "assistant", "user-ada", "gpt-4o-mini", "claude-3-opus-20240229", "application/json", "agent.v1",
        "graphql-transport-ws", "getDocumentByNodeId", "start_agent", "v1.channel.k8s.io", "python3", "0.1.0",
        "what is (17 + 4) * 2, and how do frames carry a message?", "Bearer", "", "20261121", 0, 7, 1000,
        100_000, 1_000_000, 1 << 20, 0.5, "sess_42", "150000", "012345",
        "2026-11-21T11:17:20Z", 1732184240,
    ],
)  # fmt: skip
def test_these_may_be(value):
    assert not is_telling(value)


def test_a_time_is_telling_but_not_drawn_by_lot():
    assert is_time("2026-11-21T11:17:20.095Z")
    assert is_time(1732184240.095)
    assert is_time(1732184240095)
    assert not is_random("2026-11-21T11:17:20.095Z")


def test_a_number_is_as_telling_in_a_url_as_in_json_but_a_short_one_is_not_made_up():
    assert is_telling("8675309")
    assert is_telling(8675309)
    assert not is_random("234567")


def test_names_of_ids():
    assert all(map(is_id_key, ("room_id", "roomId", "id", "cursor", "upload_token")))
    assert not any(map(is_id_key, ("idea", "valid", "text", "count")))
    assert {echoed_name(name) for name in ("id", "reply_to", "request_id", "inReplyTo")} == {"id"}
