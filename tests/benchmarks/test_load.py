import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import client

ROOT = Path(__file__).parents[2]


@pytest.fixture
def origin() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        code = f"import socket; from benchmarks.origin import serve; serve(socket.socket(fileno={fd}))"
        with subprocess.Popen([sys.executable, "-c", code], pass_fds=[fd], cwd=ROOT) as server:
            yield listener.getsockname()[1]
            server.kill()


def test_every_pushed_byte_arrives_in_every_session(origin):
    sessions = client.open_sessions(origin, "/push?size=300&count=1234", 5)
    assert client.receive_all(sessions, 300, 1234) > 0
    client.close_sessions(sessions)
    assert client.bytes_pushed(origin) == 5 * 1234 * (300 + 4)


def test_the_sink_answers_after_the_last_byte(origin):
    sessions = client.open_sessions(origin, "/sink?size=20&count=777", 3)
    assert client.send_all(sessions, 20, 777) > 0
    client.close_sessions(sessions)


def test_round_trips_are_counted_and_timed(origin):
    sessions = client.open_sessions(origin, "/pong?size=300", 4)
    trips, _ = client.ping_pong(sessions, 300, 0.05)
    assert trips >= 4
    client.close_sessions(sessions)


def test_paced_messages_keep_their_rate_and_all_come_back(origin):
    sessions = client.open_sessions(origin, "/pong?size=300", 1)
    trips = client.paced(sessions[0], 300, rate=1000, count=50)
    assert len(trips) == 50
    assert min(trips) > 0
    client.close_sessions(sessions)


def test_a_session_that_ends_early_is_a_load_error():
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises((client.LoadError, OSError)):
        client.receive_all([ours], 300, 10)
    ours.close()
