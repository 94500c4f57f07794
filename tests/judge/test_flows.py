"""Faults of flows as findings, and the same fault not told twice."""

from pathlib import Path

import pytest
from judge.transcript import codes, contract, judged

from wsrecord.contract.model import Contract

TEXT = """
server: {start: null, step: {required: [run_id]}, call: null, result: null, done: null, stop: null}
client: {ask: null, cancel: null}
keys: {run: /run_id, call: /call_id}
flows:
  run: {key: run, order: start (step | cancel)* (done | stop)}
  tool: {key: [run, call], inside: run, but: stop, order: call result}
"""


@pytest.fixture
def runs(tmp_path: Path) -> Contract:
    return contract(tmp_path, TEXT)


def test_a_run_that_keeps_its_order_is_left_alone(runs: Contract) -> None:
    said = ("< start run_id=a", "< call run_id=a call_id=c", "< step run_id=a", "< result run_id=a call_id=c")
    assert judged(runs, *said, "< done run_id=a") == []


def test_a_finding_says_what_came_what_was_allowed_and_where(runs: Contract) -> None:
    (found,) = judged(runs, "< start run_id=a", "< done run_id=a", "< step run_id=a", "< step run_id=a")
    assert found.code == "WS203"
    assert found.message == "run a: step came after the end, which was done"
    assert (found.flow, found.instance, found.place.number, found.got) == ("run", "run a", 3, "step")
    assert [line.name for line in found.context if line.here] == ["step"]


def test_an_end_says_what_is_missing(runs: Contract) -> None:
    (found,) = judged(runs, "< start run_id=a", "< step run_id=a", "x server 1000")
    assert found.code == "WS207"
    assert found.message == "run a never ended: done or stop is missing"
    assert found.got == "the end of the session, by the server"


def test_a_client_that_leaves_first_cuts_a_flow_and_nobody_failed(runs: Contract) -> None:
    (found,) = judged(runs, "< start run_id=a", "x client 1000")
    assert (found.code, found.severity) == ("WS208", "info")


def test_what_is_open_inside_an_open_run_is_not_told_again(runs: Contract) -> None:
    found = judged(runs, "< start run_id=a", "< call run_id=a call_id=c", "x server 1000")
    assert [one.instance for one in found] == ["run a"]


def test_a_run_cut_by_a_dropped_connection_is_the_connection_s_fault(runs: Contract) -> None:
    assert codes(judged(runs, "< start run_id=a", "x server")) == ["WS412"]
    assert codes(judged(runs, "< start run_id=a", "x server 1011")) == ["WS411"]


@pytest.mark.parametrize("came", ["<< {no json", "< finished run_id=a", "< done run=a"])
def test_an_end_that_came_as_something_else_is_not_missed(runs: Contract, came: str, tmp_path: Path) -> None:
    strict = contract(tmp_path, TEXT.replace("done: null", "done: {required: [run_id]}"))
    found = judged(strict, "< start run_id=a", came, "x server 1000")
    assert len(found) == 1
    assert not found[0].code.startswith("WS2")


def test_an_unknown_event_of_another_run_excuses_nothing(runs: Contract) -> None:
    found = judged(runs, "< start run_id=a", "< finished run_id=b", "x server 1000")
    assert codes(found) == ["WS207", "WS102"]


def test_what_began_after_a_hole_is_judged(runs: Contract) -> None:
    found = judged(runs, "<< {no json", "< start run_id=a", "x server 1000")
    assert codes(found) == ["WS111", "WS207"]


def test_a_hole_stands_for_one_event_only(runs: Contract) -> None:
    found = judged(runs, "< start run_id=a", "< start run_id=b", "<< {no json", "x server 1000")
    assert sorted(codes(found)) == ["WS111", "WS207"]


