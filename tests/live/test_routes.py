"""Several targets behind one port: every request and every session reaches its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live.rig import Pair, Target, await_, echo, exchange, loaded
from support import frames, http
from support.recorder import Recorder


@pytest.fixture
def api() -> Iterator[Target]:
    with Target() as target:
        yield target


def options(api: Target) -> tuple[str, ...]:
    return ("--route", f"/api=http://127.0.0.1:{api.port}")


def ask(client_: Pair, request: bytes, answer: bytes) -> None:
    """One exchange on a pair whose ends count from here."""
    for end in client_.ends:
        end.received.clear()
        end.sent = 0
    exchange(client_, request)
    assert bytes(client_.server.received) == request
    exchange(client_, answer, sender="server")
    assert bytes(client_.client.received) == answer


def test_a_connection_that_is_kept_alive_goes_to_and_fro_between_targets(
    tmp_path: Path, target: Target, api: Target
) -> None:
    with Recorder(target.url, tmp_path, *options(api), name="r.wsr") as recorder:
        client = target.dial(recorder.port)
        for number in range(4):
            path, where = (f"/api/{number}", api) if number % 2 else (f"/apiary/{number}", target)
            request = http.post(path, "Content-Length: 3") + b"abc"
            client.send(request)
            pair = Pair(client, where.take(client))
            await_(pair.ends, lambda: bytes(pair.server.received) == request, "the request")  # noqa: B023
            answer = http.answer("200 OK", "Content-Type: text/plain", body=f"no {number}".encode())
            pair.server.send(answer)
            await_(pair.ends, lambda: client.received.endswith(answer), "the answer")  # noqa: B023
        ask(pair, http.get("/api/again"), http.answer())
        request = http.upgrade("/ws")
        client.send(request)
        session = Pair(client, target.take(client))
        await_(session.ends, lambda: bytes(session.server.received) == request, "the upgrade")
        ask(session, b"", http.switching())
        echo(Pair(client, session.server), frames.client.text("hello"))
        assert target.finish(recorder) == 0
    recording = loaded(recorder)
    assert recording.head.targets == {"/": target.url, "/api": f"http://127.0.0.1:{api.port}"}
    (connection,) = recording.connections
    found = [(e.request.path, e.response.body) for e in connection.exchanges if e.request and e.response]
    assert found == [
        ("/apiary/0", b"no 0"),
        ("/api/1", b"no 1"),
        ("/apiary/2", b"no 2"),
        ("/api/3", b"no 3"),
        ("/api/again", None),
    ]
    assert [m.payload for m in recording.sessions[0].messages][:1] == [b"hello"]


def test_requests_sent_at_once_are_answered_in_their_order(
    tmp_path: Path, target: Target, api: Target
) -> None:
    paths = ["/0", "/api/1", "/api/2", "/3"]
    with Recorder(target.url, tmp_path, *options(api), name="r.wsr") as recorder:
        client = target.dial(recorder.port)
        client.send(b"".join(http.get(path) for path in paths))
        ends = [client]
        expected = b""
        for turn, where in ((paths[:1], target), (paths[1:3], api), (paths[3:], target)):
            server = where.take(*ends)
            ends.append(server)
            requests = b"".join(http.get(path) for path in turn)
            await_(ends, lambda: bytes(server.received) == requests, f"{turn} and no more")  # noqa: B023
            assert target.accept() is None
            assert api.accept() is None, "the next target's turn is after this one's answers"
            answers = b"".join(http.answer(body=path.encode()) for path in turn)
            server.send(answers)
            expected += answers
            await_(ends, lambda: bytes(client.received) == expected, "the answers")  # noqa: B023
        assert target.finish(recorder) == 0
    (connection,) = loaded(recorder).connections
    assert [e.request.path for e in connection.exchanges if e.request and e.response] == paths


def test_a_session_on_a_route_reaches_its_target(tmp_path: Path, target: Target, api: Target) -> None:
    with Recorder(target.url, tmp_path, *options(api), name="r.wsr") as recorder:
        on_route = api.upgrade(recorder.port, "/api/ws")
        other = target.upgrade(recorder.port, "/ws")
        for pair in (on_route, other):
            echo(pair, frames.client.text("hello"))
        on_route.client.fin()
        await_(on_route.ends, lambda: on_route.server.ended == "FIN", "its end")
        on_route.server.fin()
        await_(on_route.ends, lambda: on_route.client.ended == "FIN", "both ends of it")
        echo(other, frames.client.text("still here"))
        target.ends += api.ends
        assert target.finish(recorder) == 0
    assert [session.path for session in loaded(recorder).sessions] == ["/api/ws", "/ws"]


def test_the_longest_prefix_wins(tmp_path: Path, target: Target, api: Target) -> None:
    with Target() as deep:
        more = ("--route", f"/api/deep/=ws://127.0.0.1:{deep.port}")
        with Recorder(target.url, tmp_path, *options(api), *more, name="r.wsr") as recorder:
            for path, where in (
                ("/api/deep/x", deep),
                ("/api/deep?x", deep),
                ("/api/deeper", api),
                ("/api?x=/api/deep", api),
                ("/x/api", target),
            ):
                pair = where.connect(recorder.port, http.get(path))
                ask(pair, b"", http.answer())
                pair.drop()
            assert target.finish(recorder) == 0


def test_one_target_that_is_not_there_does_not_touch_the_other(tmp_path: Path, target: Target) -> None:
    with Target() as gone:
        route = ("--route", f"/api=ws://127.0.0.1:{gone.port}")
    with Recorder(target.url, tmp_path, *route, name="r.wsr") as recorder:
        kept = target.upgrade(recorder.port)
        lost = target.dial(recorder.port)
        lost.send(http.get("/api"))
        await_([lost], lambda: lost.over, "it is reset")
        assert lost.ended == "RST"
        echo(kept, frames.client.text("hello"))
        assert target.finish(recorder) == 0


def test_what_is_no_http_is_refused_because_no_path_says_where_it_goes(
    tmp_path: Path, target: Target, api: Target
) -> None:
    with Recorder(target.url, tmp_path, *options(api), name="r.wsr") as recorder:
        client = target.dial(recorder.port)
        client.send(b"\x00\x01\x02 not HTTP at all\r\n\r\n")
        await_([client], lambda: client.over, "it is refused")
        assert client.received.startswith(b"HTTP/1.1 400 ")
        assert target.accept() is None
        assert target.finish(recorder) == 0


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET /"], ids=["nothing", "an empty line", "too little"])
def test_a_client_that_does_not_say_where_it_goes_is_ended_in_time(
    tmp_path: Path, target: Target, api: Target, said: bytes
) -> None:
    more = (*options(api), "--handshake-timeout", "0.5")
    with Recorder(target.url, tmp_path, *more, name="r.wsr") as recorder:
        kept = target.connect(recorder.port, http.get("/a"))
        ask(kept, b"", http.answer())
        silent = target.dial(recorder.port)
        silent.send(said)
        await_([silent], lambda: silent.over, "it is ended", within=5)
        assert silent.ended == "RST"
        ask(kept, http.get("/b"), http.answer())  # a pause between requests is the target's own affair
        assert target.finish(recorder) == 0
    assert ("client", "timeout") in {(e.sender, e.how) for c in loaded(recorder).connections for e in c.ended}
