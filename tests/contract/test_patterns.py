import jsonschema_rs
import pytest
from contract.folder import schema
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.patterns import PatternError, compiled, original, translated

TEXTS = ["", "a", "A", "1", "٣", "é", "_", " ", "\n", "a\n", "\na", "\r", "\u2028", "\u00a0", "\ufeff",
"\u180e", "\x85",
    "\x1c", "ab", "ba", "aa", "a-b", "/", "{", "}", "]", "[", "a]", "-", "\\", "a1", "1a", "é1", "K", "😀",
    "\t", "\v",
    "b b", "a.b", "$", "^", "\u200b", "\x1f", "\b"]  # fmt: skip
# Python's `re` alone reads each of these in another way, or not at all.
KNOWN = {
    r"\d": {"٣": False, "1": True},
    r"\w": {"é": False, "a": True},
    r"\W": {"é": True},
    r"\s": {"\ufeff": True, "\x1c": False, "\x85": False, "\u180e": False, "\u00a0": True},
    r"^[^\s]$": {"\ufeff": False, "\x1c": True},
    "a$": {"a\n": False, "a": True},
    r"\cJ": {"\n": True},
    r"\/": {"/": True},
    r"\u{1F600}": {"😀": True},
    r"^\p{Lu}": {"É": True, "e": False},
    r"^(a)?\1b": {"b": False, "aab": True},  # the one where ECMA-262 says otherwise
}
SAME = ["^a$", "^$", ".", "^.$", r"\u0061", r"\x61", r"\P{L}", "[a-z]", "[^a]", r"[\d]",
r"[^\d]", r"[\w.]",
    r"[^\w-]", "a*", "^a*?$", "a{2}", "a{1,}", "a{0,2}", "(a)(b)", "(?:a)", "(?=a)", "(?!a)", "(?<=a)b",
    "(?<!a)b", r"\-",
    r"\.", r"\$", r"\{", r"[\]]", r"[\[]", r"[\\]", "[$^]", "[a^]", "[-a]", "[a-]", "a|b", "|a", "(a|)",
    r"(a)\1", "[ -~]",
    r"^(?:\d{1,3}\.){3}\d{1,3}$", r"^[^\n]*$", "(^a|b)$", "a(?=b)", r"^\S+$", "[/]", "(a)*b", r"[\t\n]",
    r"\n"]  # fmt: skip
REFUSED = [r"\ba", r"a\b", r"\Ba",
    "(?<n>a)", r"\k<n>", "[^]", "[]", r"\Z", r"\A", r"\z", "(?i)a", "(?P<n>a)", "(?#a)", "(?>a)",
"a++", "a**", "*a",
    "{,3}", "a{,3}", "[[a]]", "[a&&b]", "[a--b]", "]", "}", "a{", "(", ")", "[a", "\\", r"\u12", r"\ud800",
    "x{2,1}",
    "[b-a]", r"\e", r"\h", r"[\b]", r"[\D]", r"\0", "(a|*)", r"\_"]  # fmt: skip


@pytest.mark.parametrize("pattern", KNOWN)
def test_where_the_engines_differ_ecma_262_decides(pattern):
    for text, expected in KNOWN[pattern].items():
        assert compiled(pattern)(text) is expected, text


@pytest.mark.parametrize("pattern", [*KNOWN, *SAME])
def test_the_reference_reads_a_pattern_as_the_fast_validator_does(pattern):
    fast = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    for text in TEXTS:
        assert compiled(pattern)(text) is fast.is_valid(text), text


@given(st.sampled_from([*KNOWN, *SAME]), st.text(max_size=6))
def test_on_any_text(pattern, text):
    assert compiled(pattern)(text) is jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(text)


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_they_can_not_both_say_is_refused_with_another_way(pattern):
    with pytest.raises(PatternError) as caught:
        compiled(pattern)
    assert len(str(caught.value)) > 10


def test_names_are_matched_by_patterns_in_the_same_way():
    ours = schema(
        {"patternProperties": {r"^\d$": {"type": "integer"}, "^[0-9]$": True}, "additionalProperties": False}
    )
    for value, right in (({"1": 2}, True), ({"1": "x"}, False), ({"٣": 1}, False), ({"1\n": 1}, False)):
        assert ours.is_valid(value) is right
        assert ours.reference.is_valid(value) is right


def test_a_translation_knows_what_it_was():
    assert original(translated(r"^\d$")) == r"^\d$"
    assert original("properties") == "properties"
