"""A look at what a strategy makes, outside of any test or in the middle of one."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis._settings import local_settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy


class NothingYetError(Exception):
    """Raised in a draw that has failed too often without ever having been right."""


def sampled(strategy: SearchStrategy[Any], count: int) -> list[Any]:
    """Some values, always the same; fewer where a strategy has no more, or none at all."""
    found: list[Any] = []
    how = settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

    def collect(value: Any) -> None:
        found.append(value)

    try:
        # The settings around it, too: within somebody's test Hypothesis asks those whether this may be.
        with local_settings(how):
            how(given(strategy)(collect))()
    except (HypothesisException, NothingYetError):  # nothing came of it: said by who asked
        pass
    return found
