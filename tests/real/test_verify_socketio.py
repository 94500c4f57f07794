"""Socket.IO: a polled handshake, then the upgrade; python-socketio's server, the protocol's own client."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from real import socketio_server
from real.processes import serving
from real.replays import CONTRACTED, Recorded, node, recorded
from support import rewriting

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), pytest.mark.needs("node", "npm:socket.io-client")]


def official(url: str) -> None:
    assert node("socketio.mjs", url).split("\n")[:4] == ["ada websocket", "blue 1", "3 one two three", "cba"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("socketio")
    with recorded(serving(socketio_server.__file__), folder, official, "socketio") as one:
        yield one


@pytest.mark.parametrize("contracted", CONTRACTED)
def test_a_room_is_joined_and_talked_in_again(session: Recorded, contracted: bool, tmp_path: Path) -> None:
    session.is_played_whole(tmp_path, contracted)


FAULTS = {  # what is breaking then, by the contract and without one
    "a field renamed": (rewriting.replaced(b'"word"', b'"text"'), ["WS101"], ["WS808"]),
    "a value retyped": (rewriting.replaced(b'"number":1', b'"number":"1"'), ["WS101"], ["WS805"]),
    "an event dropped": (rewriting.dropped(b'"done"'), ["WS207"], ["WS801"]),
    "two events swapped": (rewriting.swapped(b'"word":"three"'), ["WS203"], None),
    "closed early": (rewriting.closed(b'"word":"two"'), ["WS207", "WS812"], ["WS812"]),
}


@pytest.mark.parametrize("contracted", CONTRACTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_drifted_is_caught(session: Recorded, fault: str, contracted: bool) -> None:
    session.catches(*FAULTS[fault], contracted=contracted)
