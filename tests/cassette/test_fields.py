"""Records as maps: strict where they are known, kept where they are not."""

import pytest
from cassette.records import EVERY_KIND, HEAD

from wsrecord.cassette import fields
from wsrecord.cassette.model import KINDS, Ended, Head, Opened, Record, Unknown
from wsrecord.errors import CassetteError

OPENED = {"kind": "opened", "t": 1, "connection": 2}
REQUEST = {
    "kind": "request", "t": 1, "began": 1, "connection": 1, "exchange": 1,
    "method": "GET", "path": "/", "headers": [["a", "b"]],
}  # fmt: skip


def refused(given: dict[str, object]) -> str:
    with pytest.raises(CassetteError) as caught:
        fields.from_map(given)
    return str(caught.value)


@pytest.mark.parametrize("record", EVERY_KIND, ids=lambda record: type(record).__name__)
def test_every_kind_comes_back_from_its_map(record: Record) -> None:
    assert fields.from_map(fields.to_map(record)) == record


def test_every_kind_of_the_model_is_tried_here() -> None:
    assert {type(record) for record in EVERY_KIND} == {*KINDS.values(), Unknown}


def test_fields_at_their_defaults_are_left_out() -> None:
    assert fields.to_map(Opened(t=1, connection=2)) == OPENED
    assert fields.from_map(OPENED) == Opened(t=1, connection=2)


def test_the_head_says_first_what_it_is() -> None:
    assert list(fields.to_map(HEAD)) == ["wsrecord", "kind", "created", "recorder", "targets", "nonce"]


def test_fields_of_a_later_version_are_kept() -> None:
    record = fields.from_map(OPENED | {"mood": {"deep": [b"\x00", 1.5, None]}, "critical": False})
    assert record == Opened(
        t=1, connection=2, extra={"mood": {"deep": [b"\x00", 1.5, None]}, "critical": False}
    )
    assert fields.to_map(record)["mood"] == {"deep": [b"\x00", 1.5, None]}


def test_kinds_of_a_later_version_are_kept() -> None:
    given = {"kind": "weather", "sky": "grey"}
    assert fields.from_map(given) == Unknown(kind="weather", extra={"sky": "grey"})
    assert fields.to_map(fields.from_map(given)) == given


def test_what_is_critical_must_be_understood_wholly() -> None:
    assert "the critical kind 'weather' is not known here: a newer wsrecord" in refused(
        {"kind": "weather", "critical": True}
    )
    assert "the field 'mood' of a critical opened" in refused(OPENED | {"mood": 1, "critical": True})
    assert fields.from_map(OPENED | {"critical": True}).extra == {"critical": True}
    assert "true or false" in refused(OPENED | {"critical": 1})


def test_a_later_version_is_refused_whatever_else_it_says() -> None:
    assert "version 2 of the format; this wsrecord reads up to 1: a newer wsrecord is needed" in refused(
        {"wsrecord": 2, "kind": "head", "created": 5}
    )
    assert "no version 0" in refused({"wsrecord": 0, "kind": "head"})
    assert "not null" in refused({"kind": "head"})


def test_halves_of_a_character_that_meet_are_one_character() -> None:
    record = fields.from_map(OPENED | {"x": ["\ud83d\ude00", {"\ud83d\ude00": "\ud800"}]})
    assert record.extra == {"x": ["😀", {"😀": "\ud800"}]}
    ended = fields.from_map(
        {"kind": "ended", "t": 1, "connection": 1, "sender": "client", "how": "\ud83d\ude00"}
    )
    assert isinstance(ended, Ended)
    assert ended.how == "😀"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "without a kind"),
        ({"kind": 5}, "without a kind"),
        ({"kind": "opened", "t": 1}, "opened: connection missing"),
        ({"kind": "opened"}, "opened: connection and t missing"),
        (OPENED | {"t": "1"}, "opened: t must be a whole number, not text"),
        (OPENED | {"t": 1.0}, "not a number with a fraction"),
        (OPENED | {"t": True}, "not a boolean"),
        (OPENED | {"t": -1}, "between 0 and 2^63, not at -1"),
        (OPENED | {"t": 1 << 63}, "between 0 and 2^63"),
        (OPENED | {"t": 1 << 5000}, "not at a huge number"),
        (OPENED | {"t": None}, "not null"),
        (OPENED | {"tls": 1}, "true or false, not a number"),
        (OPENED | {"x": float("inf")}, "inf is no number"),
        (OPENED | {"x": 1 << 64}, "beyond 64 bits"),
        (OPENED | {"x": {1: 2}}, "key must be text"),
        (OPENED | {"x": object()}, "type object can't stand"),
        (OPENED | {"wsrecord": 1}, "the name is taken"),
        (REQUEST | {"json": {}}, "the name is taken"),
        (REQUEST | {"headers": "a: b"}, "must be a list, not text"),
        (REQUEST | {"headers": [["a"]]}, "header 1 must be [name, value]"),
        (REQUEST | {"headers": [["a", "b"], ["a", b"b"]]}, "header 2 must be [name, value]"),
        (REQUEST | {"headers": [("a" * 99, 1)]}, "header 1"),
        (REQUEST | {"body": "text"}, "must be bytes, not text"),
        (REQUEST | {"path": b"/"}, "must be text, not bytes"),
        ({"kind": "ended", "t": 1, "connection": 1, "sender": "x" * 99, "how": ""}, "not 'xxxx"),
        ({"wsrecord": 1, "kind": "head", "targets": []}, "targets must be a map, not a list"),
        ({"wsrecord": 1, "kind": "head", "targets": {"/": 1}}, "targets: '/' must be text"),
    ],
)
def test_a_wrong_map_is_refused_by_name(given: dict[str, object], says: str) -> None:
    assert says in refused(given)


def test_depth_is_bounded() -> None:
    value: object = 1
    for _ in range(5000):
        value = [value]
    assert "nested deeper than 64" in refused(OPENED | {"x": value})


def test_a_writer_can_not_use_names_that_are_taken() -> None:
    for record in (
        Opened(t=1, connection=1, extra={"t": 5}),
        Opened(t=1, connection=1, extra={"kind": "x"}),
        Unknown(kind="opened"),
        Unknown(kind="messages"),
    ):
        with pytest.raises(CassetteError):
            fields.to_map(record)


def test_an_optional_field_may_be_null() -> None:
    assert fields.from_map(REQUEST | {"session": None, "body": None}) == fields.from_map(REQUEST)


def test_the_version_is_written_though_it_has_a_default() -> None:
    assert fields.to_map(Head(created="", recorder="", targets={}, nonce=""))["wsrecord"] == 1
