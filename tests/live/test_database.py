"""Which database a text names; a real Redis among them."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase
from support.redis_server import redis_server

from wsrecord.errors import UsageError
from wsrecord.explore.moves import Case, Probe
from wsrecord.live.database import opened, shown
from wsrecord.live.finds import Finds

CASE = Case((Probe(size=5),), "regressions")


def test_a_folder_is_made_when_something_is_kept(tmp_path: Path) -> None:
    said: list[str] = []
    base = opened(str(tmp_path / "a" / "b"), said.append)
    assert base == DirectoryBasedExampleDatabase(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    Finds(base, "shop", said.append).keep(CASE, "WS901", lambda text: text)
    assert (tmp_path / "a" / "b").is_dir()
    assert said == []


def test_none_is_none() -> None:
    assert opened("none", pytest.fail) is None


def test_a_folder_that_can_not_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "inner"):
        said: list[str] = []
        assert opened(str(place), said.append) is None
        assert said == [f"the database {place} is no folder that can be read and written: it is left aside"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://127.0.0.1/", "only redis:// and rediss:// are known"),
        ("redis://127.0.0.1:x", "its port is no number"),
        ("redis://127.0.0.1:99999", "its port is no number"),
        ("redis:///2", "write redis://HOST"),
        ("redis://127.0.0.1/two", "write redis://HOST"),
    ],
)
def test_what_is_no_address(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        opened(text, pytest.fail)


def test_a_password_is_not_shown() -> None:
    assert shown("redis://me:orchid@finds.example:7/2") == "the database redis://finds.example:7/2"
    with pytest.raises(UsageError) as caught:
        opened("redis://me:orchid@finds.example:x", pytest.fail)
    assert "orchid" not in str(caught.value)


def test_without_its_package_it_is_said_how_to_get_it() -> None:
    script = (
        "import sys; sys.modules['redis'] = None\n"
        "from wsrecord.live.database import opened\n"
        "try: opened('redis://127.0.0.1', print)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("UsageError the database redis://127.0.0.1 needs the package redis: ")
    assert "pip install 'wsrecord[redis]'" in done.stdout


@pytest.mark.needs("redis-server")
def test_machines_share_a_redis() -> None:
    with redis_server() as port:
        address = f"redis://127.0.0.1:{port}/2"

        def run() -> Finds:
            return Finds(opened(address, pytest.fail), "shop", pytest.fail)

        run().keep(CASE, "WS901", lambda text: text)
        other = run()
        assert other.known() == [CASE]
        other.forget(CASE)
        assert run().known() == []
        elsewhere = Finds(opened(f"redis://127.0.0.1:{port}/3", pytest.fail), "shop", pytest.fail)
        assert elsewhere.known() == []


@pytest.mark.needs("redis-server")
def test_a_redis_that_goes_away_is_said_once() -> None:
    said: list[str] = []
    with redis_server() as port:
        address = f"redis://:orchid@127.0.0.1:{port}"  # it asks for none: that is said, too
        finds = Finds(opened(address, pytest.fail), "shop", said.append, shown(address))
        finds.known()
    finds.keep(CASE, "WS901", lambda text: text)
    finds.forget(CASE)
    (one,) = said
    assert one.startswith(f"the database redis://127.0.0.1:{port} fails, and is left aside from here on: ")
    assert "orchid" not in one


def test_nobody_there_costs_no_time() -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    finds = Finds(opened(f"redis://127.0.0.1:{port}", pytest.fail), "shop", said.append)
    assert finds.known() == []
    assert len(said) == 1


def test_one_that_never_answers_is_given_up() -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        finds = Finds(opened(f"redis://127.0.0.1:{port}", pytest.fail), "shop", said.append)
        assert finds.known() == []
    assert len(said) == 1
