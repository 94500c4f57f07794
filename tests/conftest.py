"""What every test may use: the `needs` marker."""

import pytest
from support.needs import missing


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        missing(marker.args)
