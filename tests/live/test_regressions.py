"""How the users of a kept failure come in: each as in the cassette that it was kept in."""

from live.recorded import Recorded

from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.explore.kept import Kept
from wsrecord.explore.moves import Case, Connect, Move, Say
from wsrecord.live.casting import Actor
from wsrecord.live.credentials import Purse
from wsrecord.live.regressions import ways
from wsrecord.live.rehearsal import Piece

ADA, GRACE, SAID = (f"wsr-0123456789ab-token-{number}" for number in (1, 2, 3))
TWO = Recorded().ask("/login", {"user": "ada"}, {"ok": True}).upgrade(1, x_token=ADA).close(session=1)
TWO.ask("/login", {"user": "grace"}, {"ok": True}, connection=2).upgrade(2, x_token=GRACE).close(session=2)


def piece(told: Recorded, *moves: Move, contract: Contract | None = None) -> Piece:
    recording = told.recording
    return Piece(
        name="kept.wsr",
        recorded=recording,
        dialogue=script(recording),
        contracts=() if contract is None else (contract,),
        kept=Kept(case=Case(moves)),
    )


def test_each_user_has_a_way_with_the_login_and_the_secrets_of_both() -> None:
    kept = piece(TWO, Say(event="ask"), Connect(on=1, user=1), Say(on=1, event="ask"))
    actor = Actor(kept)
    purses = {"": Purse(), "1": Purse({"token-1": "a"}), "2": Purse({"token-2": "g"})}
    first, second = ways(kept, actor, purses)
    assert [way.session for way in (first, second)] == [1, 2]
    for way, logins in ((first, 1), (second, 2)):
        asks, connect = way.steps
        assert connect is not None
        assert (len(asks), connect.session) == (logins, way.session)
        assert way.purse.value("token", ADA) == "a"
        assert way.purse.value("token", GRACE) == "g"


def test_one_who_comes_back_came_in_plainly_at_first() -> None:
    kept = piece(TWO, Connect(on=7, query={"after": "x"}), Connect(on=8, user=0))
    (way,) = ways(kept, Actor(kept), {"": Purse(), "1": Purse(), "2": Purse()})
    assert way.session == 2


def test_what_its_client_only_says_is_no_secret_that_is_asked_for() -> None:
    told = Recorded().upgrade(1, x_token=ADA).client({"type": "auth", "token": SAID}).close()
    kept = piece(told, Say(event="auth"))
    wanted = {placeholder for listed in Actor(kept).wanted.values() for _, placeholder in listed}
    assert wanted == {ADA}
