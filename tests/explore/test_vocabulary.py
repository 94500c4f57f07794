"""What a client can say: right by the validators, wrong by one rule, with holes for what the server gives."""

import json
from pathlib import Path

import pytest
from explore.shop import shop
from live.recorded import Recorded

from wsrecord.contract.load import load
from wsrecord.dialogue.script import script
from wsrecord.explore.roles import Given, Made
from wsrecord.explore.vocabulary import Vocabulary

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture
def words(tmp_path: Path) -> Vocabulary:
    return Vocabulary(shop(tmp_path))


def test_each_event_of_the_client_s_has_a_right_value(words: Vocabulary) -> None:
    assert list(words.terms) == ["open", "put", "time", "bye"]
    assert not words.unservable
    assert all(words.right(term, term.plain) for term in words.terms.values())


def test_what_the_server_opens_a_flow_by_is_the_server_s_to_give(words: Vocabulary) -> None:
    assert words.terms["put"].roles == {("id",): Made(), ("cart",): Given("opened", "/cart")}
    assert words.terms["put"].plain["cart"] == {"$given": ["opened", "/cart"]}


def test_what_the_client_opens_a_flow_by_is_made_up(words: Vocabulary) -> None:
    assert words.terms["time"].plain == {"type": "time", "id": {"$new": 1}}


def test_an_answer_is_due_where_a_flow_goes_on(words: Vocabulary) -> None:
    assert {name: term.answered for name, term in words.terms.items()} == {
        "open": True, "put": True, "time": True, "bye": False,
    }  # fmt: skip


def test_variants_are_right_and_breaks_are_not(words: Vocabulary) -> None:
    for term in words.terms.values():
        assert all(words.right(term, value) for _, value in words.variants(term))
        assert not any(
            words.right(term, value) for rule, value in words.breaks(term) if "surrogate" not in rule
        )


def test_each_break_names_its_rule(words: Vocabulary) -> None:
    rules = {rule for rule, _ in words.breaks(words.terms["put"])}
    assert {"required at /cart", "type at /count", "minimum at /count", "maxLength at /id"} <= rules
    assert "additionalProperties" in rules
    assert not any(rule.endswith(" at ") for rule in rules)  # at the top, no place is named


def test_every_value_of_an_enum_and_every_bound_is_tried(words: Vocabulary) -> None:
    variants = [value for _, value in words.variants(words.terms["open"])]
    assert {value.get("colour") for value in variants} >= {"red", "blue"}
    assert any(len(str(value["id"])) == 64 for value in variants)


def test_the_demo_s_contract_can_be_served() -> None:
    words = Vocabulary(load(SCHEMAS))
    assert list(words.terms) == ["start_agent", "user_message", "cancel_run", "ping"]
    assert words.terms["cancel_run"].roles[("run_id",)] == Given("agent_started", "/run_id")


PLACEHOLDER = "wsr-0123456789ab-password-1"
LOGIN = {
    "contract": "login",
    "name": "/type",
    "client": {
        "auth": {
            "type": "object",
            "required": ["type", "user", "password"],
            "properties": {
                "type": {"const": "auth"},
                "user": {"type": "string"},
                "password": {"type": "string", "pattern": "^[a-z ]+$", "maxLength": 10},
            },
            "additionalProperties": False,
        }
    },
    "server": {"welcome": {"type": "object"}},
}


def test_a_secret_is_right_as_it_is_and_only_what_is_wrong_says_something_else(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(json.dumps(LOGIN))
    contract = load(tmp_path)
    said = {"type": "auth", "user": "bob", "password": PLACEHOLDER}
    recorded = Recorded().upgrade().client(said).server({"type": "welcome"}).close().recording
    words = Vocabulary(contract, [script(recorded, (contract,))])
    term = words.terms["auth"]
    assert term.plain == said, "longer than its schema allows, and right all the same"
    variants = [value for _, value in words.variants(term)]
    assert len(variants) > 10
    assert {value["password"] for value in variants} == {PLACEHOLDER}
    assert not words.right(term, {**said, "password": "12345"})
    assert not words.right(term, {**said, "colour": "red"})
    broken = [value for rule, value in words.breaks(term) if rule.endswith("/password")]
    assert len(broken) > 5
    assert all(value.get("password") != PLACEHOLDER for value in broken)
