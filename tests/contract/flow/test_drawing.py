import pytest

from wsrecord.contract.flow.automaton import Automaton
from wsrecord.contract.flow.drawing import dot, mermaid
from wsrecord.errors import ContractError


def test_mermaid_merges_arrows_and_says_where_it_may_end():
    assert mermaid(Automaton("started (thinking | client:say)* (completed report? | failed)")) == (
        "stateDiagram-v2\n"
        "  direction LR\n"
        "  [*] --> s0\n"
        '  state " " as s0\n'
        '  state " " as s1\n'
        '  state " " as s2\n'
        '  state " " as s3\n'
        "  s0 --> s1: started\n"
        "  s1 --> s1: client#58;say | thinking\n"
        "  s1 --> s2: completed\n"
        "  s1 --> s3: failed\n"
        "  s2 --> s3: report\n"
        "  s2 --> [*]\n"
        "  s3 --> [*]\n"
    )


def test_dot_escapes_names_and_titles():
    assert dot(Automaton("'say \"hi\"' b"), 'a "flow"') == (
        'digraph "a \\"flow\\"" {\n'
        "  rankdir=LR;\n"
        '  node [shape=circle, label=""];\n'
        "  begin [shape=point];\n"
        "  begin -> s0;\n"
        "  s2 [shape=doublecircle];\n"
        '  s0 -> s1 [label="say \\"hi\\""];\n'
        '  s1 -> s2 [label="b"];\n'
        "}\n"
    )


def test_what_nobody_could_read_is_not_drawn():
    with pytest.raises(ContractError, match="more than 500 states"):
        mermaid(Automaton("a{600}"))
