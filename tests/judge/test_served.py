"""The examples of docs/findings.md that tell what clients did to a server that `serve` played."""

import json
from pathlib import Path
from typing import Any

import pytest
from dialogue.recordings import Writer
from support import examples
from support.examples import Pair

from wsrecord.cassette.recording import load
from wsrecord.contract.load import load as load_contract
from wsrecord.judge.finding import Finding
from wsrecord.judge.served import Said, Unsaid, Visit, judge
from wsrecord.judge.shown import Shown

PAIRS = [pair for pair in examples.pairs() if pair.serve is not None]


def judged(pair: Pair, folder: Path) -> list[Finding]:
    path = folder / "live.wsr.jsonl"
    path.write_bytes(pair.live)
    given = pair.serve or {}
    return judge(
        Visit(
            cassette="example",
            live=load(path),
            said=[Said(1, one["number"], one["event"]) for one in given.get("said", ())],
            unsaid=[Unsaid(1, one["event"], one["where"]) for one in given.get("unsaid", ())],
            asked=[(0, one["what"]) for one in given.get("asked", ())],
            again=[(one["session"], one["recorded"]) for one in given.get("again", ())],
            elsewhere=given.get("elsewhere", ()),
            troubles=[(1, 0, one["kind"], one["text"]) for one in given.get("troubles", ())],
            unopened=[(one["session"], one["path"]) for one in given.get("unopened", ())],
        ),
        [],
    )


def test_each_code_of_serve_has_its_two_examples() -> None:
    assert {pair.code for pair in PAIRS} == {f"WS83{n}" for n in range(1, 7)}


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_failing_example_has_the_code_and_the_passing_one_nothing(pair: Pair, tmp_path: Path) -> None:
    found = judged(pair, tmp_path)
    assert [one.code for one in found] == ([pair.code] if pair.kind == "failing" else [])
    for one in found:
        assert one.place.cassette == "example"
        assert one.expected
        assert one.got


CHAT = {
    "contract": "chat", "name": "/type", "unknown": "allow",
    "client": {"ask": {}, "stop": {}}, "server": {"done": {}, "more": {}},
    "flows": {"talk": {"key": [], "order": "ask more* (done | stop)"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ([("client", "ask"), ("server", "more"), ("client", "stop")], []),
        ([("client", "ask"), ("server", "done")], []),
        ([("client", "stop")], ["WS201"]),
        ([("client", "ask"), ("client", "ask"), ("server", "done")], ["WS202"]),
        ([("client", "ask"), ("server", "done"), ("server", "done")], []),  # the recording's, and no client's
        ([("server", "more"), ("client", "ask"), ("server", "done")], []),
        ([("client", "ask"), ("server", "more")], []),
    ],
)
def test_flows_are_held_against_the_client_alone(
    said: list[tuple[Any, str]], codes: list[str], tmp_path: Path
) -> None:
    (tmp_path / "contract.yaml").write_text(json.dumps(CHAT))
    writer = Writer()
    for sender, name in said:
        (writer.client if sender == "client" else writer.server)({"type": name})
    writer.end()
    found = judge(
        Visit(cassette="chat", live=writer.recording), [Shown(load_contract(tmp_path / "contract.yaml"))]
    )
    assert [one.code for one in found] == codes
