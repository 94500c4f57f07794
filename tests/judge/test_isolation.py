"""What one user sees of another."""

from pathlib import Path

from judge.transcript import codes, contract, judged

NAMED = (
    "server: {hello: null, done: null}\nclient: {ask: null}\n"
    "isolation: {user: hello#/user, values: [/user, /id]"
)


def test_each_leak_between_two_users_is_told_once(tmp_path: Path) -> None:
    said = ("1|< hello user=ada", "2|< hello user=bob", "1|< done id=i1", "2|< done id=i1", "2|< done id=i1")
    (found,) = judged(contract(tmp_path, NAMED + "}"), *said)
    assert found.code == "WS311"
    assert found.message == 'done in a session of "bob" carries /id of "ada", as do 1 more events'
    assert found.context[0].name == "done"


def test_what_is_shared_or_the_same_user_s_or_said_by_the_client_is_left_alone(tmp_path: Path) -> None:
    both = ("1|< hello user=ada", "2|< hello user=bob", "1|< done id=i1")
    assert judged(contract(tmp_path, NAMED + ", shared: done#/id}"), *both, "2|< done id=i1") == []
    mine = contract(tmp_path, NAMED + "}")
    assert judged(mine, "1|< hello user=ada", "2|< hello user=ada", "1|< done id=i1", "2|< done id=i1") == []
    assert judged(mine, *both, "2|> ask id=i1", "2|< done id=i1") == []


def test_a_user_s_name_is_his_even_where_another_saw_it_first(tmp_path: Path) -> None:
    said = ("1|< hello user=ada", "1|< done user=bob", "2|< hello user=bob")
    found = judged(contract(tmp_path, NAMED + "}"), *said)
    assert [(one.code, one.place.session) for one in found] == [("WS311", 1)]


def test_without_a_place_for_users_their_credentials_tell(tmp_path: Path) -> None:
    plain = contract(tmp_path, "server: {done: null}\nisolation: {values: [/id]}")
    headers = [("Authorization", "Bearer wsr-0123456789ab-token-1")]
    assert judged(plain, "1|< done id=i1", "2|< done id=i1", headers=headers) == []
    assert codes(judged(plain, "1|< done id=i1")) == ["WS312"]


def test_users_who_are_numbers_are_known_by_them(tmp_path: Path) -> None:
    said = ("1|< hello user=1", "2|< hello user=2", "1|< done user=2", "2|< done user=2")
    found = judged(contract(tmp_path, NAMED + "}"), *said)
    assert [(one.code, one.place.session) for one in found] == [("WS311", 1)]


ELSEWHERE = ("1|< hello user=ada", "2|< hello user=bob", "1|< done id=thread-0001")


def test_another_s_value_may_stand_nowhere(tmp_path: Path) -> None:
    wanted = contract(tmp_path, NAMED + "}")
    (found,) = judged(wanted, *ELSEWHERE, '2|<< {"type": "done", "deep": [{"of": "thread-0001"}]}')
    assert (found.code, found.place.pointer) == ("WS311", "/deep/0/of")


def test_what_is_short_or_part_of_a_text_is_no_leak(tmp_path: Path) -> None:
    wanted = contract(tmp_path, NAMED + "}")
    said = ('2|<< {"type": "done", "text": "see thread-0001", "by": "ada"}', "2|> ask id=thread-0001")
    assert judged(wanted, *ELSEWHERE, *said, '2|<< {"type": "done", "other": "thread-0001"}') == []
