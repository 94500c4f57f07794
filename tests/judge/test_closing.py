"""How connections end."""

from pathlib import Path

import pytest
from judge.transcript import codes, contract, judged


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("x server 1000", []), ("x client 1001", []), ("x server 1012", []), ("x server 4401", []),
        ("x client", []), ("x server", ["WS412"]),
        ("x server 1011", ["WS411"]), ("x client 1007", ["WS411"]), ("x server 1006", ["WS411"]),
        ("x server 2000", ["WS411"]), ("x server 5000", ["WS411"]),
    ],
)  # fmt: skip
def test_an_end_is_a_finding_if_something_broke(end: str, expected: list[str], tmp_path: Path) -> None:
    assert codes(judged(contract(tmp_path, "server: {done: null}"), "< done", end)) == expected


def test_what_was_said_last_is_where_it_ended(tmp_path: Path) -> None:
    wanted = contract(tmp_path, "server: {done: null, more: null}")
    (found,) = [one for one in judged(wanted, "< done", "< more", "x server") if one.code == "WS412"]
    assert [(line.name, line.here) for line in found.context] == [("done", False), ("more", True)]
