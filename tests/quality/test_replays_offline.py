"""Two recordings of one scenario with the demo server: each is the live server of the other's dialogue."""

import asyncio
import json

import pytest
from dialogue.replay import replay
from support.dialogues import asked, record, resumed, side_by_side, steered

from wsrecord.cassette.recording import load
from wsrecord.contract.load import load as load_contract
from wsrecord.dialogue.script import script

SCENARIOS = {
    "several runs at once": (side_by_side,),
    "steered and cancelled": (steered,),
    "left and resumed": (resumed,),
    "two users": (asked(1, 3), asked(2, 3)),
}
SECRETS = {"password": "x", **{f"password_{n}": "x" for n in range(10)}}


@pytest.fixture(scope="module", params=SCENARIOS)
def recordings(request, tmp_path_factory):
    """The scenario, recorded twice."""
    folders = [tmp_path_factory.mktemp(f"take{n}") for n in (1, 2)]
    return [load(asyncio.run(record(folder, SCENARIOS[request.param]))) for folder in folders]


@pytest.mark.parametrize("contracts", [(), ("schemas",)], ids=["no contract", "contract"])
@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_each_is_a_server_for_the_other(recordings, contracts, turned):
    recorded, live = recordings[::-1] if turned else recordings
    dialogue = script(recorded, [load_contract(path) for path in contracts])
    done = replay(dialogue, live, secrets=SECRETS)
    assert [gate.text for gate in done.stalled] == []
    assert not any(filled.missing for filled in done.filled.values())
    said = b"".join(payload for filled in done.filled.values() for _, payload in filled.messages)
    for link in dialogue.variables:
        if link.origin == "server":  # nothing of the recorded server's is said to the live one
            assert str(link.value).encode() not in said


def test_a_run_is_cancelled_by_the_live_servers_own_id(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    recorded, live = (load(asyncio.run(record(folder, (steered,)))) for folder in folders)
    done = replay(script(recorded), live, secrets=SECRETS)
    ours = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    theirs = [json.loads(one.payload) for one in live.sessions[0].messages if one.payload[:1] == b"{"]
    for kind in ("cancel_run", "user_message"):
        wanted = [one["run_id"] for one in theirs if one["type"] == kind]
        assert [one["run_id"] for one in ours if one["type"] == kind] == wanted
