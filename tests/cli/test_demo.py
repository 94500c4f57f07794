"""`wsrecord demo drifts`, `wsrecord demo bugs`, and `wsrecord demo serve` with what they list."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner
from demo.buggy import Play

from wsrecord.cli.demo import command
from wsrecord.cli.main import run as wsrecord
from wsrecord.demo.bugs.planted import choose
from wsrecord.errors import Exit


def test_drifts_are_listed_with_class_findings_and_a_line() -> None:
    result = CliRunner().invoke(command, ["drifts"])
    assert result.exit_code == Exit.CLEAN
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "results-missing breaking WS101 WS803 tool_completed comes without results." in lines
    assert "fragments benign nothing Every message comes in fragments of 100 bytes." in lines
    assert len(lines) >= 60


def test_drifts_are_listed_for_programs() -> None:
    result = CliRunner().invoke(command, ["drifts", "--json"])
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["no-compression"]["class"] == "warning"
    assert rows["no-compression"]["codes"] == ["WS811"]


@pytest.mark.parametrize("drift", ["nix", "silence@2"])
def test_a_drift_that_is_none_is_a_usage_error(drift: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wsrecord(["demo", "serve", "--port", "0", "--drift", drift]) == Exit.USAGE
    said = capsys.readouterr().err
    assert drift in said
    assert len(said.splitlines()) == 1


def test_a_drifted_server_says_what_it_is() -> None:
    serve = [sys.executable, "-m", "wsrecord", "demo", "serve", "--port", "0"]
    serve += ["--drift", "silence", "--drift", "reset@0.3"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == Exit.CLEAN
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert said[0].startswith("wsrecord demo server ready: ws://")
    assert said[1].startswith("  drift silence: ")
    assert said[2].startswith("  drift reset, with a probability of 0.3: ")


def test_bugs_are_listed_with_findings_messages_and_a_line() -> None:
    result = CliRunner().invoke(command, ["bugs"])
    assert result.exit_code == Exit.CLEAN
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    end = "crashes its session, which closes with 1011."
    assert f"cancel-twice WS903 WS411 3 The second cancel_run of one run {end}" in lines
    assert len(lines) >= 50


def test_bugs_are_listed_for_programs_with_their_dialogues() -> None:
    result = CliRunner().invoke(command, ["bugs", "--json"])
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["half-closed"] == {
        "name": "half-closed",
        "wrong": "A client that says it sends no more, without a close message, ends the whole server.",
        "codes": ["WS903"],
        "messages": 0,
        "dialogue": [{"do": "connect", "on": "ada", "user": "ada"}, {"do": "half_close", "on": "ada"}],
    }


def test_a_bug_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert wsrecord(["demo", "serve", "--port", "0", "--bug", "nix"]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "'nix' is no bug: `wsrecord demo bugs` lists them" in said
    assert len(said.splitlines()) == 1


def test_a_server_that_a_bug_ends_is_gone() -> None:
    serve = [sys.executable, "-m", "wsrecord", "demo", "serve", "--port", "0"]
    serve += ["--bug", "half-closed", "--bug", "cancel-twice"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(3)]
        assert said[1].startswith("  bug half-closed: A client that ")
        port = int(said[0].split("/ws ")[0].rpartition(":")[2])
        asyncio.run(Play(port).act(choose("half-closed").dialogue))
        _, told = process.communicate(timeout=10)
        assert process.returncode == Exit.TARGET
        assert told.splitlines() == ["wsrecord: a bug ended the server"]
    finally:
        process.kill()
        process.wait()
