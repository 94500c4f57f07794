"""What a recording's clients said, as moves."""

from pathlib import Path
from typing import Any

import pytest
from explore.shop import shop
from live.recorded import Recorded

from wsrecord.cassette.model import Opcode
from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.explore.moves import Say
from wsrecord.explore.retold import retold
from wsrecord.explore.vocabulary import Vocabulary


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return shop(tmp_path)


def said(contract: Contract, *messages: Any) -> list[Say]:
    told = Recorded().upgrade()
    for message in messages:
        told.client(message)
        told.server({"type": "now", "re": "x"})
    dialogue = script(told.close().recording, (contract,))
    (case,) = retold(dialogue, Vocabulary(contract, [dialogue]))
    return [move for move in case.moves if isinstance(move, Say)]


def test_a_right_message_is_told_as_that(contract: Contract) -> None:
    (one,) = said(contract, {"type": "time", "id": "t-1"})
    assert (one.event, one.breaks, one.value) == ("time", None, {"type": "time", "id": {"$new": 500}})


def test_a_mistake_of_the_recorded_client_s_is_wrong_on_purpose(contract: Contract) -> None:
    open_, put, right = said(
        contract,
        {"type": "open", "id": "o-1", "colour": "mauve"},
        {"type": "put", "id": "p-1", "cart": 1, "count": 0},
        {"type": "open", "id": "o-2", "colour": "red"},
    )
    assert (open_.event, open_.breaks) == ("open", "enum at /colour")
    assert (put.event, put.breaks) == ("put", "minimum at /count")
    assert right.breaks is None
    assert open_.value == {"type": "open", "id": {"$new": 500}, "colour": "mauve"}  # its id is a new one


def test_an_id_that_is_the_mistake_stays_as_it_was(contract: Contract) -> None:
    empty, many = said(contract, {"type": "time", "id": ""}, {"type": "time", "id": ["x"]})
    assert (empty.value, empty.breaks) == ({"type": "time", "id": ""}, "minLength at /id")
    assert (many.value, many.breaks) == ({"type": "time", "id": ["x"]}, "type at /id")


def test_what_is_no_json_is_said_as_it_was(contract: Contract) -> None:
    told = Recorded().upgrade().control(Opcode.TEXT, b"{nothing").close()
    dialogue = script(told.recording, (contract,))
    (case,) = retold(dialogue, Vocabulary(contract, [dialogue]))
    assert case.moves[0] == Say(data=b"{nothing", breaks="JSON")


def test_wrong_values_of_recordings_are_no_words(contract: Contract) -> None:
    told = Recorded().upgrade()
    for number in range(20):
        told.client({"type": "open", "id": f"o-{number}", "colour": "mauve"})
    told.client({"type": "open", "id": "o-9", "colour": "blue"}).close()
    words = Vocabulary(contract, [script(told.recording, (contract,))])
    term = words.terms["open"]
    assert term.seeds == [{"type": "open", "id": {"$new": 1}, "colour": "blue"}]
    assert all(words.right(term, value) for _, value in words.variants(term))
