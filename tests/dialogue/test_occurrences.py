"""What was said, in one row: whatever a cassette holds, it can be told, or a CassetteError says why not."""

import json
from pathlib import Path

from cassette.records import cassettes
from contract.folder import loaded
from dialogue.recordings import HEAD, Writer
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.cassette.recording import assemble
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.insides import get
from wsrecord.dialogue.links import find, settle
from wsrecord.dialogue.occurrences import tell
from wsrecord.dialogue.script import script
from wsrecord.errors import CassetteError


@given(cassettes)
@settings(max_examples=150, deadline=None)
def test_any_cassette_is_told_or_refused_in_one_sentence(records):
    recording = assemble(records, Path("any.wsr"), HEAD)
    told = tell(recording)
    found = find(told)
    settle(found, told, told)
    for one in found.variables:
        for place in (*one.sources, *one.uses):
            assert get(told.occurrences[place.occurrence].value, place.path) is not None
    dialogue = said_or_refused(recording)
    if dialogue is None:
        return
    assert [step.number for step in dialogue.steps] == list(range(len(dialogue.steps)))
    bindings = Bindings(dialogue)
    for step in dialogue.steps:
        bindings.taken(step, bindings.fill(step))


def said_or_refused(recording):
    """The dialogue; None if there is none, and that is said with its place."""
    try:
        return script(recording)
    except CassetteError as error:
        if not str(error).startswith("any.wsr"):
            raise
        return None


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["a", "id-1234abcd", "/x/id-1234abcd", "[1]"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "id", "room_id", "0", "data"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.booleans(), _values), max_size=8), st.lists(_values, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_live_server_can_be_heard(said, live):
    writer = Writer().open(1)
    for client, value in said:
        (writer.client if client else writer.server)(json.dumps(value))
    dialogue = script(writer.end().recording)
    bindings = Bindings(dialogue)
    other = Writer().open(1)
    for value in live:
        other.server(json.dumps(value))
    for one in tell(other.recording).occurrences:
        if one.unit is not None:
            bindings.heard(1, one.unit)
    for step in dialogue.steps:
        bindings.unmet(step)
        bindings.taken(step, bindings.fill(step))


def test_what_was_said_at_one_time_keeps_the_order_of_its_connection():
    writer = Writer().open(1).client({"type": "a"}).server({"type": "b"})
    told = tell(writer.recording)
    assert [one.kind for one in told.occurrences] == ["upgrade", "handshake", "a", "b"]
    assert [one.number for one in told.occurrences] == [0, 1, 2, 3]
    assert [one.where for one in told.occurrences[1:3]] == ["session 1, handshake", "session 1, message 1"]


def test_without_a_contract_a_kind_is_a_name_where_there_is_one_and_a_shape_where_not():
    writer = Writer().open(1)
    for n in range(5):
        writer.client({"event": "tick", "n": n}).server({"event": "tock"})
    assert {one.kind for one in tell(writer.recording).occurrences} == {
        "upgrade",
        "handshake",
        "tick",
        "tock",
    }
    shapes = Writer().client({"text": "so it is", "n": 1000}).server({"words": ["long", "ones"]})
    assert {one.kind for one in tell(shapes.recording).occurrences if one.is_unit} == {"{n, text}", "{words}"}


def test_a_contract_names_the_sessions_that_it_is_for_and_no_others(tmp_path):
    contract = loaded(tmp_path, "applies: {path: /chat}\nname: /k\nclient: {hi: null}\nkeys: {room: /room}\n")
    writer = Writer().open(1, "/chat").open(2, "/other").client({"k": "hi", "room": 7}, 1)
    writer.client({"type": "hi", "k": "x", "room": 7}, 2)
    first, second = (one for one in tell(writer.recording, [contract]).occurrences if one.is_unit)
    assert (first.kind, dict(first.keys)) == ("hi", {"room": 7})
    assert dict(second.keys) == {}
