"""One codec for text, another for binary."""

from codec.says import fault, made_up, only, sent, units, value

from wsrecord.cassette.model import Opcode

SPEC = {"by-frame": {"text": "json-rpc", "binary": "msgpack"}}


def test_each_kind_has_its_codec() -> None:
    assert only(SPEC, '{"method":"m"}').name == "m"
    assert value(SPEC, b"\x93\x01\x02\x03") == [1, 2, 3]
    assert fault(SPEC, b"\xc1") == "invalid-msgpack"


def test_json_beside_bytes_is_what_it_is_without_options() -> None:
    assert value("by-frame", '{"a":1}') == {"a": 1}
    assert value("by-frame", b"\x00") == b"\x00"


def test_each_unit_is_written_by_its_kind() -> None:
    assert sent(SPEC, made_up([1]), made_up([1], Opcode.BINARY)) == ["[1]", b"\x91\x01"]


def test_what_either_codec_waited_for_is_told_at_the_end() -> None:
    found = units({"by-frame": {"text": {"ndjson": {"spans": True}}, "binary": "mqtt"}}, "[1", b"\x30\x05")
    assert [(unit.numbers, unit.fault and unit.fault.code) for unit in found] == [
        ((1,), "incomplete"),
        ((2,), "incomplete"),
    ]
