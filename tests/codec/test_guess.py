"""Which codec a recording is in, and where the names stand."""

import json
from collections.abc import Iterable
from typing import Any

import msgpack
import pytest
from codec.says import Said, message
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.cassette.model import Message, Opcode, Response
from wsrecord.cassette.recording import Session
from wsrecord.codec.guess import Candidate, guess


def session(client: Iterable[Said], server: Iterable[Said], subprotocol: str | None = None) -> Session:
    said = [(one, "client") for one in client] + [(one, "server") for one in server]
    found = Session(1)
    if subprotocol:
        headers = (("Sec-WebSocket-Protocol", subprotocol),)
        found.response = Response(
            t=0, began=0, connection=1, exchange=1, status=101, reason="", headers=headers, session=1
        )
    found.messages = [one if isinstance(one, Message) else message(one, sender) for one, sender in said]
    return found


def best(client: Iterable[Said], server: Iterable[Said], subprotocol: str | None = None) -> Candidate:
    return guess([session(client, server, subprotocol)])[0]


def texts(*values: Any) -> list[str]:
    return [json.dumps(value) for value in values]


AGENT = [
    {"type": "agent_started", "run_id": "run_1", "status": "ok", "seq": 1},
    *({"type": "answer_delta", "run_id": "run_1", "text": f"word{i}", "seq": 2 + i} for i in range(6)),
    {
        "type": "tool_executing",
        "run_id": "run_1",
        "tool_call_id": "c1",
        "name": "search",
        "status": "ok",
        "seq": 8,
    },
    {
        "type": "tool_completed",
        "run_id": "run_1",
        "tool_call_id": "c1",
        "result": {"type": "hits", "n": 3},
        "seq": 9,
    },
    {"type": "agent_completed", "run_id": "run_1", "text": "word0word1", "seq": 10},
]
START = {"type": "start_agent", "message_id": "m1", "prompt": "hello"}


def test_events_with_a_type() -> None:
    found = best(texts(START, {"type": "cancel_run", "run_id": "run_1"}), texts(*AGENT))
    assert (found.codec, found.name, found.support) == ("json", "/type", 1.0)
    [server, *_] = found.places["server"]
    assert server.names[0] == "answer_delta"
    assert set(server.names) == {event["type"] for event in AGENT}


def test_each_side_may_have_its_own_place() -> None:
    client = [
        {"action": name, "id": f"id-{i}"} for i, name in enumerate(["subscribe", "send", "send", "leave"])
    ]
    found = best(texts(*client), texts(*AGENT))
    assert found.places["client"][0].pointer == "/action"
    assert found.places["server"][0].pointer == "/type"


def test_names_under_a_word_that_no_protocol_uses() -> None:
    server = [
        {"zz": name, "at": f"{i}s", "body": {}} for i, name in enumerate(["up", "down", "up", "left"] * 3)
    ]
    assert best([], texts(*server)).name == "/zz"


def test_a_counter_that_is_written_as_text_is_no_name() -> None:
    rows = [
        ["0", str(i), "room:1", name, {"body": "hi"}] for i, name in enumerate(["joined", "said", "left"] * 4)
    ]
    found = best([json.dumps(["0", "0", "room:1", "join", {}])], [json.dumps(row) for row in rows])
    assert found.codec == {"json-array": {"name": 3}}


@pytest.mark.parametrize(
    ("client", "server", "subprotocol", "codec", "name"),
    [
        (
            texts({"id": 1, "method": "a", "params": {}}),
            texts({"id": 1, "result": 0}),
            None,
            "json-rpc",
            None,
        ),
        (
            ['40{"token":"x"}', '42["said",{}]', "3"],
            ['0{"sid":"x"}', '40{"sid":"y"}', "2"],
            None,
            "socket.io",
            None,
        ),
        (
            texts(["1", "1", "room:1", "phx_join", {}], [None, "2", "phoenix", "heartbeat", {}]),
            texts(
                ["1", "1", "room:1", "phx_reply", {"status": "ok"}], [None, "2", "phoenix", "phx_reply", {}]
            ),
            None,
            {"json-array": {"name": 3}},
            None,
        ),
        (
            texts(["sub", {}], ["pub", {}]),
            texts(["said", {"a": 1}], ["said", {"a": 2}]),
            None,
            {"json-array": {"name": 0}},
            None,
        ),
        ([], ['{"type":"a"}\n{"type":"b"}'] * 3, None, "ndjson", "/type"),
        (
            ['{"protocol":"json","version":1}\x1e', *['{"type":1,"target":"say","arguments":[]}\x1e'] * 10],
            ['{"type":6}\x1e', '{"type":1}\x1e'],
            None,
            {"ndjson": {"separator": "\x1e"}},
            "/type",
        ),
        ([], ["o", 'a["hello"]', "h", "h"], None, "prefix", None),
        ([], ["hello there", "how are you?", "2 [fish", "{oh}"], None, "raw", None),
        ([msgpack.packb(START)], [msgpack.packb(event) for event in AGENT], None, "msgpack", "/type"),
        (
            [b"\x00\xff\x10" * 50] * 5,
            texts({"type": "partial"}, {"type": "final"}),
            None,
            {"by-frame": {"text": "json", "binary": "binary"}},
            "/type",
        ),
        ([], [json.dumps(event).encode() for event in AGENT], None, {"json": {"binary": True}}, "/type"),
        ([bytes.fromhex("100c00044d515454040200000000")], [bytes.fromhex("20020000")], "mqtt", "mqtt", None),
        (
            [bytes.fromhex("100c00044d515454040200000000")],
            [bytes.fromhex("20020000"), bytes.fromhex("300b0001617b226f6e223a317d")],
            "mqtt",
            {"mqtt": {"payload": "json"}},
            None,
        ),
        (
            [bytes.fromhex("100c00044d515454040200000000")],
            [bytes.fromhex("300b0001617b226f6e223a317d"), bytes.fromhex("30050001616f6e")],
            "mqtt",
            "mqtt",
            None,
        ),
        (
            texts({"header": {"msg_type": "execute_request"}, "content": {}}),
            texts({"header": {"msg_type": "status"}, "content": {}}),
            None,
            "jupyter",
            None,
        ),
    ],
)
def test_a_protocol_is_known_by_what_it_says(
    client: list[Said], server: list[Said], subprotocol: str | None, codec: Any, name: str | None
) -> None:
    found = best(client, server, subprotocol)
    assert (found.codec, found.name) == (codec, name)


def test_a_protocol_of_very_many_methods_is_known_all_the_same() -> None:
    client = texts(*({"id": i, "method": f"Domain{i}.enable", "params": {}} for i in range(40)))
    server = texts(*({"id": i, "result": {}} for i in range(40)), {"method": "Page.event", "params": {}})
    assert best(client, server).codec == "json-rpc"


def test_nothing_said_is_nothing_known() -> None:
    assert guess([]) == []
    assert guess([Session(1)]) == []
    ping = Message(t=0, session=1, sender="client", opcode=Opcode.PING, payload=b"")
    assert guess([session([ping], [])]) == []


def test_a_faulty_message_among_many_does_not_hide_the_codec() -> None:
    found = best(texts(START), [*texts(*AGENT), "{", message("", unread="bomb")])
    assert (found.codec, found.name) == ("json", "/type")
    assert 0.9 < found.support < 1.0


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=20) | st.text(max_size=20), max_size=5))
def test_no_traffic_makes_it_raise(said: list[str | bytes]) -> None:
    for candidate in guess([session(said, said)]):
        assert 0 < candidate.support <= 1
        assert candidate.units
