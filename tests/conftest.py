"""What every test may use: the `needs` marker."""

import signal

import pytest
from support.needs import missing


def pytest_configure() -> None:
    # A shell without job control has its background jobs ignore Ctrl-C, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        missing(marker.args)
