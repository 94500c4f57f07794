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


@pytest.mark.parametrize(
    ("end", "expected"),
    [("x server 1008", []), ("x client 1008", ["WS411"]), ("x server 1011", ["WS411"])],
)
def test_the_server_may_close_with_what_the_contract_lets_it(
    end: str, expected: list[str], tmp_path: Path
) -> None:
    wanted = contract(
        tmp_path,
        "closes: [1008]\nclient: {ask: null}\nserver: {done: null}\nflows: {f: {order: ask done}}",
    )
    found = codes(judged(wanted, "> ask", end))
    assert [code for code in found if code != "WS208"] == expected


def test_what_was_said_last_is_where_it_ended(tmp_path: Path) -> None:
    wanted = contract(tmp_path, "server: {done: null, more: null}")
    (found,) = [one for one in judged(wanted, "< done", "< more", "x server") if one.code == "WS412"]
    assert [(line.name, line.here) for line in found.context] == [("done", False), ("more", True)]


@pytest.mark.parametrize("codec", ["mqtt", "{by-frame: {binary: mqtt}}"])
@pytest.mark.parametrize(
    ("said", "end", "expected"),
    [
        ("#> e000", "x server", []),  # the client's goodbye: either may hang up
        ("#> e000", "x client", []),
        ("#> e000", "x server 1011", ["WS411"]),
        ("#< e000", "x server", ["WS412"]),  # the server's, but it did not close
        ("#> c000", "x server", ["WS412"]),
    ],
)
def test_who_said_goodbye_in_its_protocols_words_may_be_hung_up_on(
    codec: str, said: str, end: str, expected: list[str], tmp_path: Path
) -> None:
    events = "server: {DISCONNECT: null}, client: {DISCONNECT: null, PINGREQ: null}"
    wanted = contract(tmp_path, f"{{codec: {codec}, {events}}}")
    found = codes(judged(wanted, said, end))
    assert [code for code in found if code.startswith("WS41")] == expected
