"""The drift gallery: `check` finds each drift by the codes that it names, and nothing in the benign ones."""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from demo.client import connected
from demo.drifted import checked, dialogue, record_all

from wsrecord.demo import DemoError
from wsrecord.demo.drifts.drift import Drift
from wsrecord.demo.drifts.gallery import choose, gallery
from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

GALLERY = gallery()
CLEAN = "no drift"
ROOT = Path(__file__).parents[2]
Found = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What `check` finds in a recording of each drifted server, and in one of a server without drift."""
    folder = tmp_path_factory.mktemp("drifts")
    servers = {drift.name: [choose(drift.name)] for drift in GALLERY}
    asyncio.run(record_all({CLEAN: [], **servers}, folder))
    assert len(list(folder.glob("*.wsr"))) == len(GALLERY) + 1
    return checked(folder)


def above_info(found: Found, name: str) -> list[dict[str, Any]]:
    return [one for one in found.get(name, []) if one["severity"] != "info"]


def test_the_gallery_is_large_and_told_in_one_line_each():
    grades = Counter(drift.grade for drift in GALLERY)
    assert grades["breaking"] >= 45
    assert grades["benign"] >= 12
    for drift in GALLERY:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|silence|reset|truncated|fragments|pings", drift.name)
        assert re.fullmatch(r"[A-Z`a-z][^\n]{10,110}\.", drift.change), drift.name


def test_codes_are_those_of_the_findings_page_and_benign_drifts_have_none():
    page = (ROOT / "docs" / "findings.md").read_text()
    known = set(re.findall(r"^### (WS\d{3})", page, re.MULTILINE))
    for drift in GALLERY:
        assert bool(drift.codes) == (drift.grade != "benign"), drift.name
        assert set(drift.in_check) <= known, drift.name


@pytest.mark.slow
@pytest.mark.parametrize("drift", GALLERY, ids=lambda drift: drift.name)
def test_check_finds_a_drift_by_its_code_and_little_else(drift: Drift, found: Found) -> None:
    said = above_info(found, drift.name)
    told = [f"{one['code']} {one['message']}" for one in said]
    codes = {one["code"] for one in said}
    if drift.in_check:
        assert set(drift.in_check) <= codes, told
        assert {one["severity"] for one in said if one["code"] in drift.in_check} == {drift.grade}
        assert len(codes - set(drift.in_check)) <= 2, told  # what follows from it, as a client that gives up
    else:  # benign, or to be seen by comparison with a recording only
        assert told == []


@pytest.mark.slow
def test_a_server_without_drift_gives_nothing(found: Found) -> None:
    assert above_info(found, CLEAN) == []


def affected(chance: str, seed: int, runs: int = 40) -> list[bool]:
    """For each run of one client, whether its thoughts have lost their text."""

    async def main() -> list[bool]:
        options = DemoOptions(pace=0, seed=seed, drifts=(choose(f"thought-renamed{chance}"),))
        async with serve_demo(options=options) as server, connected(server) as client:
            said = [await client.ask("2 + 2") for _ in range(runs)]
        thoughts = [[event for event in run if event["type"] == "agent_thinking"] for run in said]
        for run in thoughts:
            assert len({"reasoning" in event for event in run}) == 1
        return ["reasoning" in run[0] for run in thoughts]

    return asyncio.run(main())


def test_a_probability_is_drawn_once_for_each_run_and_again_with_the_same_seed():
    once, again, other = affected("@0.3", 7), affected("@0.3", 7), affected("@0.3", 8)
    assert once == again
    assert once != other
    assert 3 <= sum(once) <= 22
    assert all(affected("", 7, runs=3))


def test_several_drifts_happen_together():
    async def main():
        drifts = (choose("tool-name-missing"), choose("pretty-printed"), choose("fragments"))
        options = DemoOptions(pace=0, drifts=drifts)
        async with serve_demo(options=options) as server, connected(server) as client:
            await client.websocket.send(
                json.dumps({"type": "start_agent", "message_id": "m", "prompt": "2+2"})
            )
            frames = [frame async for frame in client.websocket.recv_streaming()]
            said = json.loads("".join(frames))
            await client.until("agent_completed")
        return frames, said, client.heard

    frames, said, heard = asyncio.run(main())
    assert len(frames) > 1
    assert "\n" in "".join(frames)
    assert said["type"] == "agent_started"
    tools = [event for event in heard if event["type"].startswith("tool_")]
    assert tools
    assert not any("tool_name" in event for event in tools)


@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_of_drifts_leaves_the_server_alive(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        hooks = ("plan", "order", "field", "text", "send", "login")
        some = [
            drift for drift in GALLERY if drift.hook in hooks and drift.name != "not-utf8"
        ]  # clients leave
        drifts = tuple(choose(f"{drift.name}@0.4") for drift in some)
        async with serve_demo(options=DemoOptions(pace=0, seed=seed, drifts=drifts)) as server:
            await dialogue(server, SimpleNamespace(port=server.port, url=server.url))
            assert sum(thread.history.last for thread in server.registry.threads) > 40

    asyncio.run(main())
    assert [record.getMessage() for record in caplog.records if record.name.startswith("wsrecord")] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nix", "'nix' is no drift: `wsrecord demo drifts` lists them"),
        (
            "results-mising@0.3",
            "'results-mising' is no drift: `wsrecord demo drifts` lists them; did you mean results-missing?",
        ),
        ("silence@often", "'silence@often': what stands behind @ is a probability such as 0.3"),
        ("silence@0", "'silence@0': what stands behind @ is a probability such as 0.3"),
        ("silence@1.5", "'silence@1.5': what stands behind @ is a probability such as 0.3"),
        ("silence@nan", "'silence@nan': what stands behind @ is a probability such as 0.3"),
    ],
)
def test_what_cannot_be_chosen_is_told_in_one_line(text: str, says: str) -> None:
    with pytest.raises(DemoError) as error:
        choose(text)
    assert str(error.value) == says
