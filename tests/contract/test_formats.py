import jsonschema_rs
import pytest
from contract.folder import schema
from hypothesis import example, given
from hypothesis import strategies as st

from wsrecord.contract.formats import FORMATS, NATIVE, UNCHECKED

SEEDS = {
    "date": ["2024-02-29", "0000-02-29", "2024-12-31"],
    "time": ["12:00:00Z", "23:59:60Z", "22:59:60-01:00", "00:29:60+00:30", "12:00:00.123456789012z",
    "12:00:00+23:59"],
    "date-time": ["2024-02-29T12:00:00.123Z", "1998-12-31T15:59:60.123-08:00", "2024-02-29t12:00:00z"],
    "duration": ["P1Y2M3DT4H5M6S", "P4W", "PT1S", "P1D", "PT36H"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"],
    "ipv4": ["1.2.3.4", "0.0.0.0", "255.255.255.255"],
    "ipv6": ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"],
    "hostname": ["a.b", "xn--a", "localhost"],
    "email": ["a.b@c.d", "a+b@localhost"],
    "uri": ["http://a/b?c#d", "a:", "urn:x:y", "http://[::1]:80/", "mailto:a@b"],
    "uri-reference": ["", "a", "//a", "?a", "#a", "a:b", "../a"],
    "json-pointer": ["", "/a", "/~0~1"],
    "relative-json-pointer": ["0", "1/a", "0#"],
    "regex": ["a", "^[a-z]+$", r"\d{3}"],
}  # fmt: skip
WRONG = {
    "date": ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "+0-4-12-31", "2024-01-01 ",
    "２０２４-01-01"],
    "time": ["24:00:00Z", "12:60:00Z", "12:00:61Z", "12:00:00", "12:00:60Z", "23:59:60+01:00",
    "12:00:00+24:00"],
    "date-time": ["2024-02-29 12:00:00Z", "2024-02-30T12:00:00Z", "2024-02-29", "1998-12-31T23:58:60Z"],
    "duration": ["P", "PT", "P1YT", "P1Y1D", "P1Y2W", "P1.5D", "PT1H1S", "P٣D"],
    "uuid": ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
    "ipv4": ["01.2.3.4", "256.1.1.1", "1.2.3", "١.2.3.4"],
    "ipv6": ["fe80::1%eth0", "1::2::3", "12345::", ":1", "::ffff:01.2.3.4"],
    "hostname": ["", "-a", "a-", "a.", "a_b", "a" * 64],
    "email": ["a", "@a", "a@", "a..b@c", "a@b@c"],
    "uri": ["//a", "a b:c", "http://[::1", "http://a b", "a:%zz", "é:"],
    "uri-reference": ["a b", "\\\\a", "%zz"],
    "json-pointer": ["a", "/a~", "/~2"],
    "relative-json-pointer": ["#", "-1", "01", "0/~2"],
    "regex": ["[", "(", r"\Z", "a**"],
}  # fmt: skip


def test_every_format_has_examples():
    assert SEEDS.keys() == WRONG.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_both_validators_take_what_is_right_and_refuse_what_is_not(name):
    ours = schema({"format": name})
    for text in SEEDS[name]:
        assert ours.is_valid(text), text
        assert ours.reference.is_valid(text), text
    for text in WRONG[name]:
        assert not ours.is_valid(text), text
        assert not ours.reference.is_valid(text), text
    assert ours.is_valid(7)
    assert ours.reference.is_valid(None)


@st.composite
def bent(draw):
    """A right text with a few characters changed."""
    name = draw(st.sampled_from(sorted(NATIVE)))
    text = list(draw(st.sampled_from(SEEDS[name])))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 1))] = draw(
            st.sampled_from(["", *"0129aFgPTWDHMS:.-+/~% zZ", "٣"])
        )
    return name, "".join(text)


@given(bent())
@example(("ipv4", "1.2.3.04"))
def test_native_formats_are_what_ours_are(case):
    name, text = case
    native = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    assert native.is_valid(text) is FORMATS[name](text)


@pytest.mark.parametrize("name", [*UNCHECKED, "mine", "color"])
def test_other_formats_are_annotations_in_both(name):
    ours = schema({"format": name})
    assert ours.is_valid("{ ::: \\")
    assert ours.reference.is_valid("{ ::: \\")
