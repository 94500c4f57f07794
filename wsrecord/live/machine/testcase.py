"""How a machine is run by pytest and unittest; what is the user's to mend comes out once, as it is."""

import unittest
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class Halt(BaseException):
    """Ends a run at once, past Hypothesis, which would try an error of the user's again, to shrink it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class CaseProperty:
    """`Machine.TestCase`, one for each class."""

    def __get__(self, machine: Any, owner: Any) -> type[unittest.TestCase]:
        made: type[unittest.TestCase] | None = vars(owner).get("_case")
        if made is None:
            made = owner._case = _case(owner)
        return made


def _case(machine: Any) -> type[unittest.TestCase]:
    base: Any = vars(RuleBasedStateMachine)["TestCase"].__get__(None, machine)

    class ContractTestCase(base):  # type: ignore[misc]
        def runTest(self) -> None:  # noqa: N802 - unittest's name
            run(machine, self.settings)

    marked: Any = ContractTestCase.runTest
    marked.is_hypothesis_test = True  # for Hypothesis' pytest plugin
    marked._hypothesis_state_machine_class = machine
    ContractTestCase.__name__ = base.__name__
    ContractTestCase.__qualname__ = base.__qualname__
    ContractTestCase.__module__ = machine.__module__
    return ContractTestCase


def run(machine: Any, given: settings) -> None:
    """Run a machine under these settings."""
    machine.prepare()
    try:
        run_state_machine_as_test(machine, settings=_fitting(given))
    except BaseException as error:
        # Hypothesis may have put an error of its own before it: that this example came to less than before.
        found = next((one for one in _behind(error) if isinstance(one, Halt | KeyboardInterrupt)), None)
        if found is None:
            raise
    else:
        return
    raise found.error if isinstance(found, Halt) else found


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _fitting(given: settings) -> settings:
    """Settings for a live server, but for those that were asked for.

    No deadline and no health checks; and no phase that explains: it tries many sessions more, to name lines
    of ours that only a failure reaches.
    """
    usual: Any = settings.default
    deadline = None if given.deadline == usual.deadline else given.deadline
    checks = given.suppress_health_check or list(HealthCheck)
    phases = [one for one in given.phases if one is not Phase.explain or given.phases != usual.phases]
    return settings(given, deadline=deadline, suppress_health_check=checks, phases=phases)
