"""A look at what a strategy makes, outside of any test."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy


class NothingYetError(Exception):
    """Raised in a draw that has failed too often without ever having been right."""


def sampled(strategy: SearchStrategy[Any], count: int) -> list[Any]:
    """Some values, always the same; fewer where a strategy has no more, or none at all."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    try:
        collect()
    except (HypothesisException, NothingYetError):  # nothing came of it: said by who asked
        pass
    return found
