"""What runs found, in real databases of Hypothesis'."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase, ReadOnlyDatabase

from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.explore.moves import Case, Connect, Cut, Move, Probe, Raw, Say
from wsrecord.live.finds import Finds

ROW = b"wsrecord-fuzz-1:shop"
ONE = Case((Say(event="open", value={"type": "open", "id": {"$new": 1}}),), "regressions")
TWO = Case((Connect(on=1, user=1), Probe(on=1, size=3)), "regressions")


class Desk:
    """A folder, and one run after the other over it."""

    def __init__(self, folder: Path) -> None:
        self.base = DirectoryBasedExampleDatabase(folder / "base")
        self.said: list[str] = []

    def run(self, base: ExampleDatabase | None = None) -> Finds:
        return Finds(base or self.base, "shop", self.said.append, "the database base")

    def rows(self) -> tuple[int, int]:
        return len(list(self.base.fetch(ROW))), len(list(self.base.fetch(ROW + b".secondary")))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def clean(text: bytes) -> bytes:
    return Redactor(nonce="0123", values={"API_KEY": "blue-orchid-7731"}).loosely(text)


def test_what_one_run_keeps_the_next_one_knows(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    again = desk.run()
    assert again.known() == [ONE]
    assert again.is_open(ONE)
    assert again.code(ONE) == "WS901"
    assert not again.is_open(TWO)


def test_it_stands_once_whatever_phase_found_it(desk: Desk) -> None:
    finds = desk.run()
    finds.keep(ONE, "WS901", clean)
    finds.keep(Case(ONE.moves, "valid"), "WS901", clean)
    desk.run().keep(Case(ONE.moves, "invalid"), "WS901", clean)
    assert desk.rows() == (1, 0)


def test_what_is_mended_is_taken_out_wherever_it_stands(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    desk.run().doubt(TWO, "WS902", clean)
    again = desk.run()
    assert again.known(users=2) == [ONE, TWO]
    for case in (ONE, TWO):
        again.forget(case)
        assert not again.is_open(case)
    assert desk.rows() == (0, 0)
    assert desk.run().known(users=2) == []


def test_what_is_in_doubt_moves_between_the_rows(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    again = desk.run()
    again.known()
    again.doubt(ONE, "WS901", clean)
    assert desk.rows() == (0, 1)
    third = desk.run()
    third.known()
    third.keep(ONE, "WS901", clean)
    assert desk.rows() == (1, 0)


def test_more_is_kept_in_doubt_than_one_run_tries(desk: Desk) -> None:
    finds = desk.run()
    for size in range(60):
        finds.doubt(Case((Probe(size=size),), "wire"), "WS901", clean)
    assert desk.rows() == (0, 60)
    assert len(desk.run().known()) == 20


def test_what_needs_more_users_than_there_are_waits(desk: Desk) -> None:
    desk.run().keep(TWO, "WS902", clean)
    again = desk.run()
    assert again.known(users=1) == []
    assert not again.is_open(TWO)
    assert desk.run().known(users=2) == [TWO]


def test_contracts_do_not_share_a_row(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    assert Finds(desk.base, "another", desk.said.append).known() == []


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff\x00",
        b"5",
        b"null",
        b"[]",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"phase": "valid"}',
        b'{"phase": "valid", "moves": [{"do": "dance"}], "code": "WS901"}',
        b'{"phase": "valid", "moves": [{"do": "say", "on": "x"}], "code": "WS901"}',
        b'{"phase": "valid", "moves": [{"do": "say", "data": "a"}], "code": "WS901"}',
        b'{"phase": "valid", "moves": [], "code": "WS901"}',
        b'{"phase": "valid", "moves": [{"do": "cut"}], "code": 5}',
        b'{"phase": "valid", "moves": [{"do": "cut"}]}',
        b'{"phase": "valid", "moves": 5, "code": "WS901"}',
    ],
)
def test_bytes_that_are_no_case_are_left_alone(value: bytes, desk: Desk) -> None:
    desk.base.save(ROW, value)
    desk.run().keep(ONE, "WS901", clean)
    finds = desk.run()
    assert finds.known() == [ONE]
    finds.forget(ONE)
    assert list(desk.base.fetch(ROW)) == [value]
    assert desk.said == []


def test_a_case_that_is_written_otherwise_is_read_and_taken_out(desk: Desk) -> None:
    desk.base.save(ROW, b'{"code":"WS903", "moves":\n[{"do":"cut"}], "phase":"mutate", "by": "another"}')
    finds = desk.run()
    (case,) = finds.known()
    assert case.moves == (Cut(),)
    finds.forget(case)
    assert desk.rows() == (0, 0)


@pytest.mark.parametrize(
    "move",
    [
        Say(value={"type": "open", "note": "it is blue-orchid-7731 indeed"}),
        Say(value={"type": "open", "password": "correct horse 9 battery"}),
        Say(data=b"\x00\x01blue-orchid-7731", binary=True),
        Say(value={"authorization": "Bearer abcdefghijklmnop0123456789"}),
        Raw(data=b"\x81\x10blue-orchid-7731", breaks="a frame with a mask"),
        Say(value={"token": "3q7x9zk2m4v8b1n6p5c0"}),
    ],
)
def test_a_case_with_a_secret_is_not_put_there_and_taken_out(move: Move, desk: Desk) -> None:
    secret = Case((move,), "valid")
    desk.run().keep(secret, "WS901", lambda text: text)  # before its name was known as a secret's
    again = desk.run()
    (case,) = again.known()
    again.keep(case, "WS901", clean)
    again.doubt(Case((Cut(), move), "valid"), "WS901", clean)
    assert desk.rows() == (0, 0)
    assert desk.said == ["the database base: a case that seems to hold a secret is not put there"]


def test_holes_are_no_secrets(desk: Desk) -> None:
    value = {"token": {"$given": ["welcome", "/token"]}, "message_id": {"$new": 1}, "max_tokens": 5}
    desk.run().keep(Case((Say(value=value),), "valid"), "WS901", clean)
    assert desk.rows() == (1, 0)


class Broken(ExampleDatabase):
    """One whose service is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def fetch(self, key: bytes) -> Iterable[bytes]:
        self.asked += 1
        raise ConnectionError("nobody\x1b[31m at home")

    def save(self, key: bytes, value: bytes) -> None:
        raise AssertionError("it was not asked again")

    delete = save


