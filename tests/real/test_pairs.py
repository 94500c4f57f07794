"""Clients and servers that are not ours see through the recorder what they see without it."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from real import aiohttp_client, aiohttp_server, fastapi_server, node_client, websockets_client
from real import scenario as s
from real.scenario import Place
from real.seen import Seen
from support.certificates import Authority, Certificate
from support.recorder import Recorder

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Recording, load

pytestmark = pytest.mark.xdist_group("pairs")
Serve = Callable[[Seen, Certificate | None], AbstractContextManager[int]]
KINDS = {Opcode.TEXT, Opcode.BINARY}

SERVERS = [
    pytest.param(partial(fastapi_server.serve, ws="websockets-sansio"), id="fastapi"),
    pytest.param(
        partial(fastapi_server.serve, ws="wsproto"),
        id="fastapi-wsproto",
        marks=pytest.mark.skipif(find_spec("wsproto") is None, reason="wsproto is not installed"),
    ),
    pytest.param(aiohttp_server.serve, id="aiohttp"),
]
CLIENTS = [
    pytest.param(aiohttp_client.run, id="aiohttp"),
    pytest.param(websockets_client.run, id="websockets"),
    pytest.param(node_client.run, id="node", marks=pytest.mark.needs("node", "npm:ws")),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def place(port: int, authority: Authority | None) -> Place:
    if authority is None:
        return Place(f"ws://127.0.0.1:{port}", f"http://127.0.0.1:{port}")
    return Place(f"wss://127.0.0.1:{port}", f"https://127.0.0.1:{port}", str(authority.ca))


def recording(port: int, authority: Authority | None, folder: Path) -> Recorder:
    if authority is None:
        return Recorder(f"ws://127.0.0.1:{port}", folder)
    own = authority.issue()
    options = ("--target-ca", authority.ca, "--tls", "--cert", own.cert, "--key", own.key)
    return Recorder(f"wss://127.0.0.1:{port}", folder, *map(str, options))


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("serve", SERVERS)
def test_both_sides_see_the_same_and_the_cassette_holds_it(
    serve: Serve, client: Callable[[Place], list[object]], tls: bool, authority: Authority, tmp_path: Path
) -> None:
    seen, trusted = Seen(), authority if tls else None
    with serve(seen, authority.issue() if tls else None) as port:
        direct = client(place(port, trusted)), seen.all_of((s.TALK, s.CLOSED))
        with recording(port, trusted, tmp_path) as recorder:
            recorded = client(place(recorder.port, trusted)), seen.all_of((s.TALK, s.CLOSED))
            assert recorder.stop() == 0, recorder.stderr
    assert recorded[0] == direct[0], "what the client saw"
    assert recorded[1] == direct[1], "what the server saw"
    assert len(direct[0]) > 5
    holds(load(recorder.cassette))


def holds(cassette: Recording) -> None:
    """The cassette tells what happened."""
    assert cassette.unfinished is None
    assert not cassette.notes
    talk, closed, refused = cassette.sessions
    said = [(m.sender, m.payload) for m in talk.messages if m.opcode in KINDS]
    expected = [(who, what.encode() if isinstance(what, str) else what) for who, what in s.expected()]
    for side in ("client", "server"):
        assert [p for who, p in said if who == side] == [p for who, p in expected if who == side]
    assert talk.subprotocol == s.PROTOCOLS[0]
    controls = Counter((m.sender, m.opcode) for m in talk.messages if m.opcode not in KINDS)
    assert controls[("client", Opcode.PING)] == controls[("server", Opcode.PONG)] == 1
    assert talk.close is not None
    assert (talk.close.sender, talk.close.code, talk.close.reason) == ("client", *s.CLIENT_CLOSE)
    assert closed.close is not None
    assert (closed.close.sender, closed.close.code, closed.close.reason) == ("server", *s.SERVER_CLOSE)
    assert (refused.accepted, refused.response and refused.response.status) == (False, 403)
    asked = [e for c in cassette.connections for e in c.exchanges if e.request and not e.request.session]
    assert [(e.request and e.request.method, e.response and e.response.status) for e in asked] == [
        ("GET", 200),
        ("POST", 200),
        ("HEAD", 404),
    ]
