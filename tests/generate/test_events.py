"""Events are what the contract calls so, as its codec says them, with the keys that were asked for."""

import pytest
from contract.folder import loaded
from hypothesis import HealthCheck, Phase, given, settings

from wsrecord.cassette.model import Message, Opcode
from wsrecord.codec.registry import make
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.load import load
from wsrecord.contract.model import EventKey
from wsrecord.contract.pointer import at
from wsrecord.errors import ContractError
from wsrecord.generate.events import Events

FEW = settings(
    max_examples=20,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def drawn(strategy):
    found = []

    @FEW
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def assert_named(contract, key, units):
    """Said and heard again, it is that event."""
    for unit in units:
        sent = make(contract.codec.spec).encode([unit])
        heard = [Message(0, 1, key.sender, opcode, payload) for opcode, payload in sent]
        [again] = make(contract.codec.spec).units(heard)
        assert again.fault is None
        event = Classifier(contract).classify(again)
        assert isinstance(event, Event)
        assert event.key == key


@pytest.mark.parametrize("name", ["ag-ui", "jupyter", "openai-realtime"])
def test_the_events_of_published_protocols(name):
    contract = load(f"tests/real/contracts/{name}")
    for key in contract.events:
        assert_named(contract, key, drawn(Events(contract, key).units()))


def test_an_answer_of_json_rpc_is_refused_by_name():
    contract = load("tests/real/contracts/acp")
    with pytest.raises(ContractError, match=r"contract.yaml:\d+:\d+: server:session/load/result: an answer"):
        Events(contract, EventKey("server", "session/load/result"))


def test_conditions_make_the_event(tmp_path):
    contract = loaded(
        tmp_path,
        """
        contract: c
        name: /type
        client:
          first: {when: {/kind/0: [a, b], /no: absent}}
          second: {when: {/kind/0: c, /yes: present}}
        """,
    )
    for name, kinds in (("first", {"a", "b"}), ("second", {"c"})):
        key = EventKey("client", name)
        units = drawn(Events(contract, key).units())
        assert_named(contract, key, units)
        found = {at(unit.value, ("kind", "0")) for unit in units}
        assert found <= kinds
        assert all(("yes" in unit.value) or name == "first" for unit in units)


def test_binary_where_the_codec_wants_it(tmp_path):
    contract = loaded(tmp_path, "{contract: c, codec: msgpack, name: /type, client: {a: null}}")
    key = EventKey("client", "a")
    units = drawn(Events(contract, key).units())
    assert {unit.opcode for unit in units} == {Opcode.BINARY}
    assert_named(contract, key, units)


def test_keys_are_as_asked():
    contract = load("schemas")
    run = "11111111-1111-4111-8111-111111111111"
    made = Events(contract, EventKey("client", "cancel_run"), {"run": run})
    assert {value["run_id"] for value in drawn(made.values())} == {run}


def test_a_key_that_the_schema_refuses_is_said():
    contract = load("schemas")
    with pytest.raises(ContractError, match=r"client:cancel_run: .*no value can be all that is asked"):
        Events(contract, EventKey("client", "cancel_run"), {"run": "no uuid"})
    with pytest.raises(ContractError, match="no value"):
        Events(contract, EventKey("client", "ping"), {"run": run_id()})


def run_id():
    return "11111111-1111-4111-8111-111111111111"


def test_an_event_without_values_is_said(tmp_path):
    contract = loaded(
        tmp_path,
        "{contract: c, name: /type, client: {a: a.json}}",
        a={"type": "object", "properties": {"type": {"const": "b"}}},
    )
    with pytest.raises(ContractError, match=r"client:a: a.json#: no value can be all that is asked here"):
        Events(contract, EventKey("client", "a"))


def test_broken_events_keep_their_name():
    contract = load("schemas")
    made = Events(contract, EventKey("client", "start_agent"))
    found = drawn(made.broken())
    assert {one.unit.value["type"] for one in found} == {"start_agent"}
    assert all(
        contract.events[EventKey("client", "start_agent")].schema.faults(one.unit.value) for one in found
    )
