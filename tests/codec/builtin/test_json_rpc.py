"""JSON-RPC: names over both directions, and batches."""

from dataclasses import replace

import pytest
from codec.says import made_up, message, only, sent, units

from wsrecord.codec.registry import make


def names(*said: tuple[str, str]) -> list[str | None]:
    return [unit.name for unit in units("json-rpc", *(message(text, sender) for sender, text in said))]


def test_replies_are_named_by_what_they_answer() -> None:
    assert names(
        ("client", '{"jsonrpc":"2.0","id":1,"method":"initialize"}'),
        ("client", '{"jsonrpc":"2.0","id":2,"method":"tools/call"}'),
        ("server", '{"jsonrpc":"2.0","method":"progress"}'),
        ("server", '{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}}'),
        ("server", '{"jsonrpc":"2.0","id":1,"result":null}'),
    ) == ["initialize", "tools/call", "progress", "tools/call/error", "initialize/result"]


def test_both_sides_may_ask_under_the_same_id() -> None:
    assert names(
        ("client", '{"id":1,"method":"a"}'),
        ("server", '{"id":1,"method":"b"}'),
        ("client", '{"id":1,"result":0}'),
        ("server", '{"id":1,"result":0}'),
    ) == ["a", "b", "b/result", "a/result"]


def test_a_reply_to_nothing_that_was_asked_has_a_plain_name() -> None:
    assert names(
        ("client", '{"id":1,"method":"a"}'),
        ("server", '{"id":"1","result":0}'),
        ("client", '{"id":1,"result":0}'),
        ("server", '{"id":null,"error":{"code":-32700,"message":"?"}}'),
    ) == ["a", "result", "result", "error"]


def test_an_id_is_answered_once() -> None:
    assert names(("client", '{"id":0,"method":"a"}'), *[("server", '{"id":0,"result":0}')] * 2) == [
        "a",
        "a/result",
        "result",
    ]


def test_an_id_that_is_asked_twice_is_answered_twice_in_that_order() -> None:
    asked = [("client", '{"id":1,"method":"a"}'), ("client", '{"id":1,"method":"b"}')]
    assert names(*asked, *[("server", '{"id":1,"result":0}')] * 3) == [
        "a",
        "b",
        "a/result",
        "b/result",
        "result",
    ]


@pytest.mark.parametrize("text", ["{}", '{"method":1}', "1", '"x"', "null"])
def test_what_is_neither_a_request_nor_a_reply_is_malformed_and_read(text: str) -> None:
    unit = only("json-rpc", text)
    assert unit.fault is not None
    assert (unit.fault.code, unit.readable, unit.name) == ("malformed", True, None)


@pytest.mark.parametrize(
    "text",
    [
        '[{"method":"a"},{"method":"b"}]',
        ' [ {"method":"a"} ,\n{"method":"b", "params":[1e400]}] \n',
        '[{"method":"é"}, 1]',
    ],
)
def test_a_batch_holds_units_and_comes_back_byte_for_byte(text: str) -> None:
    found = units("json-rpc", text)
    assert len(found) == 2
    assert sent("json-rpc", *found) == [text]


def test_a_fault_in_a_batch_is_its_own_elements() -> None:
    found = units("json-rpc", '[{"method":"a","method":"b"},{"method":"c"},7]')
    assert [(unit.name, unit.fault and unit.fault.code) for unit in found] == [
        ("b", "duplicate-key"),
        ("c", None),
        (None, "malformed"),
    ]


def test_an_empty_batch_is_malformed() -> None:
    unit = only("json-rpc", "[]")
    assert unit.fault is not None
    assert unit.fault.code == "malformed"


def test_a_batch_of_which_units_are_missing_or_changed_is_still_one() -> None:
    first, second, third = units("json-rpc", '[{"method": "a"}, {"method": "b"}, {"method": "c"}]')
    assert sent("json-rpc", first, third) == ['[{"method": "a"}, {"method": "c"}]']
    assert sent("json-rpc", second, third) == ['[{"method": "b"},{"method": "c"}]']
    assert sent("json-rpc", second) == ['[{"method": "b"}]']
    changed = replace(second, value={"method": "x"})
    assert sent("json-rpc", first, changed, third) == ['[{"method": "a"}, {"method": "x"}, {"method": "c"}]']


def test_replies_in_a_batch_are_named_too() -> None:
    codec = make("json-rpc")
    codec.feed(1, message('[{"id":1,"method":"a"},{"id":2,"method":"b"}]', "client"))
    found = codec.feed(2, message('[{"id":2,"result":1},{"id":1,"error":{}}]', "server"))
    assert [unit.name for unit in found] == ["b/result", "a/error"]


def test_a_request_made_up_is_one_message() -> None:
    assert sent("json-rpc", made_up({"id": 1, "method": "a"})) == ['{"id":1,"method":"a"}']
