"""Ctrl-C and SIGTERM: open sessions get their close, then their FIN; asked twice, it ends at once."""

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from live.rig import BUG, Pair, Target, await_, codes, exchange, loaded, payloads
from support import frames, http
from support.ends import End, pump
from support.recorder import Recorder

CLOSE_1001 = b"\x03\xe9"
TO_CLIENT = b"\x88\x02" + CLOSE_1001
TO_SERVER = b"\x88\x82" + bytes(4) + CLOSE_1001
GRACE = 2.0
SIGNALS = pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["SIGINT", "SIGTERM", "SIGHUP"]
)
# An end that takes its time: reads, says nothing, answers no FIN.
LONG = 30.0


def sees_the_end(recorder: Recorder, *ends: End) -> None:
    await_(ends, lambda: all(end.over for end in ends), "every end saw the end", within=LONG)
    assert recorder.process.wait(LONG) is not None


def how(recorder: Recorder) -> set[tuple[str, str]]:
    return {(e.sender, e.how) for c in loaded(recorder).connections for e in c.ended}


@SIGNALS
def test_open_sessions_get_a_close_and_then_a_fin_on_both_sides(
    tmp_path: Path, target: Target, number: signal.Signals
) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pairs = [target.upgrade(recorder.port) for _ in range(3)]
        for pair in pairs:
            exchange(pair, frames.client.text("hello"))
        assert target.finish(recorder, number) == 0
        for pair in pairs:
            assert bytes(pair.client.received) == TO_CLIENT
            assert bytes(pair.server.received) == frames.client.text("hello") + TO_SERVER
            assert (pair.client.ended, pair.server.ended) == ("FIN", "FIN")
    recording = loaded(recorder)
    assert recording.end is not None
    assert recording.end.incomplete is None
    assert not recording.part
    assert [payloads(recording, n) for n in range(3)] == [[b"hello"]] * 3
    assert how(recorder) == {("client", "stopped")}


