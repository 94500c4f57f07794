"""Which user needs which secrets, and what a given header stands for."""

from live.recorded import Recorded

from wsrecord.dialogue.script import script
from wsrecord.live.casting import Actor
from wsrecord.live.credentials import Purse
from wsrecord.live.rehearsal import Piece

ADA, GRACE = "wsr-0123456789ab-token-1", "wsr-0123456789ab-token-2"
KEY = "wsr-0123456789ab-key-3"


def actor(told: Recorded) -> Actor:
    recording = told.recording
    return Actor(Piece(name="a.wsr", recorded=recording, dialogue=script(recording)))


def test_each_user_needs_its_own() -> None:
    told = Recorded().upgrade(1, x_token=ADA).close(session=1).upgrade(2, x_token=GRACE).close(session=2)
    cast = actor(told)
    assert {user: [placeholder for _, placeholder in wanted] for user, wanted in cast.wanted.items()} == {
        "": [], "1": [ADA], "2": [GRACE],
    }  # fmt: skip
    assert cast.user(2) == "2"
    assert cast.user(99) == ""


def test_a_given_header_or_parameter_stands_for_the_secret_in_it_and_only_there() -> None:
    told = Recorded().upgrade(1, f"/ws?api_key={KEY}", x_token=ADA).close()
    cast = actor(told)
    [user] = [user for user, wanted in cast.wanted.items() if wanted]
    assert len(cast.missing(user, Purse())) == 2
    both = Purse(given_headers=(("X-Token", "t"),), given_query=(("api_key", "k"),))
    assert cast.missing(user, both) == []
    assert len(cast.missing(user, Purse(given_headers=(("X-Other", "t"),)))) == 2
    said = Recorded().upgrade(1, x_token=ADA).client({"type": "auth", "token": ADA}).close()
    [user] = [user for user, wanted in actor(said).wanted.items() if wanted]
    assert len(actor(said).missing(user, Purse(given_headers=(("X-Token", "t"),)))) == 1
