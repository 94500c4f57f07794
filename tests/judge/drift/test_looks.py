"""What texts look like."""

import pytest

from wsrecord.judge.drift.looks import is_free_key, look, varies_by_name, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3f0e0d6a-57b1-4f0e-9f6c-2f4f5bd0a7b1", "uuid"),
        ("2026-11-21T10:00:00.123Z", "date-time"),
        ("2026-11-21 10:00:00+01:00", "date-time"),
        ("2026-11-21", "date-time"),
        ("17", "number"),
        ("-1.5e3", "number"),
        ("call_8f21c0", "id"),
        ("run-1742", "id"),
        ("8f21c0d4", "id"),
        ("msg_01XFDUDYJgAACzvnptvVoYEL", "id"),
        ("a" * 30 + "1f" * 20, "id"),
        ("https://example.org/a?b=c", "url"),
        ("eu-west", "word"),
        ("completed", "word"),
        ("tool_use", "word"),
        ("v2", "word"),
        ("gpt4", "word"),
        ("1.2.3", "word"),
        ("two words", "text"),
        ("", "text"),
    ],
)
def test_a_text_looks_like(text: str, found: str) -> None:
    assert look(text) == found


@pytest.mark.parametrize("name", ["17", "call_8f21c0", "3f0e0d6a-57b1-4f0e-9f6c-2f4f5bd0a7b1"])
def test_an_id_is_a_free_key(name: str) -> None:
    assert is_free_key(name)


@pytest.mark.parametrize(
    "name", ["name", "tool_call_id", "v2", "address1", "x-api", "ipv4", "sha256", "a", ""]
)
def test_a_name_is_none(name: str) -> None:
    assert not is_free_key(name)


def test_names_are_words() -> None:
    assert words("toolCallID") == words("tool_call_id") == words("ToolCallId") == ("tool", "call", "id")
    assert varies_by_name("threadId")
    assert varies_by_name("created_at")
    assert not varies_by_name("format")
    assert not varies_by_name("idea")
