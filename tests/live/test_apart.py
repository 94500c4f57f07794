"""Sessions that were recorded apart from the exchange that gave them their token."""

from pathlib import Path

import pytest
from live.recorded import Recorded

from wsrecord.live.apart import apart

TOKEN, ROOM = "wsr-0123456789ab-access_token-2", "0b5e7c1a-41f7-4f6e-9d52-c7a1d0e3b101"


def session(path: str) -> Recorded:
    return Recorded().upgrade(1, path).server({"type": "welcome"}).close()


def written(folder: Path, **told: Recorded) -> list[str]:
    return [path.stem for path in apart([one.save(folder / f"{name}.wsr") for name, one in told.items()])]


@pytest.mark.parametrize(
    ("upgrade", "expected"),
    [
        (f"/ws?token={TOKEN}", ["ws"]),
        (f"/rooms/{ROOM}/ws", ["ws"]),
        ("/ws?token=none", []),
        ("/ws?kind=application", []),
    ],
)
def test_what_another_cassette_gave_is_missed(tmp_path: Path, upgrade: str, expected: list[str]) -> None:
    login = Recorded().ask("/login", {"user": "ada"}, {"token": TOKEN, "room": ROOM, "kind": "application"})
    assert written(tmp_path, http=login, ws=session(upgrade)) == expected


def test_what_the_client_had_before_is_not_missed(tmp_path: Path) -> None:
    echoed = Recorded().ask("/me", {"token": TOKEN}, {"token": TOKEN})
    assert written(tmp_path, http=echoed, ws=session(f"/ws?token={TOKEN}")) == []


def test_a_login_in_the_same_cassette_is_enough(tmp_path: Path) -> None:
    both = Recorded().ask("/login", {}, {"token": TOKEN}).upgrade(2, f"/ws?token={TOKEN}").close(session=2)
    assert written(tmp_path, both=both, http=Recorded().ask("/login", {}, {"token": TOKEN})) == []


def test_what_can_not_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "bad.wsr").write_text("no cassette")
    assert apart([tmp_path / "bad.wsr", tmp_path / "none.wsr"]) == []
