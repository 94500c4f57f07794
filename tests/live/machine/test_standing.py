"""Where flows stand: for whom an event can be, now, late or anew."""

from pathlib import Path
from typing import Any

import pytest
from contract.folder import client, loaded, server

from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.model import Contract, EventKey
from wsrecord.live.machine.causes import causes, openers
from wsrecord.live.machine.standing import Options, Standing

CONTRACT = """
    contract: c
    name: /type
    server: {greeting: true, started: true, asked: true, ended: true}
    client: {start: true, stop: true, answer: true, bye: true}
    keys: {run: /run, call: /call}
    flows:
      all: {order: "greeting bye?"}
      run: {key: run, order: "start started (stop | ended)"}
      call: {key: [run, call], inside: run, but: [stop], order: asked answer}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return loaded(tmp_path, CONTRACT)


def standing(contract: Contract, *said: dict[str, Any]) -> Standing:
    found, classify = Standing(contract), Classifier(contract).classify
    for one in said:
        side = server if EventKey("server", one["type"]) in contract.events else client
        event = classify(side(one))
        assert isinstance(event, Event)
        found.take(event)
    return found


def options(of: Standing, contract: Contract, name: str, flow: str, **keys: Any) -> Options:
    (reader,) = [one for one in contract.flows.readers(name, "client") if one.flow.name == flow]
    return of.options(reader, keys)


START, STARTED = {"type": "start", "run": "r"}, {"type": "started", "run": "r"}
ASKED = {"type": "asked", "run": "r", "call": 1}


def test_what_begins_a_flow_is_for_a_new_one(contract: Contract) -> None:
    assert options(standing(contract), contract, "start", "run") == Options(begins=True)
    assert options(standing(contract, START, STARTED), contract, "start", "run") == Options(begins=True)


def test_what_goes_on_is_for_those_that_let_it_now(contract: Contract) -> None:
    assert options(standing(contract, START), contract, "stop", "run") == Options()  # not yet
    assert options(standing(contract, START, STARTED), contract, "stop", "run") == Options(live=[("r",)])


def test_what_comes_after_the_end_comes_late(contract: Contract) -> None:
    over = standing(contract, START, STARTED, {"type": "ended", "run": "r"})
    assert options(over, contract, "stop", "run") == Options(late=[("r",)])


def test_values_that_are_known_narrow_it_down(contract: Contract) -> None:
    two = standing(contract, START, STARTED, {"type": "start", "run": "q"}, {"type": "started", "run": "q"})
    assert options(two, contract, "stop", "run").live == [("q",), ("r",)]
    assert options(two, contract, "stop", "run", run="r").live == [("r",)]


def test_inside_what_is_over_it_comes_late(contract: Contract) -> None:
    asked = standing(contract, START, STARTED, ASKED)
    assert options(asked, contract, "answer", "call").live == [("r", 1)]
    over = standing(contract, START, STARTED, ASKED, {"type": "stop", "run": "r"})
    assert options(over, contract, "answer", "call") == Options(late=[("r", 1)])


def test_without_a_key_there_is_one_and_nothing_is_late(contract: Contract) -> None:
    greeted = standing(contract, {"type": "greeting"})
    assert options(standing(contract), contract, "bye", "all") == Options()
    assert options(greeted, contract, "bye", "all") == Options(live=[()])
    assert (
        options(standing(contract, {"type": "greeting"}, {"type": "bye"}), contract, "bye", "all")
        == Options()
    )


def test_what_leads_to_what_is_told_by_the_orders(contract: Contract) -> None:
    assert openers(contract, "call") == [EventKey("server", "asked")]
    assert openers(contract, "run") == []
    assert causes(contract, EventKey("client", "stop"), [EventKey("server", "started")]) == {"start"}
    assert causes(contract, EventKey("client", "answer"), [EventKey("server", "asked")]) == set()
    assert causes(contract, EventKey("client", "start"), [EventKey("server", "greeting")]) == set()
