"""The examples of docs/findings.md that hold a recording against a live session."""

import json
from pathlib import Path

import pytest
from support import examples
from support.examples import Pair

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.recording import load as load_cassette
from wsrecord.contract.load import load as load_contract
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import parse
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.hear import ears, named, profile
from wsrecord.judge.drift.node import Spot
from wsrecord.judge.drift.options import Options, ignored
from wsrecord.judge.drift.oracle import ContractOracle
from wsrecord.judge.drift.steps import Awaited, Step, died, failed, not_sent, settled, stalled

PAIRS = [pair for pair in examples.pairs() if pair.serve is None]


def cassette(lines: bytes, path: Path) -> Recording:
    path.write_bytes(lines)
    return load_cassette(path)


def contract(pair: Pair, folder: Path) -> Contract | None:
    if pair.contract is None:
        return None
    path = folder / "contract.yaml"
    path.write_text(json.dumps(pair.contract))
    return load_contract(path)


def awaited(text: str) -> Awaited:
    event, sign, pointer = text.partition("#")
    return Awaited(event, parse(pointer) if sign else None)


def steps(pair: Pair) -> list[Drift]:
    """What the replay of an example could not do."""
    spot = Spot(1, 2, 0)
    late = [
        stalled(Step(one["step"], spot), [awaited(text) for text in one["awaited"]], one["waited"] * 10**9)
        for one in pair.play.get("stalled", ())
    ]
    broken = [failed(one["text"], one["kind"]) for one in pair.play.get("troubles", ())]
    broken += [died(how) for how in pair.play.get("died", ())]
    return [*late, *broken] + [
        not_sent(Step(one["step"], spot), one["pointer"], awaited(one["awaited"]))
        for one in pair.play.get("not_sent", ())
    ]


def judged(pair: Pair, folder: Path) -> list[Drift]:
    recorded = cassette(pair.recording, folder / "recording.wsr.jsonl")
    live = cassette(pair.live, folder / "live.wsr.jsonl")
    made = contract(pair, folder)
    reading = named("json", "/type") if made is None else ears(recorded.sessions, made)
    options = Options(
        match=pair.verify.get("match", "shape" if made is None else "contract"),
        events=pair.verify.get("events", {}),
        ignore=tuple(map(ignored, pair.verify.get("ignore", ()))),
    )
    found = compare(
        profile([recorded], reading, keep=options.exactly),
        profile([live], reading, keep=options.exactly),
        options,
        None if made is None else ContractOracle(made),
    )
    return settled(found, steps(pair))


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_example_gives_its_code_if_it_is_to_fail_and_nothing_if_not(pair: Pair, tmp_path: Path) -> None:
    found = [drift.code.number for drift in judged(pair, tmp_path)]
    if pair.kind == "passing":
        assert not found
    else:
        assert pair.code in found
        assert len(found) <= 2


def test_every_code_of_drift_has_its_examples() -> None:
    assert len({pair.code for pair in PAIRS}) == 21
