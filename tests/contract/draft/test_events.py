"""One schema for each event."""

import json
from typing import Any

from judge.transcript import recording

from wsrecord.cassette.recording import Recording
from wsrecord.contract.draft.draft import draft


def calls() -> list[Recording]:
    lines = []
    for number in range(20):
        method = ("add", "subtract", "multiply", "divide")[number % 4]
        asked = {"jsonrpc": "2.0", "id": number, "method": method, "params": [1, 2]}
        lines.append(f">> {json.dumps(asked)}")
        lines.append(f"<< {json.dumps({'jsonrpc': '2.0', 'id': number, 'result': number})}")
    return [recording(*lines)] * 8


def test_a_protocol_s_own_name_is_said_where_it_stands() -> None:
    files = draft(calls(), "rpc").files
    assert "codec: json-rpc" in files["contract.yaml"]
    schema: dict[str, Any] = json.loads(files["subtract.json"])
    assert schema["properties"]["method"] == {"const": "subtract"}
    assert "subtract" not in files["common.json"]  # what they share is not told by name


def test_a_counter_is_a_whole_number_in_rare_events_too() -> None:
    lines = []
    for n in range(12):
        lines += [f"< a seq={3 * n} n={n % 2} cost={n}", f"< b seq={3 * n + 1}"]
    made = draft([recording(*lines, "< rare seq=99 n=1 cost=1")] * 3, "d").files
    kinds = {name: json.loads(made[f"{name}.json"])["properties"] for name in ("a", "b", "rare")}
    assert [kinds[name]["seq"]["type"] for name in kinds] == ["integer"] * 3
    assert kinds["rare"]["n"]["type"] == "integer"  # it is one elsewhere
    assert kinds["rare"]["cost"]["type"] == "number"  # what is measured may have a fraction next time
