"""A Jupyter kernel's channels: made over REST, in both of its protocols, replayed against the real server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import jupyter, jupyter_gateway
from real.replays import CONTRACTED, Recorded, node, recorded
from support import rewriting

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.needs("node", "npm:@jupyterlab/services"),
]


def lab(url: str) -> None:
    """JupyterLab's: v1.kernel.websocket.jupyter.org, binary."""
    assert node("jupyter.mjs", url).split("\n")[1:4] == ["ok 1", "error 2", "import"]


def gateway(url: str) -> None:
    """A server's that runs its kernels on another: the default protocol, text."""
    command = [sys.executable, jupyter_gateway.__file__, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["ok", "1", "error", "2"], done.stderr


@pytest.fixture(scope="module", params=[lab, gateway], ids=["lab", "gateway"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("jupyter")
    with recorded(jupyter.serve(folder), folder, request.param, "jupyter") as one:
        yield one


@pytest.mark.parametrize("contracted", CONTRACTED)
def test_a_kernel_is_made_and_asked_again(session: Recorded, contracted: bool, tmp_path: Path) -> None:
    session.is_played_whole(tmp_path, contracted)


# as long as what they replace: the binary protocol says where each part ends
COUNT, NO_COUNT = b'"execution_count": 1', b'"execution_count":""'
FAULTS = {  # what is breaking then, by the contract and without one
    "a field renamed": (rewriting.replaced(b'"ename"', b'"eName"'), ["WS101"], ["WS808"]),
    "a value retyped": (rewriting.replaced(COUNT, NO_COUNT), ["WS101"], ["WS805"]),
    "an event dropped": (rewriting.dropped(b'"execute_reply"'), ["WS207"], ["WS801"]),
    "two events swapped": (rewriting.swapped(b'"execute_input"'), ["WS202"], None),
    "closed early": (rewriting.closed(b'"execute_result"'), ["WS207", "WS812"], ["WS812"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_drifted_is_caught(
    session: Recorded, fault: str, request: pytest.FixtureRequest
) -> None:
    """By the contract in the one protocol, without one in the other: a kernel takes its time to start."""
    contracted = request.node.callspec.params["session"] is lab
    session.catches(*FAULTS[fault], contracted=contracted)
