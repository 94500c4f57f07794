"""What a run of `fuzz` tells: no secret that was given or heard, and no part of one that was cut."""

import base64
from typing import Any

import pytest

from wsrecord.cassette.model import Message, Opcode, Request
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.explore.moves import Case, Say
from wsrecord.judge.finding import ContextLine, Finding, Place
from wsrecord.live.discretion import Discretion

GIVEN = "correct horse battery"
HEARD = "Tok3nThatTheServerGave"


def redactor() -> Redactor:
    return Redactor(nonce="0a1b2c3d4e5f", values={"password": GIVEN})


@pytest.fixture
def discretion() -> Discretion:
    found = Discretion(lambda: {"password": GIVEN}, redactor)
    said = f'{{"token": "{HEARD}"}}'.encode()
    found.learn([Message(t=0, session=1, sender="server", opcode=Opcode.TEXT, payload=said)])
    return found


def test_every_text_of_a_finding_is_looked_through(discretion: Discretion) -> None:
    said = f"{HEARD} {base64.b64encode(GIVEN.encode()).decode()}"
    finding = Finding(
        code="WS101",
        severity="breaking",
        message=said,
        place=Place(event=HEARD, pointer=f"/{HEARD}", session=1),
        expected=said,
        got=said,
        context=(ContextLine(0, "server", HEARD, said),),
        flow="talk",
        instance=f"talk {HEARD}",
        extra={"what": said, "all": [said, {HEARD: 5}]},
    )
    told = discretion.finding(finding)
    for one in (HEARD, base64.b64encode(GIVEN.encode()).decode()):
        assert one not in repr(told)
    assert (told.code, told.place.session, told.flow) == ("WS101", 1, "talk")


def test_a_finding_without_secrets_stays_as_it_is(discretion: Discretion) -> None:
    finding = Finding(
        code="WS907",
        severity="breaking",
        message="auth, which breaks required at /password",
        expected="a refusal",
        got='"welcome"',
        extra={"breaks": "required at /password"},
    )
    assert discretion.finding(finding) == finding


@pytest.mark.parametrize("text", [f'got "{HEARD[:9]}…', f"…{HEARD[-7:]} x", f'a {GIVEN[:12]}… and "b"'])
def test_what_is_left_of_a_secret_that_was_cut_goes(discretion: Discretion, text: str) -> None:
    told = discretion.texts()(text)
    assert "…" in told
    assert not any(part in told for part in (HEARD[:4], HEARD[-4:], GIVEN[:4]))


def test_what_a_case_made_up_under_a_telling_name_stays(discretion: Discretion) -> None:
    case = Case((Say(value={"password": "wsr-0123456789ab-password-3", "pin": "made-up-9x7y5z"}),))
    assert discretion.case(case, redactor().secret) == case
    assert discretion.values(b'{"password": "made-up-9x7y5z"}') == b'{"password": "made-up-9x7y5z"}'


def test_a_known_value_in_a_case_gets_a_placeholder(discretion: Discretion) -> None:
    case = Case((Say(value={"text": f"I say {GIVEN}"}), Say(data=HEARD.encode())))
    told = str(discretion.case(case, redactor().secret).moves)
    assert GIVEN not in told
    assert HEARD not in told
    assert "wsr-0a1b2c3d4e5f-" in told
    assert discretion.values(HEARD.encode()) != HEARD.encode()


def test_what_a_recording_says_unredacted_is_known() -> None:
    found = Discretion(dict, lambda: Redactor(nonce="0a1b2c3d4e5f"))
    more: dict[str, Any] = {"t": 0, "session": 1, "opcode": Opcode.TEXT}
    heard = [Message(sender="client", payload=b'{"password": "blue-paper-hat"}', **more)]
    found.learn(heard)
    assert found.values(b"blue-paper-hat") == b"blue-paper-hat", "a made-up case said it"
    found.recorded(heard)
    assert found.values(b"blue-paper-hat") != b"blue-paper-hat"


def test_the_way_in_is_known(discretion: Discretion) -> None:
    more: dict[str, Any] = {"connection": 0, "exchange": 1, "began": 0, "t": 0}
    discretion.learn(
        [Request(method="GET", path="/", headers=(("Cookie", "session=oatmeal-biscuit"),), **more)]
    )
    assert "oatmeal" not in discretion.texts()("who has oatmeal-biscuit?")
