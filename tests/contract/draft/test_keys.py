"""What ids belong together, and what they say of the order."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from judge.transcript import judged, recording

from wsrecord.cassette.recording import Recording
from wsrecord.contract.draft.draft import draft
from wsrecord.contract.draft.keys import find_ids
from wsrecord.contract.draft.samples import collect
from wsrecord.contract.flow.expression import text
from wsrecord.contract.load import load


def made(number: int, turn: int) -> str:
    return f"resp_{number:04x}a{turn:04x}f{number * turn:04x}"


def whole(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def streamed(number: int) -> Iterable[str]:
    """One id, which stands elsewhere in each kind of event; many events at one time."""
    for turn in range(3):
        name = made(number, turn)
        yield "> create"
        yield f"@{number + turn} < created response={whole({'id': name})}"
        for _ in range(turn + 1):
            yield f"@{number + turn} < delta response_id={name} text=x{number}"
        yield f"@{number + turn} < done response={whole({'id': name, 'status': 'ok'})}"


def recorded() -> list[Recording]:
    return [recording(*streamed(number)) for number in range(1, 6)]


def test_one_id_at_two_places_is_one_key() -> None:
    [key] = find_ids(collect(recorded())).keys
    assert (key.name, key.pointers, key.asked) == ("response", (("response", "id"), ("response_id",)), False)


def test_events_of_one_moment_keep_their_order() -> None:
    [flow] = [one for one in draft(recorded(), "d").flows if one.key]
    assert text(flow.order) == "created delta* done"


def test_small_numbers_that_happen_to_be_equal_are_two_keys() -> None:
    lines = [
        line
        for n in range(8)
        for line in (
            f"< room_made room_id={n}",
            f"< room_left room_id={n}",
            f"< seat_made seat_id={n}",
            f"< seat_left seat_id={n}",
        )
    ]
    found = find_ids(collect([recording(*lines)] * 3)).keys
    assert [key.pointers for key in found] == [(("room_id",),), (("seat_id",),)]


def test_a_counter_that_pairs_questions_and_answers_need_not_grow() -> None:
    """Answers may overtake each other, even if they never did."""
    lines = []
    for n in range(1, 15):
        lines += [f"> ask id={n}", f"< taken id={n}", f"< worked id={n}", f"< done id={n}"]
    page = draft([recording(*lines)] * 3, "d").files["contract.yaml"]
    assert "increasing" not in page
    assert "/id" in page


def prompted(number: int, *, ping: bool, prefix: str = "p", first: int = 1) -> list[str]:
    """Each question's id comes back under another name, in the first event of a run."""
    lines: list[str] = []
    for turn in range(first, first + 4):
        run = f"run_id=r{number:02}{turn}a7c91f3e2b"
        lines += [f"> ping id=g{turn}", f"< pong id=g{turn}"] if ping else []
        lines += [f"> prompt id={prefix}{turn}", f"< run_started {run} request_id={prefix}{turn}"]
        lines += [f"< run_done {run}"]
    return lines


@pytest.mark.parametrize("ping", [False, True])
def test_a_question_and_the_run_that_names_it_are_a_pair(ping: bool, tmp_path: Path) -> None:
    made = draft([recording(*prompted(number, ping=ping)) for number in range(4)], "d")
    (request,) = [one for one in made.flows if one.name == "request"]
    assert text(request.order) == ("ping pong | prompt run_started" if ping else "prompt run_started")
    for name, content in made.files.items():
        (tmp_path / name).write_text(content)
    wanted = load(tmp_path)
    right = prompted(9, ping=ping)
    assert judged(wanted, *right) == []
    wrong = [line.replace("request_id=p2", "request_id=p77") for line in right]
    assert [one.code for one in judged(wanted, *wrong) if one.severity == "breaking"]


def test_counters_that_meet_are_no_pair() -> None:
    lines = [line for n in range(6) for line in (f"> ask id={n}", f"< made item_id={n}", "< more")]
    found = find_ids(collect([recording(*lines)] * 3)).keys
    assert all(len(key.pointers) == 1 for key in found)


def test_an_id_that_most_questions_do_not_get_back_is_no_pair() -> None:
    lines: list[str] = []
    for n in range(40):
        lines.append(f"> ask id=q{n}")
        lines += [f"< made item_id=q{n}"] if n % 3 == 0 else []
    found = find_ids(collect([recording(*lines)])).keys
    assert all(("item_id",) not in key.pointers for key in found)