def test_an_outcome_under_a_wrong_key_is_one_fault(runs: Contract) -> None:
    said = ("< start run_id=a", "< call run_id=a call_id=c", "< result run_id=a call_id=x", "< done run_id=a")
    assert codes(judged(runs, *said)) == ["WS201"]


def test_a_user_s_run_goes_on_over_two_sessions(tmp_path: Path) -> None:
    text = """
server: {hello: null, start: null, done: null}
keys: {run: /run_id, id: /id}
flows: {run: {key: run, scope: user, dedupe: id, order: start done}}
isolation: {user: hello#/user, values: [/user]}
"""
    both = contract(tmp_path, text)
    first = ("1|< hello user=ada", "1|< start run_id=a id=1", "1|x client 1000")
    again = ("2|< hello user=ada", "2|< start run_id=a id=1", "2|< done run_id=a id=2")
    assert judged(both, *first, *again) == []
    other = ("2|< hello user=bob", "2|< done run_id=a id=2")
    assert codes(judged(both, *first, *other)) == ["WS208", "WS201"]
    assert codes(judged(both, "1|< hello user=ada", "1|< start run_id=a id=1", "1|x server 1000")) == [
        "WS207"
    ]


def test_what_lies_inside_a_faulty_child_is_excused_with_it(tmp_path: Path) -> None:
    nested = contract(
        tmp_path,
        """
server: {r: null, i: null, j: null, p: null, q: null, done: null, cut: null}
keys: {i: /i, p: /p}
flows:
  run: {order: r (done | cut)}
  item: {key: [i], inside: run, but: cut, order: i j}
  part: {key: [i, p], inside: item, order: p q}
""",
    )
    assert codes(judged(nested, "< r", "< i i=1", "< p i=1 p=1", "< cut", "x server 1000")) == []
    doubled = judged(nested, "< r", "< i i=1", "< i i=1", "< p i=1 p=1", "< cut", "x server 1000")
    assert codes(doubled) == ["WS202"]


def test_a_key_that_two_flows_miss_is_told_once(tmp_path: Path) -> None:
    two = contract(
        tmp_path,
        """
server: {a: null, b: null}
keys: {k: /k, m: /m}
flows: {f: {key: k, order: a b}, g: {key: [k, m], order: a b}}
""",
    )
    assert codes(judged(two, "< a m=1")) == ["WS204"]


R, S = "< result run_id=a call_id=", "< start run_id=a"
CALLS = [
    ((S, f"{R}x", f"{R}y", f"{R}z", "< done run_id=a"), ["WS201"] * 3),
    (
        (S, f"{R}x", "< call run_id=a call_id=x", f"{R}y", "< call run_id=a call_id=y", "< done run_id=a"),
        ["WS201"] * 2,
    ),
    (("< done run_id=a", "< done run_id=b", "< done run_id=c"), ["WS201"] * 3),
    ((S, "<< {oops", f"{R}x", f"{R}y", f"{R}z", "< done run_id=a"), ["WS111", "WS201", "WS201"]),
    ((S, ">> {oops", f"{R}x", f"{R}y", "< done run_id=a"), ["WS111", "WS201", "WS201"]),
    # One event under a wrong key: what it misses and where it came are one fault.
    ((S, "< call run_id=a call_id=x", f"{R}y", "< done run_id=a"), ["WS201"]),
    ((S, "< call run_id=a call_id=x", f"{R}y", f"{R}z", "< done run_id=a"), ["WS201", "WS201"]),
    # A run that never began is one fault, whatever should have been inside it.
    (("< call run_id=a call_id=x", f"{R}x", "< call run_id=a call_id=y", f"{R}y"), ["WS205"]),
    (("< call run_id=a call_id=x", f"{R}x", "< call run_id=b call_id=y"), ["WS205", "WS205"]),
]


@pytest.mark.parametrize(("said", "expected"), CALLS)
def test_each_instance_has_its_own_fault(runs: Contract, said: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(codes(judged(runs, *said))) == sorted(expected)
