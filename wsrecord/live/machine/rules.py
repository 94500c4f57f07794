"""A contract's terms as rules of a machine: `say_EVENT` for what is right, `wrong_EVENT` for what is not."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .terms import Term, Terms

_SOME = 3  # of those that a message can be for, how far down it is looked
Act = Callable[[Any, Term, Any, int], None]


def rules(terms: Terms, act: Act, *, invalid: bool) -> Iterator[tuple[str, Any]]:
    """The rules, by the names that a class has them under."""
    taken: set[str] = set()
    for term in terms.by_name.values():
        yield _rule(_free(f"say_{_word(term.key.name)}", taken), term, act, term.values())
        wrong = term.wrong() if invalid else None
        if wrong is not None:
            yield _rule(_free(f"wrong_{_word(term.key.name)}", taken), term, act, wrong)


def _rule(name: str, term: Term, act: Act, values: st.SearchStrategy[Any]) -> tuple[str, Any]:
    """One of them. Whether it can be said now, by what the server has said, is asked when it runs."""
    if term.given:

        def say(self: Any, value: Any, which: int) -> None:
            act(self, term, value, which)

        arguments: dict[str, st.SearchStrategy[Any]] = {"value": values, "which": st.integers(0, _SOME)}
    else:

        def say(self: Any, value: Any) -> None:  # type: ignore[misc]
            act(self, term, value, 0)

        arguments = {"value": values}
    say.__name__ = name
    say.__qualname__ = name
    say.__doc__ = f"Say {term.key.name}."
    marked: Any = rule  # its overloads know no ** of strategies
    made = marked(**arguments)(say)
    if term.after:
        made = precondition(lambda self: self.may(term))(made)
    return name, made


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
