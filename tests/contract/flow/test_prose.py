import pytest

from wsrecord.contract.flow.parser import parse
from wsrecord.contract.flow.prose import is_missing, prose


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("a", "a"),
        ("'a b'", "'a b'"),
        ("a | b | c", "a, b or c"),
        ("a & b & c", "a, b and c"),
        ("a b c", "a, then b, then c"),
        ("a (b | c)", "a, then (b or c)"),
        ("a b & c", "(a, then b) and c"),
        ("a{3}", "a 3 times"),
        ("(a b){2,}", "(a, then b) at least 2 times"),
        ("a{2,4}", "a 2 to 4 times"),
        ("a b c d e f g h i j", "a, then b, then c, then d, then e, then f, then g, then 3 more"),
    ],
)
def test_an_expression_is_said_in_words(order, said):
    assert prose(parse(order)) == said


def test_one_of_several_is_missing_and_several_are():
    assert is_missing(parse("a | b")) == "a or b is missing"
    assert is_missing(parse("a b")) == "a, then b are missing"
