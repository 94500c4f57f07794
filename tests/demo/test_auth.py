import random

import pytest

from wsrecord.demo.auth import USERS, Auth, TokenError

ADA = USERS["ada"]


def auth(now: list[float], seed: int = 1) -> Auth:
    return Auth(random.Random(seed), lambda: now[0], token_ttl=60)


def test_only_the_right_password_opens():
    door = auth([0.0])
    assert door.user("ada", "analytical") == ADA
    assert door.user("ada", "compiler") is None
    assert door.user("nobody", "analytical") is None
    assert door.user("nobody", "\0") is None
    assert door.user("ada", "\ud800") is None


def test_a_token_says_whose_it_is_until_it_expires():
    now = [1000.0]
    door = auth(now)
    token = door.token(ADA)
    now[0] = 1059.9
    assert door.user_id(token) == "user-ada"
    now[0] = 1060.0
    with pytest.raises(TokenError) as error:
        door.user_id(token)
    assert error.value.code == "token_expired"


def test_a_token_of_another_server_is_forged():
    with pytest.raises(TokenError) as error:
        auth([0.0]).user_id(auth([0.0], seed=2).token(ADA))
    assert error.value.code == "token_invalid"


def test_no_changed_character_goes_unnoticed():
    door = auth([0.0])
    token = door.token(ADA)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(TokenError, match="not one of this server's"):
            door.user_id(changed)


@pytest.mark.parametrize(
    ("token", "code"), [(None, "token_missing"), ("", "token_missing"), ("é.\ud800", "token_invalid")]
)
def test_what_is_no_token_has_a_code(token, code):
    with pytest.raises(TokenError) as error:
        auth([0.0]).user_id(token)
    assert error.value.code == code
