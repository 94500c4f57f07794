"""Units by themselves."""

from pathlib import Path

from judge.transcript import NONCE, codes, contract, judged

STRICT = """
server:
  done:
    required: [run_id, n]
    properties: {type: true, run_id: {type: string, maxLength: 8}, n: {type: integer}, o: {type: object}}
    additionalProperties: false
"""


def test_a_renamed_field_is_one_finding(tmp_path: Path) -> None:
    (found,) = judged(contract(tmp_path, STRICT), "< done runid=a n=1")
    assert (found.code, found.place.pointer, found.got) == ("WS101", "/run_id", "nothing")
    assert 'there is "runid", is it that one?' in found.message


def test_two_wrong_values_are_two_findings(tmp_path: Path) -> None:
    found = judged(contract(tmp_path, STRICT), '< done run_id=1 n="x"')
    assert [one.place.pointer for one in found] == ["/run_id", "/n"]
    assert (found[1].expected, found[1].got) == ("integer", '"x"')


def test_a_fault_at_a_placeholder_is_dropped(tmp_path: Path) -> None:
    assert judged(contract(tmp_path, STRICT), f"< done run_id=wsr-{NONCE}-token-1 n=1") == []
    assert codes(judged(contract(tmp_path, STRICT), "< done run_id=wsr-ffffffffffff-token-1 n=1")) == [
        "WS101"
    ]


def test_the_policy_for_what_is_unknown_is_kept(tmp_path: Path) -> None:
    def weight(policy: str) -> list[str]:
        found = judged(contract(tmp_path, f"server: {{done: null}}\nunknown: {policy}"), "< more")
        return [one.severity for one in found]

    assert (weight("allow"), weight("warn"), weight("error")) == ([], ["warning"], ["breaking"])


def test_what_may_be_meant_is_said(tmp_path: Path) -> None:
    two = contract(tmp_path, "server: {done: null}\nclient: {ask: null}")
    assert [one.message for one in judged(two, "< doen", "< ask")] == [
        'the contract has no event "doen" of the server; did it mean done?',
        'the contract has no event "ask" of the server; only the other side may send it',
    ]


def test_a_unit_that_two_events_are_names_both(tmp_path: Path) -> None:
    text = "server: {a: {when: {/x: {present: true}}}, b: {when: {/y: {present: true}}}}"
    (found,) = judged(contract(tmp_path, text), "< any x=1 y=1")
    assert found.code == "WS104"
    assert "server:a" in found.message
    assert "server:b" in found.message


SPANS = "codec: {ndjson: {spans: true}}\nserver: {a: null}"


def test_a_unit_that_was_begun_when_the_client_left_is_nobody_s_fault(tmp_path: Path) -> None:
    wanted = contract(tmp_path, SPANS)
    (found,) = judged(wanted, '<< {"type": "a"}', "<< {", "x client 1000")
    assert (found.code, found.severity) == ("WS116", "info")
    (found,) = judged(wanted, '<< {"type": "a"}', "<< {", "x server 1000")
    assert (found.code, found.severity) == ("WS116", "breaking")


def test_a_text_can_t_keep_a_pattern_busy(tmp_path: Path) -> None:
    wanted = contract(tmp_path, 'server: {a: {properties: {s: {pattern: "^(a+)+$"}}}}')
    (found,) = judged(wanted, f'<< {{"type": "a", "s": "{"a" * 60}!"}}')
    assert found.code == "WS101"
