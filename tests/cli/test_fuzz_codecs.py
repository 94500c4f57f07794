"""`wsrecord fuzz` where ids are numbers, and where messages are binary: no false alarm, and no bug missed."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.shop_command import start

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.explore.retold import saved_case

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
_ID = {"type": "integer", "minimum": 0, "maximum": 1_000_000}


@pytest.fixture(autouse=True, params=["json", "msgpack"])
def _here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contract.yaml").write_text(json.dumps({**CONTRACT, "codec": request.param}))


def _event(name: str, **fields: Any) -> dict[str, Any]:
    properties = {"t": {"const": name}, **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


CONTRACT = {
    "contract": "adder",
    "name": "/t",
    "client": {"add": _event("add", id=_ID, n={"type": "integer", "minimum": 0, "maximum": 9})},
    "server": {
        "sum": _event("sum", id=_ID, of={"type": "integer"}),
        "error": _event("error", id={"type": ["integer", "null"]}),
    },
    "keys": {"request": "/id"},
    "flows": {
        "request": {
            "key": ["request"],
            "unkeyed": "skip",
            "order": "add (sum | error)",
            "reuse": True,
        },
    },
}


def fuzz(*options: str, bug: str = "") -> int:
    command = start(bug).replace("support.shopkeeper", "support.adder")
    return run(
        [
            "fuzz",
            "--contract",
            "contract.yaml",
            "--start",
            command,
            "--seed",
            "1",
            "--database",
            "none",
            *options,
        ]
    )


def test_answers_are_known_by_numbers_and_messages_go_out_as_the_codec_has_them() -> None:
    assert fuzz("--seconds", "6") == 0


def test_what_is_left_without_an_answer_is_found() -> None:
    assert fuzz("--seconds", "15", "--first", "--json", "report.json", bug="mute") == 1
    [found] = json.loads(Path("report.json").read_text())["findings"]
    assert found["code"] in ("WS901", "WS207", "WS202")
    [path] = Path(".wsrecord/failures").glob("*.wsr")
    case = saved_case(load(path))
    assert case is not None
    assert case.messages == 1
