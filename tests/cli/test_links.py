"""`wsrecord links`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cassette.records import EVERY_KIND
from click.testing import CliRunner

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.links import command

PROGRAM = [sys.executable, "-c", "from wsrecord.cli.main import main; main()"]
CASSETTE = "cassettes/two-tools.wsr.jsonl"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exception is None, result.exception
    return result.stdout


def test_links_secrets_and_made_up_ids_are_shown_with_their_places():
    text = run(CASSETTE)
    assert "1 link: what the server gave and the client used\n  access_token  wsr-" in text
    assert "    from     the answer to POST /login: body /access_token (exchange 1 of connection 1)\n" in text
    assert "    to       upgrade: header authorization, after Bearer (session 1, handshake)\n" in text
    assert "1 secret that a replay asks for: --secret NAME=env:VAR\n  password" in text
    assert "1 id that the client made up\n  message_id" in text
    assert "    again in agent_started#/reply_to (session 1, message 3)\n" in text


def test_a_second_recording_settles_what_varies():
    assert "made up" in run(CASSETTE, "cassettes/plain.wsr.jsonl")
    assert "1 equal in both recordings: said as recorded\n  message_id" in run(CASSETTE, CASSETTE)


def test_the_document_says_the_same():
    document = json.loads(run(CASSETTE, "--contract", "schemas", "--json"))
    [link] = document["links"]
    assert link["from"] == [
        {
            "said_by": "server",
            "kind": "the answer to POST /login",
            "session": None,
            "message": None,
            "exchange": [1, 1],
            "place": "body /access_token",
        }
    ]
    assert [one["name"] for one in document["secrets"]] == ["password"]
    assert [one["renewable"] for one in document["made_up"]] == [True]
    assert document["chance"] == document["constant"] == []


def test_hostile_names_reach_no_terminal(tmp_path):
    path = tmp_path / "x.wsr"
    said = json.dumps({"type": "a\x1b[31m\n", "id\x1b[0m": "66fa9116-179b-4aec-8f7b-1b70d15b643a"}).encode()
    common = {"session": 1, "opcode": Opcode.TEXT, "payload": said}
    with CassetteWriter.create(path) as writer:
        writer.copy([*EVERY_KIND[:-1], Message(t=1, sender="server", **common)])
        writer.copy([Message(t=2, sender="client", **common), EVERY_KIND[-1]])
    assert "\x1b" not in run(path)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nope.wsr"], 2, "nope.wsr: there is no such cassette"),
        ([CASSETTE, "nope.wsr"], 2, "nope.wsr: there is no such cassette"),
        ([CASSETTE, "--contract", "nope"], 3, "nope: there is no such file or folder"),
        ([], 2, "Missing argument 'CASSETTE'"),
        (["README.md"], 3, "README.md"),
    ],
)
def test_what_can_not_be_used_is_said_in_one_line(arguments, code, said):
    done = subprocess.run(
        [*PROGRAM, "links", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
