"""What the recorder's tests are given: a target."""

from collections.abc import Iterator

import pytest
from live.rig import Target


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as target:
        yield target
