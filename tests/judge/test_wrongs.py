"""What was wrong on purpose, in words."""

from pathlib import Path
from random import Random

from explore.shop import shop

from wsrecord.explore.below import below
from wsrecord.explore.moves import Say
from wsrecord.explore.nonsense import no_events
from wsrecord.explore.parts import Parts
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.wrongs import note, phrase


def test_a_rule_is_named() -> None:
    assert phrase("type at /id") == "which breaks type at /id"
    assert note("type at /id") == "breaks: type at /id"


def test_all_that_is_wrong_below_values_has_words(tmp_path: Path) -> None:
    parts = Parts(Vocabulary(shop(tmp_path)), users=1, json=True, random=Random(1), returns={})
    said = [*no_events(parts), *(move for moves in below(parts) for move in moves)]
    broken = {move.breaks for move in said if isinstance(move, Say) and move.breaks is not None}
    rules = {one for one in broken if one.startswith("number-range")}
    assert len(broken - rules) > 10
    for one in broken - rules:
        assert phrase(one) == note(one)
        assert "breaks" not in phrase(one)
