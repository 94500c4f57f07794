"""A look at what a strategy makes: the same values, wherever they are asked for."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st

from wsrecord.generate.sampling import sampled

IN_A_PROCESS = """
import sys
if len(sys.argv) > 1:
    import another
from hypothesis import strategies as st
from wsrecord.generate.sampling import sampled
print(ascii(sampled(st.tuples(st.text(), st.integers()), 600)))
"""


def test_the_values_are_the_same_in_each_process_whatever_else_is_loaded(tmp_path: Path) -> None:
    # Hypothesis draws constants of the modules that are there: this one has some.
    (tmp_path / "another.py").write_text('A = ["giraffe", "the other giraffe", 123456789, 87654321, 2.5]\n')

    def said(hashing: str, *more: str) -> str:
        path = os.pathsep.join(map(str, (Path(__file__).parents[2], tmp_path)))
        environment = {**os.environ, "PYTHONHASHSEED": hashing, "PYTHONPATH": path}
        command = [sys.executable, "-c", IN_A_PROCESS, *more]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    first = said("1")
    assert "giraffe" not in first
    assert said("2", "another") == first


def test_a_settings_profile_changes_nothing() -> None:
    strategy = st.lists(st.integers())
    before, old = sampled(strategy, 50), settings.get_current_profile_name()
    settings.register_profile("sampled", max_examples=3, derandomize=True, phases=[])
    settings.load_profile("sampled")
    try:
        assert sampled(strategy, 50) == before
    finally:
        settings.load_profile(old)
