"""Random orders over one-letter names, and automata-lib as the judge of what they mean."""

from automata.fa.dfa import DFA
from automata.fa.nfa import NFA
from hypothesis import settings
from hypothesis import strategies as st

from wsrecord.contract.flow.expression import Expression, InOrder, Interleaved, Name, OneOf, Repeated

LETTERS = "abcd"
# The oracle multiplies out what the engine does not, and takes its time over some.
by_the_oracle = settings(deadline=None, max_examples=60)

LETTER = st.sampled_from(LETTERS)


def _counted(part: Expression, least: int, more: int | None) -> Expression:
    return Repeated(part, least, None if more is None else max(1, least + more))


def expressions(names: st.SearchStrategy[str] = LETTER, leaves: int = 7) -> st.SearchStrategy[Expression]:
    def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(InOrder, parts),
            st.builds(InOrder, parts),
            st.builds(OneOf, parts),
            st.builds(Interleaved, parts),
            st.builds(_counted, inner, st.integers(0, 2), st.none() | st.integers(0, 2)),
        )

    return st.recursive(st.builds(Name, names), grow, max_leaves=leaves)


def judge(expression: Expression) -> DFA:
    """What automata-lib makes of an order: its shuffle is ^, everything is in parentheses."""
    return DFA.from_nfa(NFA.from_regex(_regex(expression), input_symbols=set(LETTERS)))


def _regex(expression: Expression) -> str:
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Repeated):
        most = "" if expression.most is None else expression.most
        return f"({_regex(expression.part)}){{{expression.least},{most}}}"
    glue = {InOrder: "", OneOf: "|", Interleaved: "^"}[type(expression)]
    return glue.join(f"({_regex(part)})" for part in expression.parts)
