"""The upgrade and its answer."""

from pathlib import Path
from typing import Any

import pytest
from judge.transcript import codes, contract, judged

from wsrecord.judge.codes import Code

TEXT = """
server: {done: null}
handshake: {subprotocol: v1, refuse: [{without: [authorization, token], status: [401, 403]}]}
"""
V1 = [("Sec-WebSocket-Protocol", "v1")]
CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({"path": "/ws?token=a", "chosen": V1}, []),
    ({"headers": [("AUTHORIZATION", "x")], "chosen": V1}, []),
    ({"headers": [("Cookie", "a=b; token=c")], "chosen": V1}, []),
    ({"chosen": V1}, ["WS403"]),
    ({"status": 401}, []),
    ({"status": 400}, ["WS404"]),
    ({"path": "/ws?token=a", "status": 401}, []),  # whether it is a good token nobody here knows
    ({"path": "/ws?token=a", "status": 503}, ["WS402"]),
    ({"path": "/ws?token=a"}, ["WS401"]),
    ({"path": "/ws?token=a", "chosen": [("sec-websocket-protocol", "v2")]}, ["WS401"]),
]


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_a_handshake(given: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    wanted = contract(tmp_path, TEXT)
    found = judged(wanted, "< done", **given)
    assert [code for code in codes(found) if code != Code.SESSION_TOO_SHORT.number] == expected
