"""MQTT, binary: mosquitto and Eclipse's own client, in both versions; two clients at once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import mqtt_broker, mqtt_client
from real.replays import CONTRACTED, Recorded, recorded
from support import rewriting

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), pytest.mark.needs("mosquitto")]


def paho(url: str, version: str) -> None:
    command = [sys.executable, mqtt_client.__file__, url, version]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["0:one", "0:two", "1:three", "2:four", "1:five"], done.stderr


@pytest.fixture(scope="module", params=["4", "5"], ids=["3.1.1", "5"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("mqtt")
    with recorded(mqtt_broker.serve(folder), folder, lambda url: paho(url, request.param), "mqtt") as one:
        yield one


@pytest.mark.parametrize("contracted", CONTRACTED)
def test_a_room_is_talked_in_again(session: Recorded, contracted: bool, tmp_path: Path) -> None:
    session.is_played_whole(tmp_path, contracted)


# as long as what they replace: a packet says how long it is
FAULTS = {  # what is breaking then, by the contract and without one
    "a field renamed": (rewriting.replaced(b'"word"', b'"text"'), ["WS101"], ["WS808"]),
    "a value retyped": (rewriting.replaced(b'"number": 1', b'"number":""'), ["WS101"], ["WS805"]),
    "an event dropped": (rewriting.dropped(b"\x90"), ["WS207"], ["WS801"]),
    "two events swapped": (rewriting.swapped(b'"one"'), ["WS301"], None),
    "closed early": (rewriting.closed(b'"four"'), ["WS207", "WS812"], ["WS812"]),
}


@pytest.mark.parametrize("contracted", CONTRACTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broker_that_drifted_is_caught(session: Recorded, fault: str, contracted: bool) -> None:
    session.catches(*FAULTS[fault], contracted=contracted)
