"""Cases, phase by phase."""

import os
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from explore.shop import shop

from wsrecord.explore.moves import Case, Close, Connect, Cut, HalfClose, Probe, Raw, Say, as_json
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.vocabulary import Vocabulary


@pytest.fixture
def words(tmp_path: Path) -> Vocabulary:
    return Vocabulary(shop(tmp_path))


def cases(words: Vocabulary, *phases: str, seed: int = 1, users: int = 1, most: int = 2_000) -> list[Case]:
    made = Phases(words, users=users, random=Random(seed), recorded=[Case((Probe(), Probe(size=1)))])
    return list(islice(made.cases(phases), most))


def test_phases_take_turns(words: Vocabulary) -> None:
    first = Counter(case.phase for case in cases(words, *PHASES, most=60))
    assert set(first) == set(PHASES) - {"regressions"}


def test_the_same_seed_gives_the_same_cases(words: Vocabulary) -> None:
    one, same, other = ([as_json(case) for case in cases(words, *PHASES, seed=seed)] for seed in (7, 7, 8))
    assert one == same
    assert one != other


IN_A_PROCESS = """
import json, sys
from itertools import islice
from pathlib import Path
from random import Random
from explore.shop import shop
from wsrecord.explore.moves import as_json
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.vocabulary import Vocabulary
words = Vocabulary(shop(Path(sys.argv[1])))
for case in islice(Phases(words, users=2, random=Random(7)).cases(PHASES), 2000):
    print(json.dumps(as_json(case)))
"""


def test_the_same_seed_gives_the_same_cases_in_each_process(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]

    def said(hashing: str) -> str:
        path = os.pathsep.join(map(str, (root, root / "tests")))
        environment = {**os.environ, "PYTHONHASHSEED": hashing, "PYTHONPATH": path}
        command = [sys.executable, "-c", IN_A_PROCESS, str(tmp_path)]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    first = said("1")
    assert first.count("\n") > 500
    assert said("2") == first


def test_right_messages_are_right_and_wrong_ones_say_which_rule(words: Vocabulary) -> None:
    for case in cases(words, "valid", "examples", "reconnect"):
        for move in case.moves:
            assert not isinstance(move, Say) or move.breaks is None
    broken = cases(words, "invalid")
    assert all(any(isinstance(m, Say) and m.breaks is not None for m in case.moves) for case in broken)
    alone = [case for case in broken if case.messages == 1]
    assert len(alone) > 20  # a server may end the session at the first


def test_what_the_server_must_give_first_is_asked_for_first(words: Vocabulary) -> None:
    for case in cases(words, "examples"):
        events = [move.event for move in case.moves if isinstance(move, Say)]
        if "put" in events:
            assert events.index("open") < events.index("put")


def test_the_wire_is_tried_within_and_beyond_what_is_allowed(words: Vocabulary) -> None:
    moves = [move for case in cases(words, "wire") for move in case.moves]
    kinds = {type(move) for move in moves}
    assert kinds >= {Say, Raw, Probe, Close, Cut, HalfClose, Connect}
    assert any(isinstance(move, Say) and move.cuts and move.ping_at for move in moves)


def test_two_users_come_only_where_there_are_two(words: Vocabulary) -> None:
    def guests(users: int) -> set[int]:
        moves = (move for case in cases(words, "valid", users=users) for move in case.moves)
        return {move.user for move in moves if isinstance(move, Connect)}

    assert guests(1) <= {0}
    assert guests(2) == {1}


def test_saved_cases_come_first(words: Vocabulary) -> None:
    saved = Case((Probe(size=9),), "wire")
    made = Phases(words, saved=[saved], random=Random(1)).cases(PHASES)
    first = next(made)
    assert (first.moves, first.phase) == (saved.moves, "regressions")
    assert list(Phases(words, saved=[saved], random=Random(1)).cases(["regressions"])) == [first]


def test_a_contract_whose_client_says_nothing_that_is_answered_still_has_cases(tmp_path: Path) -> None:
    words = Vocabulary(shop(tmp_path))
    words.terms = {"bye": words.terms["bye"]}
    assert cases(words, *PHASES)
