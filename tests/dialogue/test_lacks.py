"""What came in place of a value that a request should have given."""

import pytest
from dialogue.recordings import Writer

from wsrecord.dialogue.lacks import lack
from wsrecord.dialogue.script import script

TOKEN = "tkn-4f3c9a1b7d2e8a6c"


def login(writer):
    dialogue = script(writer.end().recording)
    [token] = (one for one in dialogue.variables if one.value == TOKEN)
    return dialogue, token


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "POST /login was answered with 401 (200 in the recording), without token"),
        (200, "POST /login was answered with 200, without token"),
        (None, "POST /login was not answered, and it gives token"),
    ],
)
def test_what_a_login_was_answered_with_instead(status, expected):
    writer = Writer().exchange("POST", "/login?quiet=1", {}, {"token": TOKEN}).open(1, f"/ws?token={TOKEN}")
    dialogue, token = login(writer)
    assert lack(dialogue, token, {}) is None
    assert lack(dialogue, token, {dialogue.steps[0].number: status}) == expected


def test_what_something_else_gives_too_may_come_yet():
    writer = Writer().exchange("POST", "/login", {}, {"token": TOKEN}).open(1)
    writer.server({"type": "welcome", "token": TOKEN}).client({"type": "join", "token": TOKEN})
    dialogue, token = login(writer)
    assert len(token.sources) == 2
    assert lack(dialogue, token, {dialogue.steps[0].number: 401}) is None


def test_the_second_of_two_requests_may_give_it_yet():
    writer = (
        Writer().exchange("POST", "/a", {}, {"token": TOKEN}).exchange("POST", "/b", {}, {"token": TOKEN})
    )
    dialogue, token = login(writer.open(1, f"/ws?token={TOKEN}"))
    first, second, *_ = dialogue.steps
    assert lack(dialogue, token, {first.number: 401}) is None
    assert (lack(dialogue, token, {first.number: 401, second.number: 200}) or "").startswith("POST /a ")
