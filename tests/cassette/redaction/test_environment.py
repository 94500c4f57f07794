"""Which values are looked for, and what they are called."""

from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.redaction.environment import with_environment
from wsrecord.cassette.redaction.redactor import Redactor

SECRET, OTHER = "builder-4242-xk", "lovelace-42-qz"

_VALUES = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["v1", "v2", "v3", "v4"]))


def test_what_the_user_named_keeps_that_name_though_a_variable_holds_it_too() -> None:
    values = with_environment({"password_1": SECRET}, {"PASSWORD2": SECRET, "PASSWORD": OTHER})
    assert values == {"password_1": SECRET, "PASSWORD": OTHER}
    redactor = Redactor(nonce="0123456789ab", values=values)
    said = redactor.text(f"hello {SECRET} and {OTHER}")
    assert said == "hello wsr-0123456789ab-password_1-1 and wsr-0123456789ab-password-2"
    assert [one.name for one in redactor.drain_secrets()] == ["password_1", "PASSWORD"]


def test_a_variable_of_the_same_name_is_a_secret_still() -> None:
    values = with_environment({"PASSWORD": SECRET}, {"PASSWORD": OTHER})
    assert set(values.values()) == {SECRET, OTHER}
    assert values["PASSWORD"] == SECRET
    said = Redactor(nonce="0123456789ab", values=values).text(f"{SECRET} {OTHER}")
    assert SECRET not in said
    assert OTHER not in said


@given(_VALUES, _VALUES)
def test_no_value_is_lost_and_none_is_there_twice(mine: dict[str, str], found: dict[str, str]) -> None:
    values = with_environment(mine, found)
    assert sorted(values.values()) == sorted({*mine.values(), *found.values()})
