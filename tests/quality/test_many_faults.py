"""A cassette in which everything is wrong is judged in time that grows with its length, and no faster."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from judge.transcript import contract, judged

TEXT = """
server: {started: null, done: null, tool: null, tool_done: null, delta: null, whole: null, reply: null}
client: {ask: null}
unknown: error
keys: {run: /run, call: /call, req: /req}
flows:
  run: {key: run, order: started done}
  tool: {key: [run, call], inside: run, order: tool tool_done}
rules:
  - answer: {to: ask, with: reply, per: req, within: 1s}
  - concat: {of: delta#/text, is: whole#/text, per: run}
budgets:
  - {from: ask, to: reply, per: req, within: 500ms}
"""


def never_ended(count: int) -> Iterator[str]:
    yield from (f"< started run=r{at}" for at in range(count))


def unanswered_beside_unknown(count: int) -> Iterator[str]:
    yield from (f"> ask req=q{at}" for at in range(count // 2))
    yield from (f"< replied req=x{at}" for at in range(count // 2))


def open_inside_open(count: int) -> Iterator[str]:
    for at in range(count // 2):
        yield f"< started run=r{at}"
        yield f"< tool run=r{at} call=c{at}"


def unbegun_beside_unknown(count: int) -> Iterator[str]:
    yield from (f"< nope run=x{at}" for at in range(count // 2))
    yield from (f"< done run=r{at}" for at in range(count // 2))


def unbegun_beside_unanswered(count: int) -> Iterator[str]:
    for at in range(count // 2):
        yield f"> ask req=q{at}"
        yield f"< done run=r{at}"


def wrong_wholes_beside_unknown(count: int) -> Iterator[str]:
    yield from (f"< nope run=z{at}" for at in range(count // 4))
    for at in range(count // 4):
        yield f"< delta run=r{at} text=a"
        yield f"< whole run=r{at} text=b"


SHAPES = (
    never_ended, unanswered_beside_unknown, open_inside_open, unbegun_beside_unknown,
    unbegun_beside_unanswered, wrong_wholes_beside_unknown,
)  # fmt: skip


def took(said: Callable[[int], Iterator[str]], count: int, folder: Path) -> float:
    wanted = contract(folder, TEXT)
    lines = (*said(count), "@1000 x server 1000")
    gc.collect()
    gc.disable()  # what else this process holds is no matter of the judges'
    try:
        began = time.process_time()
        assert len(judged(wanted, *lines)) >= count // 5
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.slow
@pytest.mark.parametrize("said", SHAPES, ids=lambda one: one.__name__)
def test_four_times_as_many_faults_take_nothing_like_sixteen_times_as_long(
    said: Callable[[int], Iterator[str]], tmp_path: Path
) -> None:
    small = min(took(said, 1_000, tmp_path) for _ in range(3))
    assert min(took(said, 4_000, tmp_path) for _ in range(3)) < 10 * small
