"""From cassettes to profiles: the checked-in recordings of the demo's agent."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from judge.drift.stream import told

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.recording import Recording, load
from wsrecord.contract.load import load as load_contract
from wsrecord.contract.shipped import agent_contract
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.hear import closing, ears, opening, profile
from wsrecord.judge.drift.options import Options
from wsrecord.judge.drift.oracle import ContractOracle
from wsrecord.judge.drift.profile import Closing, Opening

FOLDER = Path(__file__).parents[3] / "cassettes"
NAMES = ("plain", "two-tools", "a-tool-fails")
PAIRS = list(permutations(NAMES, 2))


def recording(name: str) -> Recording:
    return load(FOLDER / f"{name}.wsr.jsonl")


def compared(recorded: Recording, live: Recording, *, contract: bool) -> list[Drift]:
    made = load_contract(agent_contract()) if contract else None
    reading = ears(recorded.sessions, made)
    options = Options(match="contract" if made else "shape")
    oracle = ContractOracle(made) if made else None
    return compare(profile([recorded], reading), profile([live], reading), options, oracle)


@pytest.mark.parametrize("contract", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_against_itself_gives_nothing(name: str, contract: bool) -> None:
    assert not compared(recording(name), recording(name), contract=contract)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_other_tools_and_other_endings_are_remarks_where_a_contract_allows_them(one: str, other: str) -> None:
    found = compared(recording(one), recording(other), contract=True)
    assert found
    assert all(drift.severity == "info" for drift in found), told(found)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_without_a_contract_no_field_of_theirs_is_missed(one: str, other: str) -> None:
    found = compared(recording(one), recording(other), contract=False)
    assert {drift.code.slug for drift in found if drift.severity != "info"} <= {"event-gone", "event-new"}, (
        told(found)
    )


def changed(recorded: Recording, before: bytes, after: bytes) -> Recording:
    """The recording with some bytes of its messages exchanged."""
    sessions = [
        replace(
            session,
            messages=[
                replace(message, payload=message.payload.replace(before, after))
                if message.opcode in (Opcode.TEXT, Opcode.BINARY)
                else message
                for message in session.messages
            ],
        )
        for session in recorded.sessions
    ]
    return replace(recorded, sessions=sessions)


def test_a_field_renamed_in_a_cassette_is_found_with_its_message() -> None:
    live = changed(recording("two-tools"), b'"step"', b'"step_number"')
    (drift,) = compared(recording("two-tools"), live, contract=False)
    assert (drift.code.slug, drift.event, drift.pointer) == ("field-renamed", "agent_thinking", "/step")
    found = drift.finding("two-tools.wsr", "agent-chat")
    assert (found.place.cassette, found.place.session, found.contract) == ("two-tools.wsr", 1, "agent-chat")
    number = found.place.number
    assert number is not None
    assert b"agent_thinking" in live.sessions[0].messages[number - 1].payload
    assert found.extra == {"to": "/step_number", "recorded": {"session": 1, "number": number}}


def test_a_session_s_opening_and_end_are_read() -> None:
    session = recording("plain").sessions[0]
    assert opening(session) == Opening(101, "agent.v1", frozenset({"permessage-deflate"}))
    assert closing(session) == Closing("client", 1000)
    silent = [message for message in session.messages if message.opcode is not Opcode.CLOSE]
    assert closing(replace(session, messages=silent)) == Closing("server")
    assert closing(replace(session, messages=silent, ended=[])) == Closing("recorder")
    assert closing(replace(session, response=None)) is None
    assert opening(replace(session, response=None)) == Opening(None)


def test_a_protocol_of_plain_text_is_compared_too() -> None:
    def said(*texts: str) -> Recording:
        session = recording("plain").sessions[0]
        messages = [
            Message(t=n, session=1, sender="server", opcode=Opcode.TEXT, payload=text.encode())
            for n, text in enumerate(texts)
        ]
        return replace(recording("plain"), sessions=[replace(session, messages=messages)])

    assert not compared(said("hello", "world"), said("hello", "you"), contract=False)
    assert not compared(said(), said(), contract=False)
