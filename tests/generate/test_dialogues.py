"""A dialogue is what the flows allow a client, judged by the flow engine with a server made up beside it."""

from uuid import UUID

import pytest
from contract.folder import loaded
from hypothesis import HealthCheck, Phase, given, settings

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier
from wsrecord.contract.flow.instances import Instances
from wsrecord.contract.load import load
from wsrecord.errors import ContractError
from wsrecord.generate.dialogues import Dialogues, filled
from wsrecord.generate.generator import right

AGENT = load("schemas")
SOME = settings(
    max_examples=150,
    database=None,
    derandomize=True,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def drawn(contract, most=8):
    found = []

    @SOME
    @given(Dialogues(contract).strategy(most))
    def collect(value):
        found.append(value)

    collect()
    return found


DIALOGUES = drawn(AGENT)


def said(contract, dialogue):
    """The dialogue against a server that gives a run to whoever starts one; client events strictly judged."""
    flows, classifier = Instances(contract.flows, lenient="server"), Classifier(contract)
    faults, heard, runs, last = [], {}, 0, {}
    flows.feed("connection_established", "server", {})
    for turn in dialogue.turns:
        for event in turn.awaits:
            if event.name == "agent_started":
                runs += 1
                heard[event] = {"run_id": str(UUID(int=runs))}
            keys = {"request": last["message_id"]} if last else {}
            if event in heard:
                keys["run"] = heard[event]["run_id"]
            flows.feed(event.name, "server", keys)
        value = filled(turn, heard)
        event = classifier.classify(Unit(value, "client"))
        assert event.key == turn.event
        assert right(event.spec.schema, value)
        faults += flows.feed(event.name, "client", event.keys)
        last = value
    return faults


@pytest.mark.parametrize(
    "dialogue", DIALOGUES[::5], ids=lambda one: "-".join(t.event.name for t in one.turns)
)
def test_the_flows_allow_it(dialogue):
    assert said(AGENT, dialogue) == []


def test_every_event_of_the_client_is_said():
    assert {turn.event.name for one in DIALOGUES for turn in one.turns} == {
        "start_agent", "user_message", "cancel_run", "ping"
    }  # fmt: skip


def test_what_the_server_gives_is_a_slot_and_waited_for():
    for one in DIALOGUES:
        awaited = []
        for turn in one.turns:
            awaited += turn.awaits
            places = {slot.pointer: slot.source.event.name for slot in turn.slots}
            if turn.event.name in ("user_message", "cancel_run"):
                assert places == {("run_id",): "agent_started"}
                assert all(slot.source.event in awaited for slot in turn.slots)
            else:
                assert places == {}


def test_ids_of_the_client_are_new_each_time():
    for one in DIALOGUES:
        ids = [turn.value["message_id"] for turn in one.turns]
        assert len(set(ids)) == len(ids)


def test_deep_states_are_reached():
    """A second message to a run that answered one: start, hear, say, hear, say."""
    orders = {tuple(turn.event.name for turn in one.turns) for one in DIALOGUES}
    assert any(order[:1] == ("start_agent",) and len(order) == 8 for order in orders)
    assert any(order.count("start_agent") > 1 for order in orders)
    assert any({"user_message", "cancel_run"} <= set(order) for order in orders)


def test_a_login_comes_first_where_the_order_says_so(tmp_path):
    contract = loaded(
        tmp_path,
        """
        contract: c
        name: /type
        server: {welcome: null, ok: null}
        client: {login: null, work: null, bye: null}
        flows: {talk: {order: welcome login ok work* bye}}
        """,
    )
    for one in drawn(contract):
        names = [turn.event.name for turn in one.turns]
        assert names[0] == "login"
        assert "bye" not in names[:-1]
        assert [event.name for event in one.turns[0].awaits][:1] == ["welcome"]
        if len(names) > 1:
            assert [event.name for event in one.turns[1].awaits] == ["ok"]


def test_an_echoed_value_is_a_slot(tmp_path):
    contract = loaded(
        tmp_path,
        """
        contract: c
        name: /type
        server: {challenge: null}
        client: {answer: a.json}
        flows: {talk: {order: challenge answer}}
        rules: [{echo: {from: challenge#/nonce, in: answer#/nonce}}]
        """,
        a={"type": "object", "required": ["nonce"], "properties": {"nonce": {"type": "string"}}},
    )
    for one in drawn(contract):
        [turn] = one.turns
        [slot] = turn.slots
        assert slot.pointer == ("nonce",)
        assert filled(turn, {slot.source.event: {"nonce": "n-1"}})["nonce"] == "n-1"


def test_a_client_with_nothing_to_say_is_said(tmp_path):
    with pytest.raises(ContractError, match="names no event of the client's"):
        Dialogues(loaded(tmp_path, "{contract: c, name: /type, server: {a: null}}"))
