"""No secret that a server repeats comes out of `wsrecord fuzz`; a login's message says the real one."""

import base64
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cli.verifying import code, verify
from support.tell_tale import GIVEN, PASSWORD

from wsrecord.cassette.recording import load
from wsrecord.errors import Exit
from wsrecord.explore.kept import kept_of

TESTS = Path(__file__).parents[1]
NONCE = "0123456789ab"
PLACEHOLDER = f"wsr-{NONCE}-password-1"
SECRETS = {
    "header": "Hdr-q8Zk2mW5xT",
    "cookie": "Ck1-v7Nn4pRs0",
    "query": "ticket of one day/1",
    "address": "Adr_b3Vt6yHj9",
    "auth": "Aut.k5Xw8dLq2",
    "password": PASSWORD,
    "given": GIVEN,
}
TEXT = {"type": "string", "maxLength": 200}
REQ = {"type": "string", "minLength": 1}


def _event(name: str, **fields: Any) -> dict[str, Any]:
    properties = {"type": {"const": name}, **fields}
    required = [one for one in properties if one != "why"]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


CONTRACT = {
    "contract": "tell-tale",
    "name": "/type",
    "unknown": "error",
    "client": {
        # a placeholder is longer than that
        "auth": _event("auth", user=REQ, password={"type": "string", "minLength": 1, "maxLength": 22}),
        "echo": _event("echo", req=REQ, text=TEXT),
    },
    "server": {
        "welcome": {"type": "object"},
        "echoed": _event("echoed", req=REQ, text={"enum": ["a", "b"]}),
        "error": _event("error", req=REQ, code={"enum": ["bad"]}),
    },
    "keys": {"request": "/req"},
    "flows": {
        "session": {"order": "auth welcome"},
        "request": {"key": "request", "unkeyed": "skip", "order": "echo (echoed | error)"},
    },
}
AUTH = {"type": "auth", "user": "bob", "password": PLACEHOLDER}
RECORDS: list[dict[str, Any]] = [
    {"wsrecord": 1, "kind": "head", "created": "2026-11-21T21:38:42.742589Z", "recorder": "a test",
     "targets": {"/": "ws://127.0.0.1:1"}, "nonce": NONCE},
    {"kind": "opened", "t": 1, "connection": 1},
    {"kind": "request", "t": 2, "began": 2, "connection": 1, "exchange": 1, "method": "GET", "path": "/ws",
     "headers": [["Host", "127.0.0.1:1"], ["Upgrade", "websocket"], ["Connection", "Upgrade"],
                 ["Sec-WebSocket-Key", "A4yIZWLAAhcpX81nHiO3zQ=="], ["Sec-WebSocket-Version", "13"]],
     "session": 1},
    {"kind": "response", "t": 3, "began": 3, "connection": 1, "exchange": 1, "status": 101, "reason": "",
     "headers": [], "session": 1},
    {"kind": "secret", "placeholder": PLACEHOLDER, "name": "password", "length": 21},
    {"kind": "message", "t": 4, "session": 1, "sender": "client", "type": "text", "json": AUTH,
     "style": "spaced"},
    {"kind": "message", "t": 5, "session": 1, "sender": "server", "type": "text", "json": {"type": "welcome"},
     "style": "spaced"},
    {"kind": "message", "t": 6, "session": 1, "sender": "client", "type": "close", "code": 1000},
    {"kind": "message", "t": 7, "session": 1, "sender": "server", "type": "close", "code": 1000},
    {"kind": "end", "t": 8, "connections": 1, "exchanges": 0, "sessions": 1, "messages": 4},
]  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("contract.yaml").write_text(json.dumps(CONTRACT))
    Path("login.wsr.jsonl").write_text("".join(json.dumps(one) + "\n" for one in RECORDS))
    monkeypatch.setenv("PW", PASSWORD)


def start() -> str:
    path = shlex.quote(f"{TESTS.parent}:{TESTS}")
    return f"PYTHONPATH={path} exec {sys.executable} -m support.tell_tale {{port}}"


def fuzz(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wsrecord", "fuzz", "--contract", "contract.yaml", "--seed", "1",
               "--from", "login.wsr.jsonl", "--seconds", "8", "--save", "kept", "--start", start(),
               *options]  # fmt: skip
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def spellings(secret: str) -> Iterator[str]:
    yield from (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1])
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        yield coded[4 if shift else 0 : -2]  # what is the same whatever stands around it


def left(text: str) -> set[str]:
    return {name for name, secret in SECRETS.items() if any(one in text for one in spellings(secret))}


def test_no_secret_comes_out_of_a_run_on_a_server_that_repeats_them_all() -> None:
    done = fuzz(
        "--target", f"ws://127.0.0.1:{{port}}/ws?access_token={SECRETS['address']}",
        "--header", f"X-Api: {SECRETS['header']}", "--header", f"Cookie: session={SECRETS['cookie']}",
        "--header", "Authorization: Bearer {token}", "--query", f"ticket={SECRETS['query']}",
        "--auth", f"echo {SECRETS['auth']}", "--secret", "password=env:PW", "--database", "base",
        "--json", "r.json", "--junit-xml", "r.xml", "--sarif", "r.sarif", "--coverage",
    )  # fmt: skip
    assert done.returncode == Exit.FINDINGS, done.stderr
    found = json.loads(Path("r.json").read_text())["findings"]
    assert {"WS101", "WS903"} <= {one["code"] for one in found}
    told = json.dumps(found)
    assert set(re.findall(r"wsr-[0-9a-f]{12}-([a-z0-9_]+)-\d", told)) >= {"cookie", "x_api"}, (
        "it repeats them"
    )
    assert left(done.stdout + done.stderr) == set()
    files = [Path(name) for name in ("r.json", "r.xml", "r.sarif")]
    stored = [one for folder in ("kept", "base") for one in Path(folder).rglob("*") if one.is_file()]
    assert len(stored) > len(files)
    for path in (*files, *stored):
        assert left(f"{path} {path.read_bytes().decode('latin-1')}") == set(), path
    assert {one["place"]["cassette"] for one in found} <= {str(path) for path in Path("kept").iterdir()}


def test_a_login_by_message_says_the_secret_and_shows_the_placeholder() -> None:
    options = ("--secret", "password=env:PW", "--database", "none", "--phase", "valid", "--first")
    done = fuzz(*options, "--target", "ws://127.0.0.1:{port}/ws")
    assert done.returncode == Exit.FINDINGS, done.stderr
    (path,) = Path("kept").glob("*.wsr")
    kept = kept_of(load(path))
    assert kept is not None
    assert kept.code == "WS101", "it was let in"
    assert PLACEHOLDER in done.stdout
    assert PLACEHOLDER in str(kept.case.moves)
    again = verify(
        str(path), "--contract", "contract.yaml", "--start", start(), "--secret", "password=env:PW"
    )
    assert code(again) == Exit.FINDINGS
    assert "WS101" in again.output
    assert left(again.output) == set()


def test_the_secret_of_a_kept_login_is_asked_for() -> None:
    options = ("--database", "none", "--target", "ws://127.0.0.1:{port}/ws")
    assert "--secret password=env:" in fuzz(*options).stderr
    done = fuzz("--secret", "password=env:PW", "--phase", "valid", "--first", *options)
    assert done.returncode == Exit.FINDINGS
    (path,) = Path("kept").glob("*.wsr")
    asked = verify(str(path), "--contract", "contract.yaml", "--start", start())
    assert code(asked) == Exit.USAGE
    assert "--secret password=env:" in str(asked.exception)