def test_the_close_is_the_recorders_own_and_not_in_the_cassette(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        target.upgrade(recorder.port)
        assert target.finish(recorder) == 0
    session = loaded(recorder).sessions[0]
    assert session.messages == []
    assert [(e.sender, e.how) for e in session.ended] == [("client", "stopped")]


def test_a_side_in_the_middle_of_a_message_gets_no_close_but_its_fin(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        half = frames.server.text("half a message")[:7]
        exchange(pair, half, sender="server")
        exchange(pair, frames.client.text("a fragment", fin=False))
        assert target.finish(recorder) == 0
        assert bytes(pair.client.received) == half
        assert (pair.client.ended, pair.server.ended) == ("FIN", "FIN")
    assert sorted(codes(loaded(recorder))) == ["cut-frame", "unfinished-message"]


def test_a_connection_without_a_session_gets_a_fin_alone(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.connect(recorder.port, http.get("/slow"))
        await_(pair.ends, lambda: bytes(pair.server.received) == http.get("/slow"), "the request")
        assert target.finish(recorder) == 0
        assert (bytes(pair.client.received), pair.client.ended) == (b"", "FIN")
        assert (bytes(pair.server.received), pair.server.ended) == (http.get("/slow"), "FIN")
    (exchange_,) = loaded(recorder).connections[0].exchanges
    assert exchange_.request is not None
    assert exchange_.response is None


@SIGNALS
def test_ends_that_never_answer_the_close_cost_a_bounded_time(
    tmp_path: Path, target: Target, number: signal.Signals
) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pairs = [target.upgrade(recorder.port) for _ in range(5)]
        began = time.monotonic()
        assert recorder.stop(number) == 0
        assert time.monotonic() - began < GRACE + 2
        sees_the_end(recorder, *(end for pair in pairs for end in pair.ends))
    assert loaded(recorder).end is not None


def stall(pair: Pair) -> None:
    """The client stops reading, and the target fills the way to it."""
    pair.client.paused = True
    pair.server.send(frames.server.binary(bytes(30_000)) * 2000)
    before = -1
    while before != pair.server.sent:
        before = pair.server.sent
        pump(pair.ends, lambda: pair.server.sent != before, 0.3)  # noqa: B023
    assert pair.server.unsent


@SIGNALS
def test_a_stalled_client_does_not_hold_the_recorder(
    tmp_path: Path, target: Target, number: signal.Signals
) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        stall(pair)
        began = time.monotonic()
        assert recorder.stop(number) == 0
        assert time.monotonic() - began < GRACE + 2
        assert not BUG.search(recorder.stderr)
    recording = loaded(recorder)
    assert recording.end is not None
    assert recording.end.messages == len(recording.sessions[0].messages) > 0


def test_asked_twice_it_ends_at_once_and_the_cassette_is_whole(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        exchange(pair, frames.client.text("hello"))
        stall(pair)
        recorder.process.send_signal(signal.SIGINT)
        # The target's side sees the FIN, so the first one was heard; it does not answer.
        await_(pair.ends, lambda: pair.server.ended != "open", "the first Ctrl-C was heard")
        began = time.monotonic()
        assert recorder.stop(signal.SIGINT) == 130
        assert time.monotonic() - began < 1
        assert not BUG.search(recorder.stderr), recorder.stderr
        assert "stopped at once" in recorder.stderr
    assert payloads(loaded(recorder)) == [b"hello"]


def test_a_connection_that_is_just_being_made_does_not_hold_the_recorder(tmp_path: Path) -> None:
    # TEST-NET-1: nobody answers there, or there is no way to it; both are fine.
    with Recorder("ws://192.0.2.1:9", tmp_path, name="r.wsr") as recorder, Target() as target:
        client = target.dial(recorder.port)
        client.send(http.upgrade())
        began = time.monotonic()
        assert target.finish(recorder) == 0
        assert time.monotonic() - began < GRACE + 2
        assert client.over
    assert loaded(recorder).end is not None


def test_no_new_client_is_taken_while_it_ends(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        pair = target.upgrade(recorder.port)
        recorder.process.send_signal(signal.SIGTERM)
        await_(pair.ends, lambda: pair.client.ended == "FIN", "the end began")
        with pytest.raises(ConnectionRefusedError):
            target.dial(recorder.port)
        assert target.finish(recorder, signal.SIGWINCH) == 0


PORT = ("--listen", "127.0.0.1:0")
NEVER_ENDS = (
    "import signal, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "open('ready', 'w').close(); time.sleep(60)"
)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_command_too(
    tmp_path: Path, target: Target, number: signal.Signals, code: int
) -> None:
    script = "import time; open('ready', 'w').close(); time.sleep(60)"
    with Recorder(target.url, tmp_path, *PORT, "--", sys.executable, "-c", script, name="r.wsr") as recorder:
        ready(tmp_path)
        target.connect(recorder.port)
        child = only_child(recorder)
        os.kill(child, number)  # as a terminal does, for Ctrl-C
        assert recorder.stop(number) in (code, 128 + number)
        assert not Path(f"/proc/{child}").exists()
    assert loaded(recorder).end is not None


def test_asked_twice_a_command_that_ignores_ctrl_c_is_not_left_behind(tmp_path: Path, target: Target) -> None:
    script = NEVER_ENDS
    with Recorder(target.url, tmp_path, *PORT, "--", sys.executable, "-c", script, name="r.wsr") as recorder:
        ready(tmp_path)
        child = only_child(recorder)
        pair = target.upgrade(recorder.port)
        recorder.process.send_signal(signal.SIGINT)
        recorder.says(re.compile("asked again, it ends at once"))
        began = time.monotonic()
        assert recorder.stop(signal.SIGINT) == 130
        assert time.monotonic() - began < 1
        assert "incomplete" not in recorder.stderr, recorder.stderr
        assert not BUG.search(recorder.stderr), recorder.stderr
        await_(pair.ends, lambda: not Path(f"/proc/{child}").exists(), "the command has ended", within=3)
    assert loaded(recorder).end is not None


def ready(folder: Path) -> None:
    await_((), (folder / "ready").exists, "the command runs", tick=0.01)


def only_child(recorder: Recorder) -> int:
    pid = recorder.process.pid
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def test_where_nothing_was_recorded_there_is_no_cassette(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        assert target.finish(recorder) == 0
        assert "warning: nothing was recorded: no client came; no cassette was written" in recorder.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_takes_the_place_of_nothing(tmp_path: Path, target: Target) -> None:
    (tmp_path / "r.wsr").write_text("old")
    with Recorder(target.url, tmp_path, "--force", name="r.wsr") as recorder:
        assert target.finish(recorder) == 0
    assert (tmp_path / "r.wsr").read_text() == "old"


def test_a_connection_that_said_nothing_is_a_cassette(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        target.dial(recorder.port)
        target.accept()
        assert target.finish(recorder) == 0
        assert "warning: nothing was recorded: 1 connection, and no session" in recorder.stderr
    recording = loaded(recorder)
    assert recording.end is not None
    assert (recording.end.connections, recording.end.messages) == (1, 0)