def test_a_database_that_fails_is_said_once_and_left_aside(desk: Desk) -> None:
    broken = Broken()
    finds = desk.run(broken)
    assert finds.known() == []
    assert finds.known() == []
    finds.keep(ONE, "WS901", clean)
    finds.forget(ONE)
    assert broken.asked == 1
    (said,) = desk.said
    assert said.startswith("the database base fails, and is left aside from here on: nobody")
    assert "\x1b" not in said


def test_one_that_may_only_be_read_is_only_read(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    finds = desk.run(ReadOnlyDatabase(desk.base))
    assert finds.known() == [ONE]
    finds.forget(ONE)
    finds.keep(TWO, "WS902", clean)
    assert desk.rows() == (1, 0)
    assert desk.said == []


def test_without_a_database_nothing_is_known() -> None:
    finds = Finds(None, "shop", print)
    finds.keep(ONE, "WS901", clean)
    assert finds.known() == []
    assert not finds.is_open(ONE)


def test_a_value_is_one_that_people_can_read(desk: Desk) -> None:
    desk.run().keep(ONE, "WS901", clean)
    (value,) = desk.base.fetch(ROW)
    said: Any = json.loads(value)
    assert said["code"] == "WS901"
    assert said["moves"] == [{"do": "say", "event": "open", "value": {"type": "open", "id": {"$new": 1}}}]
