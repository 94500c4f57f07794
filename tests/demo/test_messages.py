import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.contract.load import load
from wsrecord.demo.messages import CancelRun, Ping, Refused, StartAgent, UserMessage, parse

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
near = st.fixed_dictionaries(
    {"type": st.sampled_from(["start_agent", "user_message", "cancel_run", "ping"]) | json_values},
    optional={
        name: st.just("x") | json_values
        for name in ("message_id", "prompt", "text", "run_id", "agent_name", "report")
    },
)


def test_whole_messages_are_understood():
    start = '{"type":"start_agent","message_id":"m","prompt":"p","report":true,"agent_name":"librarian"}'
    assert parse(start) == StartAgent("m", "p", "librarian", True)
    assert parse('{"type":"user_message","message_id":"m","run_id":"r","text":"t"}') == UserMessage(
        "m", "r", "t"
    )
    assert parse('{"type":"cancel_run","message_id":"m","run_id":"r"}') == CancelRun("m", "r")
    assert parse('{"type":"ping","message_id":"é"}') == Ping("é")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[" * 60_000, "invalid_json"),
        ('{"a":' * 12_000, "invalid_json"),
        ("1" * 5000, "invalid_json"),
        ('{"type":"ping","message_id":NaN}', "invalid_json"),
        ("null", "not_an_object"),
        ("[]", "not_an_object"),
        ("{}", "missing_field"),
        ('{"type":7}', "wrong_type"),
        ('{"type":"dance"}', "unknown_type"),
        ('{"type":" "}', "invalid_value"),
        ('{"type":"ping"}', "missing_field"),
        ('{"type":"ping","message_id":"m","x":[]}', "unknown_field"),
        ('{"type":"ping","message_id":"m","prompt":"p"}', "unknown_field"),
        ('{"type":"ping","message_id":"\\ufeff\\u2003"}', "invalid_value"),
        ('{"type":"ping","message_id":null}', "wrong_type"),
        ('{"type":"ping","message_id":""}', "invalid_value"),
        ('{"type":"ping","message_id":"\\ud800"}', "invalid_value"),
        (json.dumps({"type": "ping", "message_id": "m" * 129}), "invalid_value"),
        ('{"type":"start_agent","message_id":"m","prompt":"  "}', "invalid_value"),
        ('{"type":"start_agent","message_id":"m","prompt":["p"]}', "wrong_type"),
        ('{"type":"start_agent","message_id":"m","prompt":"p","report":1}', "wrong_type"),
        ('{"type":"start_agent","message_id":"m","prompt":"p","agent_name":null}', "wrong_type"),
        (json.dumps({"type": "start_agent", "message_id": "m", "prompt": "p" * 4001}), "invalid_value"),
    ],
)
def test_what_is_wrong_with_a_message_has_a_code(text, code):
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == code


def test_blank_is_what_the_contract_calls_blank():
    assert parse('{"type":"ping","message_id":"\\u001c"}') == Ping("\x1c")
    assert parse('{"type":"ping","message_id":"\\u0085"}') == Ping("\x85")


def test_a_refusal_names_the_message_when_it_can():
    with pytest.raises(Refused) as refused:
        parse('{"type":"cancel_run","message_id":"m7"}')
    assert refused.value.reply_to == "m7"


@given(st.one_of(st.text(max_size=50), near.map(json.dumps)))
def test_any_text_is_understood_or_refused(text):
    try:
        parse(text)
    except Refused as refused:
        json.dumps([refused.message, refused.reply_to]).encode()


SCHEMAS = {
    spec.key.name: spec.schema
    for spec in load(Path(__file__).parents[2] / "schemas").events.values()
    if spec.key.sender == "client"
}
RUN = "0b8f7a52-6a0e-4c1c-9b0e-2f6f0f7f9a11"
WHOLE = {
    "start_agent": {"message_id": "m", "prompt": "p"},
    "user_message": {"message_id": "m", "run_id": RUN, "text": "t"},
    "cancel_run": {"message_id": "m", "run_id": RUN},
    "ping": {"message_id": "m"},
}
strings = ["m" * 128, "m" * 129, "x" * 4000, "x" * 4001, "\U0001f642" * 4000, ""]
spaces = [" ", "\x1c", "\x85", "\ufeff", "\u180e", "\u200a", "\u2028"]
values = st.sampled_from([*strings, *spaces, 7, None, True, [], "assistant"])
names = st.sampled_from(["message_id", "prompt", "text", "agent_name", "report", "other"])


@st.composite
def nearly(draw):
    """A message with at most two fields changed, added or left out."""
    name = draw(st.sampled_from(sorted(WHOLE)))
    said = {"type": name, **WHOLE[name], **draw(st.dictionaries(names, values, max_size=2))}
    for left_out in draw(st.lists(names, max_size=1)):
        said.pop(left_out, None)
    return said


@given(nearly())
def test_the_contract_and_the_server_agree_on_what_a_message_is(said):
    schema = SCHEMAS[said["type"]]
    try:
        parse(json.dumps(said))
    except Refused:
        assert not schema.is_valid(said)
    else:
        # Which agents there are, the thread knows.
        assert schema.is_valid(said) or said.get("agent_name", "assistant") != "assistant"
