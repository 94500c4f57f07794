"""Scalars within values and within their strings, found and put back."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from cassette.records import values
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.dialogue.insides import Into, get, put, scalars, shown

RUN = "66fa9116-179b-4aec-8f7b-1b70d15b643a"


@pytest.mark.parametrize(
    ("value", "inner", "changed"),
    [
        (f"/runs/{RUN}/events?after=3", RUN, "/runs/NEW/events?after=3"),
        (f"wss://host/ws?run={RUN}&x=1", RUN, "wss://host/ws?run=NEW&x=1"),
        ("a=1&next=%2Fhome%2Fada", "/home/ada", "a=1&next=NEW"),
        (f"Bearer {RUN}", RUN, "Bearer NEW"),
        (f"theme=dark; sid={RUN}; lang=en", RUN, "theme=dark; sid=NEW; lang=en"),
        (f"please stop {RUN}, thank you", RUN, "please stop NEW, thank you"),
        (f'<input name="csrf" value="{RUN}">', RUN, '<input name="csrf" value="NEW">'),
        (f'{{"run": {{"id": "{RUN}"}}, "n": 1}}', RUN, '{"run": {"id": "NEW"}, "n": 1}'),
        (f'["/runs/{RUN}"]', RUN, '["/runs/NEW"]'),
        (f'0{{"sid":"{RUN}","n":1}}', RUN, '0{"sid":"NEW","n":1}'),
        (f'451-/ns,7["x","{RUN}"]', RUN, '451-/ns,7["x","NEW"]'),
        (json.dumps({"a": json.dumps({"b": RUN})}), RUN, json.dumps({"a": json.dumps({"b": "NEW"})})),
    ],
)
def test_what_is_inside_a_string_is_found_and_replaced_in_place(value, inner, changed):
    path = next(path for path, scalar in scalars({"x": value}) if scalar == inner)
    assert get({"x": value}, path) == inner
    assert put({"x": value}, path, "NEW") == {"x": changed}


def test_what_needs_an_escape_gets_one():
    path = next(path for path, scalar in scalars("/ws?token=abc") if scalar == "abc")
    changed = put("/ws?token=abc", path, "a&b=c d/é")
    assert dict(parse_qsl(urlsplit(changed).query)) == {"token": "a&b=c d/é"}


def test_an_id_behind_a_known_text_may_look_like_a_word():
    path = next(path for path, scalar in scalars(f"please stop {RUN}, thank you") if scalar == RUN)
    assert get("please stop bthlMxxnd, thank you", path) == "bthlMxxnd"


def test_an_engine_io_answer_is_known_by_its_keys_whatever_its_id_looks_like():
    path = next(path for path, scalar in scalars(f'0{{"sid":"{RUN}"}}') if scalar == RUN)
    assert get('0{"upgrades":[],"sid":"abcdefghijklm"}', path) == "abcdefghijklm"


def test_a_plain_sentence_has_nothing_inside():
    assert [scalar for _, scalar in scalars("Split the request, then look; what else?")] == [
        "Split the request, then look; what else?"
    ]


def test_a_string_of_very_many_parts_is_looked_into_as_far_as_is_sensible():
    parts = list(scalars("/x?" + "&".join(f"a{n}={n}" for n in range(20_000))))
    assert 100 < len(parts) < 1000


def test_numbers_in_strings_stay_text_and_numbers_stay_numbers():
    assert put({"n": 17}, ("n",), "42") == {"n": 42}
    path = next(path for path, scalar in scalars("/rooms/17") if scalar == "17")
    assert put("/rooms/17", path, 42) == "/rooms/42"


def test_a_path_is_shown_as_a_pointer_and_what_is_inside():
    assert shown(("url", Into("query", "run"))) == "/url ▸ query run"


@given(values)
def test_every_scalar_stands_where_its_path_leads(value):
    for path, scalar in scalars(value):
        assert get(value, path) == scalar


_words = st.text("abcdefgh0123456789-_", min_size=1, max_size=12)
_strings = st.one_of(
    st.lists(_words, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    st.dictionaries(_words, _words, min_size=1, max_size=3).map(
        lambda query: "/x?" + "&".join(f"{key}={value}" for key, value in query.items())
    ),
    st.dictionaries(_words, _words, max_size=3).map(json.dumps),
    st.dictionaries(_words, _words, min_size=2, max_size=3).map(
        lambda cookies: "; ".join(f"{key}={value}" for key, value in cookies.items())
    ),
    st.lists(_words, max_size=6).map(" ".join),
)


@given(st.recursive(_strings | st.integers(), lambda inner: st.lists(inner, max_size=3)), st.data())
def test_a_value_put_in_is_there_and_nothing_else_has_changed(value, data):
    found = list(scalars(value))
    if not found:
        return
    path, old = data.draw(st.sampled_from(found))
    new = "replaced0" if isinstance(old, str) else 77
    changed = put(value, path, new)
    if not any(isinstance(step, Into) and step.form == "text" for step in path):
        assert get(changed, path) == new
    assert put(changed, path, old) == value or any(isinstance(step, Into) for step in path)
    assert put(value, path, old) == value
