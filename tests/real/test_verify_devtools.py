"""Chromium's DevTools protocol: recorded from puppeteer's session, replayed each time on a new browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from real import chromium
from real.replays import CONTRACTED, Recorded, node, recorded
from support import rewriting

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.needs("node", "npm:puppeteer-core", "chromium"),
]


def puppeteer(url: str) -> None:
    assert node("devtools.mjs", url).split("\n")[:4] == ["loaded", "wsrecord hello", "[ 1, 4, 9 ]", "true"]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    # the browser tells its clients where to connect by the Host that they asked it with
    folder = tmp_path_factory.mktemp("devtools")
    with recorded(chromium.serve(folder), folder, puppeteer, "devtools", "--keep-host") as one:
        return one


@pytest.fixture
def session(recording: Recorded, tmp_path: Path) -> Iterator[Recorded]:
    with chromium.serve(tmp_path) as port:
        yield replace(recording, port=port)


@pytest.mark.parametrize("contracted", CONTRACTED)
def test_a_page_is_opened_and_asked_again(session: Recorded, contracted: bool, tmp_path: Path) -> None:
    session.is_played_whole(tmp_path, contracted)


FAULTS = {  # what is breaking then, by the contract and without one
    "a field renamed": (rewriting.replaced(b'"frameTree"', b'"frames"'), ["WS101"], ["WS808"]),
    "a value retyped": (
        rewriting.replaced(b'"canAccessOpener":false', b'"canAccessOpener":"no"'),
        ["WS101"],
        ["WS805"],
    ),
    "an event dropped": (rewriting.dropped(b'"data":"iVBOR'), ["WS207"], ["WS801"]),
    "two events swapped": (rewriting.swapped(b'"Target.targetInfoChanged"'), ["WS202"], None),
    "closed early": (rewriting.closed(b'"frameTree"'), ["WS207", "WS812"], ["WS812"]),
}


@pytest.mark.parametrize("contracted", CONTRACTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_browser_that_drifted_is_caught(session: Recorded, fault: str, contracted: bool) -> None:
    session.catches(*FAULTS[fault], contracted=contracted)
