"""A placeholder in a case stays whole, and is what it stands for only when it is said."""

import json
from pathlib import Path
from random import Random

from explore.shop import shop

from wsrecord.contract.pointer import ABSENT
from wsrecord.explore.moves import Case, Say
from wsrecord.explore.shrink import shrinking
from wsrecord.explore.speech import Speech
from wsrecord.explore.stand_ins import places, spoken, spoken_bytes, unknown, wanted, whole

ONE = "wsr-0123456789ab-password-1"
TWO = "wsr-0123456789ab-api_key-2"
SAYS = {ONE: 'two "words"', TWO: "k-9"}.get


def test_it_is_filled_in_wherever_it_stands_in_a_value() -> None:
    value = {"a": ONE, "b": [f"Bearer {TWO}", 5], "c": f"{TWO}.b64", "d": "wsr-else"}
    said = spoken(value, SAYS)
    assert said == {"a": 'two "words"', "b": ["Bearer k-9", 5], "c": "ay05", "d": "wsr-else"}
    assert spoken(value, unknown) == value


def test_in_bytes_that_are_json_it_is_json() -> None:
    data = b'{"a": "' + ONE.encode() + b'", "b": \xff'
    assert spoken_bytes(data, SAYS, json_text=True) == b'{"a": "two \\"words\\"", "b": \xff'
    assert spoken_bytes(b"LOGIN " + TWO.encode(), SAYS, json_text=False) == b"LOGIN k-9"


def test_what_a_case_wants_is_named_once() -> None:
    case = Case((Say(value={"a": ONE}), Say(value=[ONE, f"{TWO}.b64"]), Say(data=TWO.encode())))
    assert wanted([case, case]) == [("password", ONE), ("api_key", TWO)]


def test_it_is_said_and_what_the_server_gave_is_not_looked_at(tmp_path: Path) -> None:
    speech = Speech(shop(tmp_path), Random(1))
    move = Say(value={"password": ONE, "cart": {"$given": ["opened", "/cart"]}})
    said = speech.utter(move, None, lambda what: TWO, SAYS)
    assert said is not None
    assert json.loads(said.data) == {"password": 'two "words"', "cart": TWO}, "a forged one stays as it is"
    plain = speech.utter(move, None, lambda what: ABSENT)
    assert plain is not None
    assert ONE in plain.data.decode()


def test_shrinking_takes_it_away_or_leaves_it_whole() -> None:
    case = Case((Say(value={"name": "bob", "password": f"x {ONE}"}), Say(data=b"12345" + ONE.encode())))
    tries = shrinking(case)
    row, seen = next(tries), []
    try:
        while True:
            seen += [move for one in row for move in one.moves if isinstance(move, Say)]
            row = tries.send(None)
    except StopIteration:
        pass
    assert any(move.data is None and "password" not in move.value for move in seen)
    assert any(move.data is None and len(move.value.get("name", "")) == 1 for move in seen)
    for move in seen:
        text = json.dumps(move.value) if move.data is None else move.data.decode()
        assert "wsr-" not in text or ONE in text


def test_bytes_are_not_cut_through_it() -> None:
    data = b"12345" + ONE.encode() + b"/7890"
    assert [at for at in range(len(data)) if whole(data, at)] == [*range(6), *range(5 + len(ONE), len(data))]


def test_its_places_are_told() -> None:
    assert list(places({"a": [1, {"b": ONE}], "c": "d"})) == [(("a", "1", "b"), ONE)]
