"""Small values that are made for every message, and must cost little to make.

A frozen dataclass sets each field through `object.__setattr__`: 1.1 µs for one with ten fields, where one
that is not frozen takes 0.39 by keyword and 0.16 by place. Several are made for each event, so these are
frozen to type checkers only: nothing here may be changed in place, and mypy holds that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

T = TypeVar("T")

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def quick(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
        """A class of small values: to type checkers a frozen dataclass."""
else:

    def quick(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
        """A class of small values: to type checkers a frozen dataclass."""
        # unsafe_hash: hashed by value, as a frozen one is.
        return dataclass(slots=True, kw_only=kw_only, unsafe_hash=True)
