import pytest

from wsrecord.contract.flow.expression import InOrder, Interleaved, Name, OneOf, Repeated
from wsrecord.contract.flow.parser import parse
from wsrecord.errors import ContractError

A, B, C, D = (Name(letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("order", "means"),
    [
        ("a", A),
        ("a b", InOrder((A, B))),
        ("a b & c | d", OneOf((Interleaved((InOrder((A, B)), C)), D))),
        ("a | b & c d*", OneOf((A, Interleaved((B, InOrder((C, Repeated(D, 0, None)))))))),
        ("(a | b) c", InOrder((OneOf((A, B)), C))),
        ("a+", Repeated(A, 1, None)),
        ("a?", Repeated(A, 0, 1)),
        ("a{2}", Repeated(A, 2, 2)),
        ("a{2,}", Repeated(A, 2, None)),
        ("a{ 2 , 5 }", Repeated(A, 2, 5)),
        ("(a*)?", Repeated(Repeated(A, 0, None), 0, 1)),
        ("((a))", A),
        ("\n  a\n\t| b\n", OneOf((A, B))),
        ("'a b' \"c|d\"", InOrder((Name("a b"), Name("c|d")))),
        (r"'it\'s'", Name("it's")),
        ("session/prompt client:x a.b-c", InOrder((Name("session/prompt"), Name("client:x"), Name("a.b-c")))),
    ],
)
def test_operators_bind_as_the_table_says(order, means):
    assert parse(order) == means


@pytest.mark.parametrize(
    ("order", "complaint", "column"),
    [
        ("a | | b", "expected a name or (, found |", 5),
        ("", "expected a name or (, found the end", 1),
        ("a b |", "expected a name or (, found the end", 6),
        ("* a", "expected a name or (, found *", 1),
        ("a (b", "expected ) for the ( in line 1, column 3, found the end", 5),
        ("a)", "this ) closes nothing", 2),
        ("a*?", "a second repetition, ?", 3),
        ("a{3,1}", "the smaller number comes first", 2),
        ("a{0}", "{0} allows none at all", 2),
        ("a{0,0}", "{0,0} allows none at all", 2),
        ("a{2000}", "a count is at most 1,000", 2),
        ("a{99999999999999999999}", "a count is at most 1,000", 2),
        ("a{", "expected a count: {3}, {2,} or {2,5}", 2),
        ("a 'b", "the quote ' is never closed", 3),
        ("a ''", "an empty name", 3),
        ("a, b", "',' means nothing in an order", 2),
        ("a -> b", "'-' means nothing in an order", 3),
    ],
)
def test_what_cannot_be_read_is_shown_with_a_caret_under_it(order, complaint, column):
    with pytest.raises(ContractError) as caught:
        parse(order, "flows.run.order")
    first, line, caret = str(caught.value).split("\n")
    assert first.startswith("flows.run.order: ")
    assert complaint in first
    assert first.endswith(f"(line 1, column {column})")
    assert caret.index("^") - 4 == column - 1
    assert line[4:].startswith(order[:30])


def test_a_later_line_is_shown_alone():
    with pytest.raises(ContractError) as caught:
        parse("agent_started\n(agent_thinking | )*\nagent_completed")
    assert str(caught.value) == (
        "order: expected a name or (, found ) (line 2, column 19)\n"
        "    (agent_thinking | )*\n"
        "                      ^"
    )


def test_a_long_line_is_cut_around_the_caret():
    with pytest.raises(ContractError) as caught:
        parse("abc " * 100 + "| | " + "def " * 100)
    _, line, caret = str(caught.value).split("\n")
    assert len(line) <= 80
    assert line[caret.index("^")] == "|"


def test_parentheses_without_measure_are_refused():
    assert parse("(" * 40 + "a" + ")" * 40) == A
    with pytest.raises(ContractError, match=r"more than 40 parentheses inside each other.*column 41"):
        parse("(" * 5_000)


@pytest.mark.parametrize("order", ["a " * 1_001, "a" * 100_001])
def test_a_text_without_measure_is_refused(order):
    with pytest.raises(ContractError, match="split the flow"):
        parse(order)
