"""How a user comes back, as a recording of the demo server shows it."""

from pathlib import Path

import pytest

from wsrecord.cassette.recording import load
from wsrecord.contract.load import load as load_contract
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue
from wsrecord.explore.returns import asked, return_of

ROOT = Path(__file__).parents[2]
GRACE = ROOT / "tests" / "quality" / "cassettes" / "grace-comes-back.wsr.jsonl"


def dialogue(path: Path) -> Dialogue:
    return script(load(path), (load_contract(ROOT / "schemas"),))


def test_a_resume_token_leads_back() -> None:
    found = return_of(dialogue(GRACE))
    assert found is not None
    assert found.step.session == 2
    assert list(found.given.values()) == [("connection_established", "/resume_token")]
    assert found.numbers == ("after",)


def test_a_second_session_of_a_user_s_leads_nowhere_by_itself() -> None:
    assert return_of(dialogue(ROOT / "cassettes" / "plain.wsr.jsonl")) is None


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({}, "/ws?resume=t&after=3"),
        ({"after": "9"}, "/ws?resume=t&after=9"),
        ({"after": None}, "/ws?resume=t"),
        ({"after": None, "resume": None}, "/ws"),
        ({"more": ""}, "/ws?resume=t&after=3&more="),
    ],
)
def test_a_query_is_said_otherwise(query: dict[str, str | None], path: str) -> None:
    assert asked("/ws?resume=t&after=3", query) == path
