"""Known findings are kept apart, until their day."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge.findings import findings, schema_finding

from wsrecord.judge.acceptance import Acceptance, Where, accept, is_cassette, is_pointer
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place

TODAY = date(2026, 11, 21)
CASSETTE = "cassettes/chat.wsr"


def acceptance(code: str = "WS101", until: date = TODAY, **where: str) -> Acceptance:
    return Acceptance(
        code=code, reason="the old server", until=until, where=Where(**where), file="accepted.yaml", line=3
    )


def left(found: list[Finding], *given: Acceptance, today: date = TODAY) -> tuple[list[str], int]:
    """The codes that are left, and how many findings are accepted."""
    sifted = accept(found, given, today=today, cassettes=[CASSETTE])
    return [finding.code for finding in sifted.findings], len(sifted.accepted)


def test_an_accepted_finding_stands_apart_with_its_reason() -> None:
    one = schema_finding()
    sifted = accept([one], [acceptance()], today=TODAY, cassettes=[CASSETTE])
    assert sifted.findings == ()
    assert [(a.finding, a.reason, a.until) for a in sifted.accepted] == [(one, "the old server", TODAY)]


def test_another_code_is_not_accepted() -> None:
    assert left([Code.CUT.at(Place(), "")], acceptance()) == (["WS208", "WS702"], 0)


@pytest.mark.parametrize(
    ("where", "accepted"),
    [
        ({"cassette": "cassettes/*"}, True),
        ({"cassette": "./cassettes/chat.wsr"}, True),
        ({"event": "tool_*"}, True),
        ({"pointer": "/results/*"}, True),
        ({"event": "tool_completed", "pointer": "/**", "cassette": "*.wsr"}, True),
        ({"event": "tool_*", "pointer": "/other"}, False),
        ({"event": "agent_*"}, False),
        ({"flow": "*"}, False),  # it is of no flow
    ],
)
def test_every_pattern_that_is_given_must_match(where: dict[str, str], accepted: bool) -> None:
    assert (left([schema_finding()], acceptance(**where))[1] == 1) is accepted


def test_the_last_day_counts_and_the_next_does_not() -> None:
    assert left([schema_finding()], acceptance(until=TODAY)) == ([], 1)
    assert left([schema_finding()], acceptance(until=TODAY), today=date(2026, 11, 22)) == (
        ["WS101", "WS701"],
        0,
    )


def test_what_matches_nothing_is_unused() -> None:
    sifted = accept([], [acceptance(event="gone")], today=TODAY, cassettes=[CASSETTE])
    (told,) = sifted.findings
    assert (told.code, told.place.file, told.place.line, told.place.event) == (
        "WS702",
        "accepted.yaml",
        3,
        "gone",
    )
    assert "the old server" in (told.got or "")


def test_what_is_for_other_cassettes_is_not_called_unused() -> None:
    assert left([], acceptance(cassette="other/*")) == ([], 0)
    assert left([], acceptance(cassette="cassettes/*")) == (["WS702"], 0)


def test_expired_and_unused_is_told_once() -> None:
    assert left([], acceptance(until=date(2026, 1, 1))) == (["WS701"], 0)


def test_a_valid_acceptance_wins_over_an_expired_one() -> None:
    assert left([schema_finding()], acceptance(until=date(2026, 1, 1)), acceptance()) == (["WS701"], 1)


def test_an_acceptance_behind_another_is_used_too() -> None:
    assert left([schema_finding()], acceptance(), acceptance(event="tool_completed")) == ([], 1)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(findings), st.lists(st.sampled_from([acceptance(), acceptance("WS208"), acceptance(event="*")]))
)
def test_no_finding_gets_lost(found: list[Finding], given_: list[Acceptance]) -> None:
    sifted = accept(found, given_, today=TODAY, cassettes=[])
    kept = [*sifted.findings, *(one.finding for one in sifted.accepted)]
    assert all(finding in kept for finding in found)
    assert len(sifted.accepted) + sum(one in found for one in sifted.findings) >= len(found)


@pytest.mark.parametrize(
    ("pattern", "pointer", "matches"),
    [
        ("", "", True),
        ("", "/a", False),
        ("/a", "/a", True),
        ("/a", "/a/b", False),
        ("/*", "/a", True),
        ("/*", "", False),
        ("/*", "/a/b", False),
        ("/items/*/id", "/items/7/id", True),
        ("/items/*/id", "/items/7/8/id", False),
        ("/items/**/id", "/items/7/8/id", True),
        ("/items/**/id", "/items/id", True),
        ("/items/**", "/items", True),
        ("/items/**", "/items/1/2", True),
        ("**", "", True),
        ("**", "/a/b", True),
        ("**/id", "/a/b/id", True),
        ("/**/a/**/b", "/x/a/y/z/b", True),
        ("/**/a/**/b", "/x/a/y/z/c", False),
        ("/tool_*", "/tool_name", True),
        ("/tool_*", "/other", False),
        ("/a.b", "/axb", False),  # no regular expression
        ("/a[1]", "/a[1]", True),
        ("/a~1b", "/a~1b", True),
        ("/*", "/with\nline", True),
    ],
)
def test_a_pointer_is_matched_step_by_step(pattern: str, pointer: str, matches: bool) -> None:
    assert is_pointer(pattern, pointer) is matches


def test_no_pointer_matches_no_pattern() -> None:
    assert not is_pointer("**", None)


def test_a_long_pointer_is_matched_in_no_time() -> None:
    assert not is_pointer("/**" * 30 + "/end", "/a" * 3000)


def test_a_cassette_s_glob_reaches_into_folders() -> None:
    assert is_cassette("*.wsr", "a/b.wsr")
    assert is_cassette("a/b.wsr", "./a/b.wsr")
    assert not is_cassette("*", None)
