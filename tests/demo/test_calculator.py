import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.demo.calculator import EXACT, CalculatorError, calculate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("2**3**2", 512),
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("2^10", 1024),
        ("7//2 + 7%4", 6),
        (" .5 * 4. ", 2.0),
        ("--3", 3),
        ("1**9007199254740992", 1),
        ("2**64", 2.0**64),
    ],
)
def test_it_knows_the_usual_precedence(expression, value):
    assert calculate(expression) == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1/0", "division by zero"),
        ("1%0", "division by zero"),
        ("0**-1", "division by zero"),
        ("(-8)**.5", "not a real number"),
        ("9**9**9", "too large"),
        ("10**308*10", "too large"),
        ("(1+2", "not closed"),
        ("1+", "ends too early"),
        ("", "ends too early"),
        ("1 2", "unexpected '2'"),
        ("2*x", "position 3"),
        ("__import__('os')", "position 1"),
        ("1+" * 200 + "1", "longer than"),
    ],
)
def test_it_says_why_it_refuses(expression, why):
    with pytest.raises(CalculatorError, match=why.replace("(", r"\(")):
        calculate(expression)


numbers = st.integers(0, 50).map(str)
sums = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "/"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=8,
)


@given(sums)
def test_it_agrees_with_python(expression):
    try:
        expected = eval(expression)
    except ZeroDivisionError:
        with pytest.raises(CalculatorError, match="division by zero"):
            calculate(expression)
        return
    if abs(expected) < EXACT:
        assert calculate(expression) == pytest.approx(expected, rel=1e-12)


@given(st.text(alphabet="0123456789.+-*/%^() ", max_size=200))
def test_any_text_is_computed_or_refused_at_once(expression):
    begun = time.perf_counter()
    try:
        value = calculate(expression)
    except CalculatorError:
        pass
    else:
        assert abs(value) < float("inf")
    assert time.perf_counter() - begun < 0.2
