"""Coverage as a table: what was never seen stands by name, and no name can break the page."""

from typing import Any

from wsrecord.report.coverage_text import lines, text


def point(label: str) -> dict[str, str]:
    return {"label": label, "schema": "e.json#"}


def covered(**changes: Any) -> dict[str, Any]:
    contract: dict[str, Any] = {
        "percent": 62.5,
        "score": 80.0,
        "parts": {"events": 0.5, "flows": 1.0, "pairs": None},
        "events": {"server:started": 3, "server:done": 0},
        "flows": {
            "run": {
                "instances": 1, "places": [1, 2], "unread": ["done"], "endings": [0, 1], "unended": ["done"],
            }
        },
        "rules": [
            {"rule": "unique", "where": "c.yaml:1:1", "judged": 3},
            {"rule": "echo", "where": "c.yaml:2:1", "judged": 0},
        ],
        "schemas": {
            "server:started": {"branches": {"seen": [1, 2], "unseen": [point("tool search")]}},
            "server:done": {
                "branches": {"seen": [0, 1], "unseen": [point("null")]},
                "enum_values": {"seen": [2, 2], "unseen": []},
            },
        },
    }  # fmt: skip
    return {"percent": 62.5, "score": 80.0, "contracts": {"agent": {**contract, **changes}}}


def test_each_row_says_how_many_and_which_were_never_seen() -> None:
    assert list(lines(covered())) == [
        "coverage of agent: 62.5 % of events and flows",
        "  events        1 of 2  never seen: server:done",
        "  flow run      1 of 2  never read: done",
        "    endings     0 of 1  never last: done",
        "  branches      1 of 3  never seen: started tool search, done null",
        "  enum values   2 of 2",
        "  rules         1 of 2  never tested: echo",
        "  score             80  events 0.5, flows 1",
    ]


def test_of_many_names_the_first_stand_there() -> None:
    found = text(covered(events={f"server:e{n}": 0 for n in range(20)}))
    assert "never seen: server:e0, " in found
    assert "server:e7 and 12 more" in found
    assert "server:e8" not in found


def test_a_contract_without_rules_has_no_row_of_them() -> None:
    assert not [line for line in lines(covered(rules=[])) if line.startswith("  rules")]


def test_only_the_title_has_colour_and_only_where_it_is_wanted() -> None:
    plain, painted = list(lines(covered())), list(lines(covered(), color=True))
    assert painted[0] == f"\x1b[1m{plain[0]}\x1b[0m"
    assert painted[1:] == plain[1:]


def test_a_hostile_name_can_neither_paint_nor_command() -> None:
    found = text(covered(events={"server:\x1b[2J\n::error::x": 0}))
    assert "\x1b" not in found
    assert not [line for line in found.splitlines() if line.startswith("::")]


def test_nothing_covered_is_nothing_said() -> None:
    assert text({}) == ""
