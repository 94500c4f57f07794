"""Units: what they show, and which belong together."""

from codec.says import message, only

from wsrecord.cassette.model import Opcode
from wsrecord.codec.unit import Fault, Unit, Wire, together


def test_text_shows_as_it_stood_and_binary_as_its_value() -> None:
    assert only("json", '{ "a":1 }').text == '{ "a":1 }'
    assert only("msgpack", b"\x81\xa1a\x01").text == '{"a": 1}'
    assert only("raw", b"a\xff").text == "a\ufffd"


def test_a_null_is_readable_and_nothing_is_not() -> None:
    assert only("json", "null").readable
    assert not only("json", "nul").readable


def test_what_can_not_be_read_shows_its_bytes() -> None:
    assert only("msgpack", b"\xc1oops").text == "\ufffdoops"


def test_a_unit_keeps_number_time_and_side() -> None:
    unit = only("json", message("1", "client", t=17))
    assert (unit.numbers, unit.t, unit.sender, unit.opcode) == ((1,), 17, "client", Opcode.TEXT)


def test_neighbours_that_share_a_message_belong_together() -> None:
    def unit(*numbers: int) -> Unit:
        return Unit(
            value=None, sender="client", numbers=numbers, fault=Fault("malformed", ""), wire=Wire(b"")
        )

    assert [len(group) for group in together([unit(1, 2), unit(2), unit(2, 3), unit(4), unit(), unit()])] == [
        3,
        1,
        1,
        1,
    ]
