"""Two users at a time, those who come back, and those who are slow."""

import json
from pathlib import Path
from random import Random

import pytest
from explore.shop import shop

from wsrecord.contract.load import load
from wsrecord.explore.below import below
from wsrecord.explore.company import betrayed, company, with_bystander
from wsrecord.explore.moves import CANARY, NEW, Case, Close, Connect, Move, Say, Stall, holes
from wsrecord.explore.parts import Parts
from wsrecord.explore.returning import returning
from wsrecord.explore.vocabulary import Vocabulary


@pytest.fixture
def words(tmp_path: Path) -> Vocabulary:
    return Vocabulary(shop(tmp_path))


def parts(words: Vocabulary, users: int = 2, **returns: tuple[str, ...]) -> Parts:
    back = {int(name[1:]): numbers for name, numbers in returns.items()}
    return Parts(words, users=users, json=True, random=Random(1), returns=back)


@pytest.fixture(scope="module")
def agent() -> Vocabulary:
    return Vocabulary(load(Path(__file__).parents[2] / "schemas"))


def confided(moves: list[Move]) -> list[int]:
    said = [move for move in moves if isinstance(move, Say)]
    return [move.on for move in said if any(kind == CANARY for kind, _ in holes(move.value))]


def test_what_one_user_confides_is_said_before_the_other_speaks(agent: Vocabulary) -> None:
    made = list(betrayed(parts(agent)))
    assert made
    for moves in made:
        assert confided(moves) == [1]
        last = moves[-1]
        assert isinstance(last, Say)
        assert (last.on, last.breaks) == (0, "an event that there is")


def test_words_confided_are_right(agent: Vocabulary) -> None:
    made = [moves for moves in company(parts(agent)) if confided(moves)]
    assert made
    for moves in made:
        for move in moves:
            assert not isinstance(move, Say) or agent.right(agent.terms[move.event or ""], move.value)


def test_both_say_one_id_that_is_right(agent: Vocabulary) -> None:
    made = [[move for move in moves if isinstance(move, Say)] for moves in company(parts(agent))]
    both = [moves for moves in made if {move.on for move in moves} == {0, 1} and moves[0].event == "ping"]
    same = [moves for moves in both if len({json.dumps(move.value) for move in moves}) == 1]
    (said,) = same
    assert [kind for kind, _ in holes(said[0].value)] == [NEW]  # one value, made up when it is played


@pytest.mark.parametrize("of", [company, betrayed])
def test_there_is_no_company_for_one_user(words: Vocabulary, of: object) -> None:
    assert not list(of(parts(words, users=1)))  # type: ignore[operator]


def test_who_can_come_back_does_so_rightly_twice_too_soon_and_with_odd_numbers(words: Vocabulary) -> None:
    made = list(returning(parts(words, u1=("after",))))
    backs = [
        [move for move in moves if isinstance(move, Connect) and move.back is not None] for moves in made
    ]
    assert any(len(row) == 2 for row in backs)  # by the same token twice
    assert any(
        row and not any(isinstance(move, Close) for move in moves)
        for row, moves in zip(backs, made, strict=True)
    )
    numbers = {move.query.get("after", "as recorded") for row in backs for move in row}
    assert numbers >= {"as recorded", None, "1000000", "-1", "x"}
    assert all(move.user == 1 for row in backs for move in row)


def test_who_cannot_come_back_comes_anew(words: Vocabulary) -> None:
    for moves in returning(parts(words)):
        assert not any(isinstance(move, Connect) for move in moves)


def test_bytes_come_slowly_and_answers_are_not_fetched(words: Vocabulary) -> None:
    made = list(below(parts(words)))
    assert any(isinstance(move, Say) and move.slow for moves in made for move in moves)
    stalled = [moves for moves in made if any(isinstance(move, Stall) for move in moves)]
    assert stalled
    assert all(moves[0] == Connect(narrow=True) for moves in stalled)


def test_who_watched_can_be_let_in_from_the_case_alone() -> None:
    case = Case((Close(on=2, code=4000),), "wire")
    both = with_bystander(case, 1)
    assert both.moves == (Connect(on=3, user=1), *case.moves)
    assert with_bystander(both, 1) == both
    assert with_bystander(case, 0) == case  # there is one user: whoever watches came in as the client does
