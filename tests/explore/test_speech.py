"""What a made-up client says is right, unless it is wrong on purpose."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from explore.shop import shop
from explore.strict import strict

from wsrecord.contract.load import load
from wsrecord.contract.pointer import ABSENT
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.speech import Speech
from wsrecord.explore.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]


def words(which: str, folder: Path) -> Vocabulary:
    made = {"shop": shop, "strict": strict}
    return Vocabulary(made[which](folder) if which in made else load(ROOT / "schemas"))


def cases(words: Vocabulary, most: int = 3_000) -> Iterator[Case]:
    phases = Phases(words, users=2, random=Random(1), returns={1: ("after",)})
    return islice(phases.cases(PHASES), most)


@pytest.mark.parametrize("which", ["shop", "strict", "demo"])
def test_what_is_not_called_wrong_is_right_as_it_goes_out(which: str, tmp_path: Path) -> None:
    known = words(which, tmp_path)
    said: set[str] = set()
    for number, case in enumerate(cases(known)):
        speech = Speech(known.contract, Random(number))
        for move in case.moves:
            if isinstance(move, Say) and move.breaks is None:
                assert move.event is not None
                term = known.terms[move.event]
                utterance = speech.utter(move, term, lambda _: ABSENT)  # the server gave nothing
                if utterance is not None:
                    said.add(move.event)
                    assert term.spec.schema is not None
                    assert term.spec.schema.is_valid(json.loads(utterance.data)), utterance.data
    assert said == set(known.terms)  # nothing is left unsaid for that


def test_two_users_say_the_same_id_though_it_is_no_free_text(tmp_path: Path) -> None:
    known = words("strict", tmp_path)
    both: set[str] = set()
    for case in cases(known):
        said = [move for move in case.moves if isinstance(move, Say) and move.breaks is None]
        if [move.on for move in said] == [0, 1] and said[0].value == said[1].value:
            speech = Speech(known.contract, Random(1))
            one, other = (speech.utter(move, None, lambda _: ABSENT) for move in said)
            assert one is not None
            assert one == other
            both.add(said[0].event or "")
    assert both == {name for name in known.terms if name.startswith("ask_")}


def test_what_the_server_gave_is_said_as_it_is(tmp_path: Path) -> None:
    known = words("strict", tmp_path)
    term = known.terms["stop"]
    utterance = Speech(known.contract, Random(1)).utter(
        Say(event="stop", value=term.plain), term, lambda _: "no uuid"
    )
    assert utterance is not None
    assert json.loads(utterance.data) == {"type": "stop", "run": "no uuid"}
