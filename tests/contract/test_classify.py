import pytest
from contract.folder import client, loaded, server

from wsrecord.codec.unit import Fault
from wsrecord.contract.classify import Classifier, Event, Unknown
from wsrecord.errors import ContractError


def classifier(tmp_path, text):
    return Classifier(loaded(tmp_path, text))


def names(tmp_path, text, *values):
    found = (classifier(tmp_path, text).classify(server(value)) for value in values)
    return [one.name if isinstance(one, Event) else None for one in found]


def test_a_unit_is_named_at_the_pointer(tmp_path):
    ours = classifier(tmp_path, "name: /type\nserver: {a: null}\nclient: {a: null, b: null}")
    event = ours.classify(server({"type": "a"}))
    assert isinstance(event, Event)
    assert (event.name, event.sender, event.value) == ("a", "server", {"type": "a"})
    assert ours.classify(client({"type": "a"})).sender == "client"
    assert ours.classify(server({"type": "b"})) == Unknown("b", server({"type": "b"}))


@pytest.mark.parametrize("value", [{}, [], None, 5, {"type": None}, {"type": 5}, {"type": {}}, "a"])
def test_a_unit_without_a_name_is_nameless(tmp_path, value):
    assert classifier(tmp_path, "name: /type\nserver: {a: null}").classify(server(value)) == Unknown(
        None, server(value)
    )


def test_a_protocols_own_name_counts_where_the_contract_points_nowhere(tmp_path):
    assert classifier(tmp_path, "server: {a: null}").classify(server(5, name="a")).name == "a"
    assert (
        classifier(tmp_path / "x", "name: /t\nserver: {a: null}").classify(server({}, name="a")).name == "a"
    )


def test_what_can_not_be_read_is_nameless(tmp_path):
    unit = server(None, fault=Fault("invalid-json", "no"))
    ours = classifier(tmp_path, "server: {a: {when: {/x: {present: false}}}}")
    assert ours.classify(unit) == Unknown(None, unit)


def test_conditions_split_one_name_into_events(tmp_path):
    text = """
        name: /type
        server:
          finished: {when: {/type: done, /status: completed}}
          failed: {when: {/type: done, /status: [failed, cancelled]}}
          odd: {when: {/type: done, /status: {present: false}}}
          other: null
    """
    values = [{"type": "done", "status": one} for one in ("completed", "failed", "cancelled", "new")]
    assert names(tmp_path, text, *values, {"type": "done"}, {"type": "other"}, {"type": "finished"}) == [
        "finished", "failed", "failed", None, "odd", "other", None,
    ]  # fmt: skip


def test_conditions_tell_replies_apart_without_any_name(tmp_path):
    text = """
        server:
          result: {when: {/id: {present: true}, /result: {present: true}}}
          error: {when: {/error: {present: true}, /result: {present: false}}}
          yes: {when: {/ok: true}}
          one: {when: {/ok: 1}}
          nothing: {when: {/ok: {const: null}}}
    """
    assert names(
        tmp_path, text.replace("yes:", '"yes":'), {"id": 1, "result": None}, {"error": {}}, {"ok": True},
        {"ok": 1},
        {"ok": 1.0}, {"ok": None}, {"ok": []}, {},
    ) == ["result", "error", "yes", "one", "one", "nothing", None, None]  # fmt: skip


def test_a_unit_that_is_two_events_is_the_contracts_trouble(tmp_path):
    ours = classifier(tmp_path, "name: /t\nserver:\n  a: null\n  b: {when: {/x: 1}}\n  c: {when: {/y: 1}}\n")
    for value in ({"t": "a", "x": 1}, {"x": 1, "y": 1}):
        with pytest.raises(
            ContractError, match=r"contract\.yaml:\d:3: server:[bc] and server:[ab] .* message 1 is; narrow"
        ):
            ours.classify(server(value))


def test_keys_are_taken_from_the_first_pointer_that_leads_to_a_scalar(tmp_path):
    text = """
        name: /type
        server: {a: null, b: null}
        client: {b: null}
        keys: {run: [/run, /old, a#/deep/run], id: b#/id, n: /n}
    """
    ours = classifier(tmp_path, text)
    assert ours.classify(server({"type": "b", "run": None, "old": "r", "id": 0, "n": False})).keys == {
        "run": "r", "id": 0, "n": False,
    }  # fmt: skip
    # EVENT#/pointer stands in place of the others, for that event.
    assert ours.classify(server({"type": "a", "run": "x", "deep": {"run": "y"}, "id": 1})).keys == {
        "run": "y"
    }
    assert ours.classify(server({"type": "a", "run": "x", "deep": {"run": []}})).keys == {}
    assert ours.classify(client({"type": "b", "id": 5})).keys == {"id": 5}


def test_a_condition_may_ask_for_what_the_codec_calls_a_unit(tmp_path):
    text = """
server:
  ok: {when: {name: state, /state: ok}}
  bad: {when: {name: state, /state: {enum: [bad, worse]}}}
  bare: {when: {name: {present: false}}}
"""
    ours = classifier(tmp_path, text)
    assert ours.classify(server({"state": "ok"}, name="state")).name == "ok"
    assert ours.classify(server({"state": "worse"}, name="state")).name == "bad"
    assert ours.classify(server({"state": "ok"}, name="other")) == Unknown(
        "other", server({"state": "ok"}, name="other")
    )
    assert ours.classify(server({"state": "ok"})).name == "bare"
