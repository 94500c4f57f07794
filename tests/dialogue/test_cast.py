"""Whose each connection of a recording is."""

from pathlib import Path

from judge.transcript import contract
from live.recorded import Recorded

from wsrecord.contract.model import Contract
from wsrecord.dialogue.cast import cast
from wsrecord.dialogue.script import script

ADA, GRACE = "wsr-0123456789ab-token-1", "wsr-0123456789ab-token-2"
RESUME = "7f3e9c55a1b24d0f8e6b"


def whose(told: Recorded, *contracts: Contract) -> dict[int, str]:
    return dict(cast(told.recording, script(told.recording, contracts)))


def session(told: Recorded, number: int, path: str = "/ws", user: str = "", **headers: str) -> Recorded:
    told.upgrade(number, path, **headers)
    return told.server({"type": "hello", "user": user, "resume": RESUME}, session=number)


def test_one_user_has_no_name() -> None:
    told = session(Recorded(), 1, authorization=ADA)
    assert whose(session(told, 2, authorization=ADA)) == {1: "", 2: ""}
    assert whose(Recorded().upgrade().close()) == {}


def test_several_users_are_numbered_as_they_come() -> None:
    told = session(session(Recorded(), 1, authorization=GRACE), 2, authorization=ADA)
    assert whose(session(told, 3, authorization=GRACE)) == {1: "1", 2: "2", 3: "1"}


def test_a_contract_knows_their_names(tmp_path: Path) -> None:
    rules = contract(tmp_path, "server: {hello: null}\nisolation: {user: hello#/user, values: [/user]}")
    told = session(session(Recorded(), 1, user="ada"), 2, user="grace")
    assert whose(told, rules) == {1: "ada", 2: "grace"}


def test_who_comes_back_with_a_resume_token_is_who_left(tmp_path: Path) -> None:
    rules = contract(tmp_path, "server: {hello: null}\nisolation: {user: hello#/user, values: [/user]}")
    told = session(session(Recorded(), 1, user="ada"), 2, user="grace").close(session=1)
    told.upgrade(3, f"/ws?resume={RESUME}").close(session=3)
    assert whose(told, rules)[3] in ("ada", "grace")


def test_a_login_is_whose_token_it_gives() -> None:
    told = Recorded()
    for number, token in ((1, ADA), (2, GRACE)):
        told.ask("/login", {"name": "x"}, {"access_token": token}, connection=number)
        told.upgrade(number + 10, authorization=f"Bearer {token}").server(
            {"type": "hello"}, session=number + 10
        )
    assert whose(told) == {1: "1", 11: "1", 2: "2", 12: "2"}
