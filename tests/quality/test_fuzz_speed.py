"""How many dialogues a second fuzz plays and judges: nearly as many as a loop by hand that judges nothing."""

from pathlib import Path
from statistics import median

import pytest

pytest.importorskip("psutil")

from benchmarks.effort import Effort
from benchmarks.fuzzing import HAND, OURS
from benchmarks.measures import fuzz
from benchmarks.measures.visit import Alone, Side

ROUNDS = 3
LEAST = 0.6  # aimed at is 0.8 (docs/benchmarks.md): a machine in use by others costs who computes more

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.mark.parametrize("measure", [fuzz.AGENT, fuzz.SHOP], ids=lambda measure: measure.name)
def test_it_keeps_up_with_a_loop_by_hand(measure: Alone, tmp_path: Path) -> None:
    rounds = [measure.visit(Side(0, Effort(fuzz_cases=200), tmp_path)) for _ in range(ROUNDS)]
    ratios = [one[OURS] / one[HAND] for one in rounds]
    print(", ".join(f"{one:.2f}" for one in ratios))
    assert median(ratios) >= LEAST
