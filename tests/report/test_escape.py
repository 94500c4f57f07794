"""Untrusted text is harmless where it is shown."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.report import escape

texts = st.text(st.characters(exclude_categories=[])) | st.text(
    st.sampled_from("[]/a\\ :%\n\r\x1b<&\u202e#={}()0|`\ud800")
)


@settings(deadline=None)
@given(texts)
def test_a_terminal_gets_nothing_but_what_it_shows(text: str) -> None:
    shown = escape.terminal(text)
    assert all(char.isprintable() or char.isspace() or ord(char) > 0xA0 for char in shown)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – grüße 日本 😀", "plain – grüße 日本 😀"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x7f\x9b", "␡<U+009B>"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("\ud800", "<U+D800>"),
        ("in\u200bvisible\U000e0041", "in<U+200B>visible<U+E0041>"),
    ],
)
def test_what_is_not_plain_shows_as_a_sign_of_itself(text: str, shown: str) -> None:
    assert escape.terminal(text) == shown


def test_lines_may_stay_lines() -> None:
    assert escape.terminal_lines("a\nb\rc\x1b") == "a\nb␍c␛"


@settings(deadline=None)
@given(texts)
def test_github_takes_no_orders_from_traffic(text: str) -> None:
    assert "\n" not in escape.github_message(text)
    assert "\r" not in escape.github_message(text)
    assert not set(",:\n") & set(escape.github_property(text))
    for line in escape.github_log(text).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line  # the runner looks for it anywhere


def test_a_github_message_keeps_its_lines() -> None:
    assert escape.github_message("100%\r\n::error::x") == "100%25%0A::error::x"
    assert escape.github_property("a:b,c") == "a%3Ab%2Cc"
    assert escape.github_log("a\n  ::add-mask::x") == "a\n  \u2058::add-mask::x"
    assert escape.github_log("got ##[error]x") == "got ##\u2058[error]x"


@settings(deadline=None)
@given(texts)
def test_xml_holds_any_text(text: str) -> None:
    escaped = escape.xml(text)
    found = ElementTree.fromstring(f'<a b="{escaped}">{escaped}</a>'.encode())
    assert len(found) == 0
    if "\r" not in text:  # XML itself makes a line feed of it
        assert (found.text or "") == html.unescape(escaped)


@settings(deadline=None)
@given(texts)
def test_html_holds_any_text(text: str) -> None:
    escaped = escape.html(text)
    assert not set("<>\"'") & set(escaped)
    assert html.unescape(escaped) == escape.terminal_lines(text)


@settings(deadline=None)
@given(texts)
def test_markdown_has_nothing_to_interpret(text: str) -> None:
    escaped = escape.markdown(text)
    assert html.unescape(escaped) == escape.terminal(text)
    assert not re.search(r"[^\w\s&#;]", re.sub(r"[^\x00-\x7f]", "", escaped))
    assert "\n" not in escaped


@settings(deadline=None)
@given(texts)
def test_a_sarif_message_has_neither_links_nor_arguments(text: str) -> None:
    escaped = escape.sarif(text)
    assert "](" not in escaped
    assert not re.search(r"(?<!\{)\{\d+\}(?!\})", escaped)


anything = st.recursive(
    texts | st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(texts | st.integers(), inner) | st.tuples(inner),
)


@settings(deadline=None)
@given(anything)
def test_every_reader_of_json_takes_any_value(value: Any) -> None:
    written = json.dumps(escape.json_value(value), allow_nan=False)
    assert written.isprintable()
    assert written.isascii()
    json.dumps(json.loads(written), ensure_ascii=False).encode()  # no lone surrogates


def test_a_plain_value_stays_as_it_is() -> None:
    value = {"a": [1, 2.5, None, True, "grüße 😀"], "b": {}}
    assert escape.json_value(value) == value
    assert escape.json_value({1: b"\x00\xff", "nan": float("nan")}) == {"1": "00 ff", "nan": "nan"}


def test_depth_has_an_end() -> None:
    deep: Mapping[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert "…" in json.dumps(escape.json_value(deep), ensure_ascii=False)
