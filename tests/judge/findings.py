"""Findings to test with: one by hand, and any at all."""

from typing import Any

from hypothesis import strategies as st

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import ContextLine, Finding, Place
from wsrecord.judge.severity import SEVERITIES

NASTY = (
    "[/foo]", "[bold red]", "\x1b[31m", "\x1b]0;title\x07", "::error::x", "\n::add-mask::x", "##[error]x",
    "]]>", "<script>", "&amp;", "\x00\x08\x0b", "\ud800", "\ufffe", "\u202egnp.exe", "\u2028", "\r\n", "|",
    "`", "](http://x)", "{0}", "@team", "%0A", "a,b:c", "\\", "'\"",
)  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY) | st.text(max_size=3), max_size=4).map("".join)
few = st.none() | st.integers(0, 1 << 60)
maybe = st.none() | nasty
places = st.builds(
    Place, cassette=maybe, session=few, number=few, t=few, event=maybe, pointer=maybe, file=maybe, line=few
)
contexts = st.builds(
    ContextLine, t=st.integers(0, 1 << 60), sender=st.sampled_from(["client", "server", None]),
    name=nasty, text=nasty, number=few, here=st.booleans(),
)  # fmt: skip
values: st.SearchStrategy[Any] = st.recursive(
    nasty | st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(nasty, inner, max_size=2),
    max_leaves=4,
)
findings = st.builds(
    Finding, code=st.sampled_from([code.number for code in Code]) | nasty,
    severity=st.sampled_from(SEVERITIES), message=nasty, place=places, expected=maybe, got=maybe,
    context=st.lists(contexts, max_size=2).map(tuple), contract=maybe, flow=maybe, instance=maybe,
    extra=st.dictionaries(nasty, values, max_size=2),
)  # fmt: skip

CONTEXT = (
    ContextLine(205_820_000, "client", "start_agent", '{"type":"start_agent"}', 1),
    ContextLine(
        359_217_000, "server", "tool_completed", '{"type":"tool_completed","value":"42"}', 4, here=True
    ),
)


def schema_finding(*, session: int = 1, number: int = 4, cassette: str = "cassettes/chat.wsr") -> Finding:
    place = Place(
        cassette=cassette, session=session, number=number, t=359_217_000,
        event="tool_completed", pointer="/results/value",
    )  # fmt: skip
    return Code.SCHEMA_INVALID.at(
        place,
        "tool_completed holds a string where its schema wants a number",
        expected="a number",
        got='"42"',
        context=CONTEXT,
        contract="agent-chat",
    )
