"""Replies of JSON-RPC that answer nothing."""

from pathlib import Path

import pytest
from judge.transcript import codes, contract, judged

from wsrecord.contract.model import Contract

RPC = """
codec: json-rpc
client: {list: null}
server: {list/result: null, list/error: null}
keys: {request: [/id]}
flows: {request: {key: request, order: list (list/result | list/error)}}
"""
ASKED = '>> {"id": 1, "method": "list"}'


@pytest.fixture
def wanted(tmp_path: Path) -> Contract:
    return contract(tmp_path, RPC)


def test_a_wrong_id_is_one_finding_and_breaking(wanted: Contract) -> None:
    (found,) = judged(wanted, ASKED, '<< {"id": 1001, "result": 0}', "x server 1000")
    assert (found.code, found.severity, found.place.pointer, found.got) == (
        "WS122",
        "breaking",
        "/id",
        "1001",
    )
    assert "id 1001, which nobody asked" in found.message


def test_an_answer_that_comes_twice_is_one_too(wanted: Contract) -> None:
    assert codes(judged(wanted, ASKED, *['<< {"id": 1, "result": 0}'] * 2)) == ["WS122"]


def test_it_counts_where_what_is_unknown_is_allowed(tmp_path: Path) -> None:
    lenient = contract(tmp_path, f"{RPC}\nunknown: allow")
    assert codes(judged(lenient, ASKED, '<< {"id": "1", "result": 0}')) == ["WS122"]


def test_an_error_without_an_id_answers_what_could_not_be_read(wanted: Contract) -> None:
    assert "WS122" not in codes(judged(wanted, '<< {"id": null, "error": {"code": -32700}}'))


def test_the_request_may_be_one_that_could_not_be_read(wanted: Contract) -> None:
    assert "WS122" not in codes(judged(wanted, '>> {"id": 1, "method": ', '<< {"id": 1, "result": 0}'))


def test_a_contract_may_name_replies_to_nothing(tmp_path: Path) -> None:
    named = contract(tmp_path, "codec: json-rpc\nserver: {result: null}")
    assert judged(named, '<< {"id": 7, "result": 0}') == []


def test_another_protocol_may_call_its_events_so(tmp_path: Path) -> None:
    other = contract(tmp_path, "server: {done: null}")
    assert codes(judged(other, '<< {"type": "result", "id": 7}')) == ["WS102"]
