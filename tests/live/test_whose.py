"""Whose answer an event is: what is known by ids, what the contract declares, and what is only a guess."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Event, classifier_of
from wsrecord.contract.flow.instances import Instances
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import ABSENT
from wsrecord.explore.moves import Say
from wsrecord.explore.speech import Speech
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.said import Said
from wsrecord.live.whose import Heard, Whose

CONTRACT = """
contract: agent
name: /type
client:
  start: {type: object, required: [request], properties: {request: {type: string}}}
  ping: {type: object, required: [request], properties: {request: {type: string}}}
  cancel: {type: object, required: [run], properties: {run: {type: string}}}
server: {started: null, thinking: null, done: null, cancelled: null, pong: null, error: null}
keys: {request: /request, run: /run}
flows:
  request: {key: request, unkeyed: {error: skip}, order: ping (pong | error) | start (started | error)}
  run: {key: run, unkeyed: {error: all}, order: started (thinking | cancel)* (done | cancelled | error)}
rules:
  - answer: {to: cancel, with: [cancelled, done, error], per: run}
"""
REFUSALS = frozenset(["error"])


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    return load(tmp_path)


class Talk:
    """Messages and events, in the order in which they were said."""

    def __init__(self, contract: Contract) -> None:
        self._words = Vocabulary(contract)
        self._speech = Speech(contract, Random(1))
        self._classify = classifier_of(contract).classify
        self._whose = Whose(contract, REFUSALS)
        self._flows = Instances(contract.flows)
        self.said: list[Said] = []

    def say(self, event: str, *, breaks: str | None = None, **fields: Any) -> Said:
        move = Say(event=event, value={"type": event, **fields}, breaks=breaks)
        utterance = self._speech.utter(move, self._words.terms[event], lambda _: ABSENT)
        assert utterance is not None
        one = Said(move, 0, 0, utterance.ids, True, True, False, utterance.keys, utterance.marks)
        self.said.append(one)
        self._flows.feed(event, "client", utterance.keys)
        return one

    def hear(self, event: str, **fields: Any) -> None:
        among = list(self._flows.open())
        value = {"type": event, **fields}
        found = self._classify(Unit(value, "server"))
        assert isinstance(found, Event)
        self._flows.feed(event, "server", found.keys)
        self._whose.hear(self.said, Heard(event, value, 1, found.keys, among))


@pytest.fixture
def talk(contract: Contract) -> Talk:
    return Talk(contract)


def is_refused(one: Said) -> bool:
    """Whether this is told as a refusal of a right message."""
    return one.answer == "refused" and one.sure


def test_a_refusal_is_its_own_who_said_its_id(talk: Talk) -> None:
    first, second = talk.say("ping", request="one"), talk.say("ping", request="two")
    talk.hear("error", request="two")
    talk.hear("pong", request="one")
    assert is_refused(second)
    assert first.answer == "answered"


def test_a_refusal_without_ids_is_its_own_who_alone_waits(talk: Talk) -> None:
    ping = talk.say("ping", request="one")
    talk.hear("error")
    assert is_refused(ping)


def test_an_error_that_says_a_run_is_for_whoever_named_that_run(talk: Talk) -> None:
    """An event of a run in between is taken for the answer to the cancel, for want of a better one."""
    talk.say("start", request="one")
    cancel, ping = talk.say("cancel", run="\u00e9"), talk.say("ping", request="two")
    talk.hear("started", request="one", run="r-1")
    talk.hear("thinking", run="r-1")
    talk.hear("error", run="\u00e9")
    talk.hear("pong", request="two")
    assert not is_refused(ping)
    assert cancel.answer in ("answered", "refused")


@pytest.mark.parametrize("first", ["cancel", "ping"])
def test_what_the_contract_declares_comes_before_any_order(talk: Talk, first: str) -> None:
    if first == "cancel":
        cancel, ping = talk.say("cancel", run="gone"), talk.say("ping", request="two")
    else:
        ping, cancel = talk.say("ping", request="two"), talk.say("cancel", run="gone")
    talk.hear("error", run="gone")
    assert ping.pending
    assert is_refused(cancel)
    talk.hear("pong", request="two")
    assert ping.answer == "answered"


def test_who_of_two_is_meant_nobody_knows(talk: Talk) -> None:
    first, second = talk.say("ping", request="one"), talk.say("ping", request="two")
    talk.hear("error")
    assert not is_refused(first)
    assert not is_refused(second)


def test_an_answer_of_its_own_after_all_is_no_refusal(talk: Talk) -> None:
    ping = talk.say("ping", request="one")
    talk.hear("error")
    assert is_refused(ping)
    talk.hear("pong", request="one")
    assert not is_refused(ping)


def test_an_error_may_be_about_a_run_that_is_under_way(talk: Talk) -> None:
    talk.say("start", request="one")
    talk.hear("started", request="one", run="r-1")
    ping = talk.say("ping", request="two")
    talk.hear("error")
    assert not is_refused(ping)


def test_an_error_that_names_a_run_is_not_about_what_names_none(talk: Talk) -> None:
    ping = talk.say("ping", request="two")
    talk.hear("error", run="r-7")
    assert not is_refused(ping)


def test_a_wrong_message_is_refused_before_right_ones(talk: Talk) -> None:
    right = talk.say("ping", request="one")
    wrong = talk.say("ping", breaks="required at /request")
    talk.hear("error")
    assert right.pending
    assert wrong.answer == "refused"


def test_a_run_s_end_answers_who_cancelled_it(talk: Talk) -> None:
    other, cancel = talk.say("cancel", run="r-1"), talk.say("cancel", run="r-2")
    talk.hear("cancelled", run="r-2")
    assert other.pending
    assert (cancel.answer, cancel.sure) == ("answered", True)


def test_a_number_is_an_id_only_where_one_is_said(contract: Contract) -> None:
    """A counter that happens to stand at the number of a message's id does not answer it."""
    talk = Talk(contract)
    first = talk.say("ping", request=5, breaks="type at /request")
    second = talk.say("ping", request=7, breaks="type at /request")
    talk.hear("error", seq=7)
    assert (first.answer, second.answer) == ("refused", "none")
    talk.hear("error", seq=5, reply_to=7)
    assert second.answer == "refused"
