"""With wsrecord between them, client and server see what they would see without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import wrong
from live.behaviours import BEHAVIOURS, OVER_TLS
from support import frames, http
from support.certificates import Authority
from support.ends import End, Listener, dial, pump, refusing_port
from support.recorder import Recorder
from support.relay import Line, Relay
from support.script import Actor, Script, Step, Tls, Transcript, client, differences, play, server

from wsrecord.cassette.recording import load

pytestmark = pytest.mark.xdist_group("transparency")

# each wrong relay, a behaviour that finds it out, and one that its fault does not touch
PLAIN = "one text message each way"
RESET = "a client that resets the session"
NO_HTTP = "a line that is no HTTP"
WRONG: dict[type[Line], tuple[str, str]] = {
    wrong.JoinsFragments: ("fragmented messages each way", PLAIN),
    wrong.MergesMessages: ("many small messages at once", PLAIN),
    wrong.DropsControlsBetweenFragments: ("controls between fragments", PLAIN),
    wrong.AnswersPings: ("a ping that nobody answers", PLAIN),
    wrong.AnswersCloses: ("close codes and reasons", RESET),
    wrong.Decompresses: ("compression with context takeover", PLAIN),
    wrong.ClearsReservedBits: ("extensions that nobody knows", PLAIN),
    wrong.ShortensLengths: ("lengths in more bytes than they need", PLAIN),
    wrong.MasksAnew: ("controls between fragments", "a server that resets the session"),
    wrong.MasksWhatIsNot: ("masks on the wrong side", PLAIN),
    wrong.StopsAtReservedOpcodes: ("reserved opcodes", PLAIN),
    wrong.FinForRst: ("a server that resets the session", PLAIN),
    wrong.RstForFin: ("both directions ended by the client first", RESET),
    wrong.NoHalfClose: ("a client that half closes and still reads", RESET),
    wrong.KeepsTheEnd: ("a body that ends with the connection", RESET),
    wrong.TakesAll: ("a client that reads slowly", PLAIN),
    wrong.LowersHeaderNames: ("header names in any case", NO_HTTP),
    wrong.SortsHeaders: ("repeated headers in their order", NO_HTTP),
    wrong.AddsAHeader: ("subprotocols", NO_HTTP),
    wrong.MendsLineFeeds: ("heads with bare line feeds", PLAIN),
    wrong.HoldsAnswers: ("a post in chunks", PLAIN),
    wrong.Continues: ("a post that waits for 100 continue", PLAIN),
    wrong.WaitsForTheClient: ("a server that speaks first", PLAIN),
    wrong.RefusesWhatIsNoHttp: ("bytes that are no HTTP", PLAIN),
    wrong.LosesWhatCameTooEarly: ("a client that talks before the answer", PLAIN),
}


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def bare(listener: Listener) -> Iterator[int]:
    with Relay(listener.port) as relay:
        yield relay.port


@pytest.fixture(scope="module")
def recorder(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    with Recorder(
        f"ws://127.0.0.1:{listener.port}", tmp_path_factory.mktemp("recorder"), "--max-head", "1M"
    ) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def keeping(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    folder = tmp_path_factory.mktemp("keeping")
    with Recorder(f"ws://127.0.0.1:{listener.port}", folder, "--keep-host") as recorder:
        yield recorder


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> Tls:
    return Tls(authority.client_context(), authority.issue().server_context())


@pytest.fixture(scope="module")
def bare_tls(listener: Listener, authority: Authority) -> Iterator[int]:
    listens = authority.issue().server_context()
    with Relay(listener.port, Line, listens, authority.client_context()) as relay:
        yield relay.port


@pytest.fixture(scope="module")
def tls_recorder(
    listener: Listener, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recorder]:
    own = authority.issue()
    options = ("--target-ca", authority.ca, "--tls", "--cert", own.cert, "--key", own.key)
    folder = tmp_path_factory.mktemp("tls")
    with Recorder(f"wss://localhost:{listener.port}", folder, *map(str, options)) as recorder:
        yield recorder


def compare(
    script: Script, listener: Listener, port: int, within: float = 10.0, tls: Tls | None = None
) -> list[str]:
    direct = play(script, listener, tls=tls)
    assert not direct.stuck, "the script does not even run without anything between"
    return differences(direct, play(script, listener, port, within=within, tls=tls))


# the proof


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_recorder_changes_nothing_in(name: str, listener: Listener, recorder: Recorder) -> None:
    assert not compare(BEHAVIOURS[name], listener, recorder.port, within=5)


@pytest.mark.parametrize("name", OVER_TLS)
def test_over_tls_the_recorder_changes_nothing_in(
    name: str, listener: Listener, tls_recorder: Recorder, tls: Tls
) -> None:
    assert not compare(OVER_TLS[name], listener, tls_recorder.port, within=5, tls=tls)


# the proof can fail, and does not fail by itself


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_bare_relay_of_bytes_changes_nothing_in(name: str, listener: Listener, bare: int) -> None:
    assert not compare(BEHAVIOURS[name], listener, bare)


@pytest.mark.parametrize("name", OVER_TLS)
def test_over_tls_a_bare_relay_changes_nothing_in(
    name: str, listener: Listener, bare_tls: int, tls: Tls
) -> None:
    assert not compare(OVER_TLS[name], listener, bare_tls, tls=tls)


@pytest.mark.parametrize("line", WRONG, ids=lambda line: line.__name__)
def test_the_comparison_finds_the_fault_of_a_relay_that(line: type[Line], listener: Listener) -> None:
    found_by, passes = WRONG[line]
    with Relay(listener.port, line) as relay:
        assert compare(BEHAVIOURS[found_by], listener, relay.port, within=0.5)
        assert not compare(BEHAVIOURS[passes], listener, relay.port)


# the one exception: Host and Origin


def through(recorder: Recorder, listener: Listener, *steps: Step) -> Transcript:
    """A request and its answer, then both sides end."""
    ends = (client.fin(), server.fin())
    seen = play(lambda: iter((*steps, *ends)), listener, recorder.port, within=5)
    assert not seen.stuck
    return seen


def asks(*data: bytes) -> Step:
    """Sent as it is: what arrives may have another length."""
    return client.later(*data)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost"])
def test_the_recorders_own_host_becomes_the_targets(
    name: str, listener: Listener, recorder: Recorder
) -> None:
    own, target = f"{name}:{recorder.port}", f"127.0.0.1:{listener.port}"
    seen = through(recorder, listener, asks(http.upgrade(host=own)))
    assert seen.server.received == http.upgrade(host=target)


def test_an_origin_of_the_recorders_own_becomes_the_targets(listener: Listener, recorder: Recorder) -> None:
    own, target = f"127.0.0.1:{recorder.port}", f"127.0.0.1:{listener.port}"
    sent = http.upgrade("/ws", f"oriGin:  http://{own} ", host=own)
    seen = through(recorder, listener, asks(sent))
    assert seen.server.received == sent.replace(own.encode(), target.encode())


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("example.test", "https://example.test"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("127.0.0.1:1", "null"),
        ("", "http://localhost"),
    ],
)
def test_a_foreign_host_and_origin_pass_unchanged(
    host: str, origin: str, listener: Listener, recorder: Recorder
) -> None:
    sent = http.upgrade("/ws", f"Origin: {origin}", host=host)
    assert through(recorder, listener, client(sent)).server.received == sent


def test_every_head_of_a_connection_has_its_host_changed(listener: Listener, recorder: Recorder) -> None:
    own, target = f"localhost:{recorder.port}", f"127.0.0.1:{listener.port}"
    first = http.post("/login", "Content-Length: 4", host=own) + b"body"
    then = http.get("/page", host=own) + http.upgrade("/ws", host=own)
    seen = through(
        recorder,
        listener,
        asks(first),
        server.got(len(first.replace(own.encode(), target.encode()))),
        server(http.answer(body=b"in")),
        asks(then),
        server.got(len((first + then).replace(own.encode(), target.encode()))),
        server(http.answer(body=b"page"), http.switching()),
    )
    assert seen.server.received == (first + then).replace(own.encode(), target.encode())


def test_a_second_try_has_its_host_changed_too(listener: Listener, recorder: Recorder) -> None:
    own, target = f"localhost:{recorder.port}", f"127.0.0.1:{listener.port}"
    tries = http.upgrade("/ws", host=own), http.upgrade("/ws", "Authorization: Bearer x", host=own)
    changed = [head.replace(own.encode(), target.encode()) for head in tries]
    seen = through(
        recorder,
        listener,
        asks(tries[0]),
        server.got(len(changed[0])),
        server(http.answer("401 Unauthorized", body=b"who?")),
        asks(tries[1]),
    )
    assert seen.server.received == b"".join(changed)


def test_a_body_that_looks_like_a_head_passes_unchanged(listener: Listener, recorder: Recorder) -> None:
    body = http.get(host=f"127.0.0.1:{recorder.port}")
    whole = http.post("/", f"Content-Length: {len(body)}") + body
    chunked = http.post("/", "Transfer-Encoding: chunked") + http.chunk(body) + b"0\r\n\r\n"
    steps = (client(whole), server(http.answer()), client(chunked))
    assert through(recorder, listener, *steps).server.received == whole + chunked


def test_the_host_is_changed_in_a_head_that_comes_byte_by_byte(
    listener: Listener, recorder: Recorder
) -> None:
    own, target = f"127.0.0.1:{recorder.port}", f"127.0.0.1:{listener.port}"
    head = http.upgrade(host=own)
    steps = (asks(head[i : i + 1]) for i in range(len(head)))
    assert through(recorder, listener, *steps).server.received == http.upgrade(host=target)


def test_the_recorders_address_elsewhere_passes_unchanged(listener: Listener, recorder: Recorder) -> None:
    own = f"127.0.0.1:{recorder.port}"
    elsewhere = (f"Referer: http://{own}/", f"X-Forwarded-Host: {own}", f"X-Host: {own}")
    sent = http.post(f"/?next=http://{own}/", *elsewhere, f"Content-Length: {len(own)}") + own.encode()
    assert through(recorder, listener, client(sent)).server.received == sent


def test_what_follows_the_upgrade_is_no_head(listener: Listener, recorder: Recorder) -> None:
    own = f"127.0.0.1:{recorder.port}"
    after = frames.Frames(frames.ZERO_MASK).text(http.get(host=own)) + http.get(host=own)
    steps = (client(http.upgrade()), server(http.switching()), client(after))
    assert through(recorder, listener, *steps).server.received == http.upgrade() + after


def test_keep_host_keeps_it(listener: Listener, keeping: Recorder) -> None:
    own = f"127.0.0.1:{keeping.port}"
    sent = http.upgrade("/ws", f"Origin: http://{own}", host=own)
    assert through(keeping, listener, client(sent)).server.received == sent


def test_with_tls_host_and_origin_become_the_targets(
    listener: Listener, tls_recorder: Recorder, tls: Tls
) -> None:
    own, target = f"localhost:{tls_recorder.port}", f"localhost:{listener.port}"
    sent = http.upgrade("/ws", f"Origin: https://{own}", host=own)
    expected = sent.replace(own.encode(), target.encode())
    script = (asks(sent), server.got(len(expected)), server(http.switching()), client.fin(), server.fin())
    seen = play(lambda: iter(script), listener, tls_recorder.port, within=5, tls=tls)
    assert seen.server.received == expected


# what is not carried over


@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Content-Length: 5"),
        ("Content-Length: 5, 5",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
    ],
    ids=["two lengths", "one length twice", "a list of lengths", "a length and chunks"],
)
def test_a_head_with_ambiguous_framing_is_refused(
    framing: tuple[str, ...], listener: Listener, recorder: Recorder
) -> None:
    script = (asks(http.post("/", *framing), b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n"),)
    seen = play(lambda: iter(script), listener, recorder.port, within=5)
    assert b"POST" not in seen.server.received
    assert seen.client.ended != "open"


def test_a_target_that_is_gone_resets_the_client(tmp_path: Path) -> None:
    with Recorder(f"ws://127.0.0.1:{refusing_port()}", tmp_path) as recorder:
        end = End("client", dial(recorder.port))
        assert pump((end,), lambda: end.over, 5)
        end.drop()
    assert end.ended == "RST"


# what depends on the moment, and must break nothing


def talks_to_nobody(gone: Actor, other: Actor, last: bytes) -> Script:
    """One side closes; the other still sends something and ends at once, or ends in an unfinished head."""

    def script() -> Iterator[Step]:
        if not last:
            yield client.dribble_later(http.upgrade()[:30])
        else:
            yield client(http.upgrade())
            yield server(http.switching())
        yield gone.drop()
        yield other.later(last)
        yield other.fin()

    return script


@pytest.mark.parametrize(
    "script",
    [
        talks_to_nobody(server, client, frames.client.text("anybody?")),
        talks_to_nobody(client, server, frames.server.text("anybody?")),
        talks_to_nobody(server, client, b""),
    ],
    ids=["client", "server", "client in its head"],
)
def test_talking_to_an_end_that_is_gone_troubles_nobody(
    script: Script, listener: Listener, recorder: Recorder
) -> None:
    for _ in range(3):
        play(script, listener, recorder.port, within=2)
    assert not compare(BEHAVIOURS[PLAIN], listener, recorder.port)
    assert "incomplete" not in recorder.stderr


# and after all that


@pytest.mark.parametrize("which", ["recorder", "keeping", "tls_recorder"])
def test_the_recorder_lives_and_ends_cleanly(which: str, request: pytest.FixtureRequest) -> None:
    recorder: Recorder = request.getfixturevalue(which)
    assert recorder.process.poll() is None
    assert recorder.stop() == 0, recorder.stderr
    assert "Traceback" not in recorder.stderr
    assert load(recorder.cassette).unfinished is None
