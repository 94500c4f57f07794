"""A look at what a strategy makes, outside of any test or in the middle of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis._settings import local_settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

# Hypothesis draws the constants of whatever local modules are loaded, too. Here the same values are wanted
# wherever they are asked for. A Hypothesis without these names draws no such constants.
_PROVIDERS = "hypothesis.internal.conjecture.providers"
_LOCAL, _CACHE = "_get_local_constants", "CONSTANTS_CACHE"


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
        verbosity=Verbosity.quiet,  # whatever the profile says that this runs under
        backend="hypothesis",
    )

    def collect(value: Any) -> None:
        found.append(value)

    try:
        # The settings around it, too: within somebody's test Hypothesis asks those whether this may be.
        with local_settings(how), _whatever_is_loaded():
            how(given(strategy)(collect))()
    except (HypothesisException, NothingYetError):  # nothing came of it: said by who asked
        pass
    return found


@contextmanager
def _whatever_is_loaded() -> Iterator[None]:
    """The program's own constants are not among the values."""
    try:
        module = import_module(_PROVIDERS)
        found = {name: getattr(module, name) for name in (_LOCAL, _CACHE)}
        empty = {_LOCAL: module.Constants, _CACHE: type(found[_CACHE])(1024)}
    except (ImportError, AttributeError):
        found = empty = {}
    for name, value in empty.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in found.items():
            setattr(module, name, value)
