"""The shrinker, against what fails by definition."""

import contextlib
from collections.abc import Callable

from wsrecord.explore.moves import Case, Close, Connect, Move, Probe, Say
from wsrecord.explore.shrink import shrinking


def shrunk(moves: list[Move], fails: Callable[[Case], bool]) -> tuple[Case, int]:
    """The smallest that still fails, and how many were tried."""
    tries = shrinking(Case(tuple(moves)))
    count = 0
    try:
        row = next(tries)
        while True:
            count += len(row)
            row = tries.send([number for number, one in enumerate(row) if fails(one)][:1])
    except StopIteration as end:
        return end.value, count


def said(text: str) -> Say:
    return Say(value={"text": text, "more": [1, 2, 3, 4]})


def test_moves_that_are_not_needed_are_left_out() -> None:
    moves: list[Move] = [said(str(number)) for number in range(40)]
    moves[11], moves[30] = Probe(size=1), Probe(size=2)
    case, tried = shrunk(moves, lambda case: {Probe(size=1), Probe(size=2)} <= set_of(case))
    assert case.moves == (Probe(size=1), Probe(size=2))
    assert tried < 200


def test_what_can_be_left_out_one_by_one_is_tried_at_once() -> None:
    needed = {Probe(size=1), Probe(size=2), Probe(size=3)}
    moves: list[Move] = [Probe(size=9) for _ in range(8)]
    moves[1::3] = [Probe(size=1), Probe(size=2), Probe(size=3)]

    def rows(told: int) -> int:
        tries, count = shrinking(Case(tuple(moves))), 0
        with contextlib.suppress(StopIteration):
            row = next(tries)
            while True:
                count += 1
                failed = [number for number, one in enumerate(row) if needed <= set_of(one)][:told]
                row = tries.send(failed)
        return count

    assert rows(told=99) < rows(told=1)


def set_of(case: Case) -> set[Move]:
    return {move for move in case.moves if isinstance(move, Probe)}


def test_values_get_simpler() -> None:
    moves: list[Move] = [said("a" * 300 + "!" + "b" * 300)]
    case, _ = shrunk(moves, lambda case: any("!" in str(getattr(one, "value", "")) for one in case.moves))
    (move,) = case.moves
    assert isinstance(move, Say)
    assert move.value == {"text": "!"}


def test_a_length_that_matters_is_kept_within_a_tenth() -> None:
    moves: list[Move] = [Say(value={"text": "x" * 4000})]
    case, _ = shrunk(
        moves,
        lambda case: any(
            len(one.value.get("text", "")) >= 2000 for one in case.moves if isinstance(one, Say)
        ),
    )
    (move,) = case.moves
    assert isinstance(move, Say)
    assert 2000 <= len(move.value["text"]) <= 2250


def test_holes_are_left_alone() -> None:
    case, _ = shrunk([Say(value={"id": {"$new": 1}, "x": 1})], lambda case: "$new" in repr(case.moves))
    (move,) = case.moves
    assert isinstance(move, Say)
    assert move.value == {"id": {"$new": 1}}


def test_frames_that_do_not_matter_are_joined() -> None:
    case, _ = shrunk(
        [Say(value="hello", cuts=(1,) * 40, ping_at=1)], lambda case: len(case.moves[0].cuts) >= 1
    )  # type: ignore[union-attr]
    (move,) = case.moves
    assert isinstance(move, Say)
    assert (move.cuts, move.ping_at) == ((1,), None)


def test_a_session_stays_its_user_s() -> None:
    moves: list[Move] = [Connect(user=1), Close(), Connect(on=1, user=1, back=0), Probe(on=1)]
    case, _ = shrunk(
        moves, lambda case: any(isinstance(one, Connect) and one.back == 0 for one in case.moves)
    )
    assert case.moves == (Connect(user=1), Connect(on=1, user=1, back=0))


def test_a_second_user_who_is_not_needed_is_the_first() -> None:
    case, _ = shrunk([Connect(on=1, user=1), Probe(on=1)], lambda case: Probe(on=1) in case.moves)
    assert case.moves == (Probe(on=1),)


def test_a_ping_between_frames_goes_where_there_is_one_frame_only() -> None:
    """It would not be sent, and a pong would be missed."""
    tried: list[Move] = []
    shrunk([Say(value="hello", cuts=(1,) * 9, ping_at=8)], lambda case: bool(tried.extend(case.moves)))
    pings = {(move.ping_at, len(move.cuts)) for move in tried if isinstance(move, Say) and move.ping_at}
    assert pings == {(4, 4), (8, 8), (8, 9)}
