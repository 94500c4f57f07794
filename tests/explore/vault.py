"""A server that asks for four words, one after another: each right one opens a door, a wrong one shuts all.

It is played without a socket: a case in, the recording of what it comes to out.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from judge.transcript import recording

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.source import from_recording
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.explore.frontier import Frontier
from wsrecord.explore.grown import Grown
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.phases import Phases
from wsrecord.explore.reached import Footprint, Reached
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge.registry import judge_cassette

WORDS = ("knock", "turn", "push", "pull", "lift", "press", "slide", "wait")
SECRET = ("turn", "lift", "press", "turn")
DEPTHS = ("one", "two", "three", "open")
BATCH = 80  # cases that are under way before it is known what they come to

CONTRACT: dict[str, Any] = {
    "contract": "vault",
    "name": "/type",
    "client": dict.fromkeys(WORDS),
    "server": dict.fromkeys((*DEPTHS, "back")),
    "flows": {"vault": {"order": f"({' | '.join((*DEPTHS, 'back'))})*"}},
}


def vault(folder: Path) -> Contract:
    path = folder / "contract.yaml"
    path.write_text(json.dumps(CONTRACT))
    return load(path)


def play(case: Case) -> Recording:
    """What comes of a case."""
    lines, depth = [], 0
    for move in case.moves:
        if isinstance(move, Say) and move.on == 0:
            depth = depth + 1 if move.event == SECRET[depth] else 0
            lines += [f"> {move.event}", f"< {DEPTHS[depth - 1] if depth else 'back'}"]
            if depth == len(SECRET):
                break
    return recording(*lines)


def walk(reached: Reached, case: Case) -> Footprint:
    """Play a case, and take in what it reached."""
    story, played = reached.story(), play(case)
    judge_cassette(from_recording(played), [story], "played")
    return reached.take(story, [], played.sessions)


def until_open(contract: Contract, seed: int, *, steered: bool, most: int) -> int | None:
    """How many cases it takes to come in; None: more than so many."""
    words, frontier, reached = Vocabulary(contract), Frontier(), Reached(contract)
    grown = Grown(words, frontier, Random(f"grown {seed}")) if steered else None
    tried = 0

    def batches() -> Iterator[list[Case]]:
        cases = Phases(words, random=Random(seed), grown=grown).cases(["valid", "mutate"])
        while batch := list(islice(cases, BATCH)):
            yield batch

    for batch in batches():
        for case in batch:
            tried += 1
            footprint = walk(reached, case)
            if ("after", "client:turn", "server:open") in footprint.features:
                return tried
            frontier.take(case, footprint)
            if tried >= most:
                return None
    return None
