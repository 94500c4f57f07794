"""The steps of a recording, and what each of them waits for."""

from dataclasses import replace

import pytest
from contract.folder import loaded
from dialogue.recordings import Writer, secret

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import load
from wsrecord.contract.load import load as load_contract
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Ask, Close, Connect, Control, Cut, Leave, Say
from wsrecord.errors import CassetteError

RUN = "66fa9116-179b-4aec-8f7b-1b70d15b643a"
CLOSE = {"opcode": Opcode.CLOSE}


def gates(step, *, hard):
    return [f"{gate.why} {gate.text}" for gate in step.gates if gate.hard is hard]


def steps(writer, *contracts):
    return script(writer.recording, contracts).steps


def test_every_kind_of_step_is_there_in_recorded_order():
    writer = Writer().exchange("POST", "/login", {}, {}).open(1)
    writer.client({"type": "a"}).client(b"beat", opcode=Opcode.PING).server(b"beat", opcode=Opcode.PONG)
    writer.client(b"\x03\xe8bye", **CLOSE).server(b"\x03\xe8", **CLOSE).end()
    assert [type(step) for step in steps(writer)] == [Ask, Connect, Say, Control, Close]
    close = steps(writer)[-1]
    assert (close.code, close.reason, close.payload) == (1000, "bye", b"\x03\xe8bye")


@pytest.mark.parametrize(
    ("sender", "how", "expected"),
    [
        ("client", "reset", (Cut, "reset")),
        ("client", "fin", (Cut, "fin")),
        ("server", "fin", (Leave, "server")),
        ("client", "stopped", (Leave, "recorder")),
    ],
)
def test_an_end_without_a_close_message(sender, how, expected):
    last = steps(Writer().client({"type": "a"}).end(1, sender, how))[-1]
    assert (type(last), getattr(last, "how", None) or last.by) == expected


def test_a_server_that_closes_is_waited_for():
    writer = Writer().client({"type": "a"}).server({"type": "b"}).server(b"\x03\xf0", **CLOSE)
    last = steps(writer.client(b"\x03\xf0", **CLOSE).end(1, "server"))[-1]
    assert (type(last), last.by, last.code, last.closed) == (Leave, "server", 1008, True)
    assert gates(last, hard=False) == ["kind b (session 1)"]


def test_a_refused_upgrade_is_all_of_its_session():
    assert [type(step) for step in steps(Writer().open(1, status=401).end())] == [Connect]


def test_a_pong_that_answers_a_ping_is_no_step():
    writer = Writer().server(b"x", opcode=Opcode.PING).client(b"x", opcode=Opcode.PONG)
    writer.client(b"y", opcode=Opcode.PONG).end()
    assert [step.payload for step in steps(writer) if isinstance(step, Control)] == [b"y"]


def test_without_a_contract_links_are_hard_and_other_kinds_soft_once_each():
    writer = Writer().client({"type": "start"}).server({"type": "started", "run_id": RUN})
    for n in range(3):
        writer.server({"type": "thinking", "n": n})
    writer.server({"type": "tool"}).client({"type": "cancel", "run_id": RUN}).end()
    cancel = steps(writer)[2]
    assert gates(cancel, hard=True) == ["link run_id from started (session 1, message 2)"]
    assert gates(cancel, hard=False) == ["kind thinking (session 1)", "kind tool (session 1)"]


CONTRACT = """
    name: /type
    server: {started: null, thinking: null, tool: null, done: null, report: null, pong: null}
    client: {start: null, cancel: null, ping: null}
    keys: {run: /run_id, call: /call_id}
    flows:
      run: {key: run, order: "started thinking* (done report?)"}
      tool: {key: [run, call], inside: run, order: "tool done?"}
    rules:
    - answer: {to: ping, with: pong}
"""


def test_with_a_contract_the_end_of_a_flow_and_the_answer_before_are_hard(tmp_path):
    contract = loaded(tmp_path, CONTRACT)
    writer = Writer().client({"type": "start"}).server({"type": "started", "run_id": RUN})
    writer.server({"type": "thinking", "run_id": RUN}).server({"type": "done", "run_id": RUN})
    writer.server({"type": "report", "run_id": RUN}).client({"type": "ping"}).server({"type": "pong"})
    writer.client({"type": "start"}).server({"type": "started", "run_id": "r2"}).client(
        {"type": "ping"}
    ).end()
    _, _, ping, again, early, _ = steps(writer, contract)
    assert gates(ping, hard=True) == [f"end the end of the recorded run {RUN} (done)"]
    assert gates(ping, hard=False) == ["kind report (session 1)"]
    assert gates(again, hard=True) == ["answer the answer to ping: pong"]
    assert gates(early, hard=True) == []
    assert gates(early, hard=False) == ["kind started (session 1)"]


def test_the_end_of_a_flow_answers_for_what_ended_inside_it(tmp_path):
    contract = loaded(tmp_path, CONTRACT)
    writer = Writer().client({"type": "start"}).server({"type": "started", "run_id": RUN})
    writer.server({"type": "tool", "run_id": RUN, "call_id": 1}).server({"type": "done", "run_id": RUN})
    start = steps(writer.client({"type": "start"}).end(), contract)[2]
    assert gates(start, hard=True) == [f"end the end of the recorded run {RUN} (done)"]
    assert gates(start, hard=False) == []


def test_only_what_depends_on_an_answer_waits_for_it():
    poll = Writer().exchange("GET", "/poll", answer={"sid": RUN})
    poll.exchange("GET", f"/poll?sid={RUN}", answer={"late": "yes"}, late=5)
    poll.open(1, f"/ws?sid={RUN}").client({"type": "hello"}).end()
    _, hanging, connect, hello, _ = steps(poll)
    assert [gate.variable for gate in connect.hard] == [0]
    assert gates(connect, hard=False) == ["order GET /poll before it", "reply the answer to GET /poll",
                                          "order GET /poll before it"]  # fmt: skip
    assert [gate.step for gate in connect.soft if gate.why == "reply"] == [0]
    assert hanging.number not in [gate.step for gate in hello.gates if gate.why == "reply"]


def test_a_request_waits_for_all_that_a_session_had_said_for_it_may_end_what_the_session_lives_on():
    writer = (
        Writer().exchange("POST", "/rooms", {}, {"id": RUN}).open(1, f"/rooms/{RUN}").client({"type": "ask"})
    )
    for kind in ("busy", "reply", "idle"):
        writer.server({"type": kind})
    writer.exchange("DELETE", f"/rooms/{RUN}").end(1)
    delete = next(step for step in steps(writer) if isinstance(step, Ask) and step.request.method == "DELETE")
    kinds = [gate.kinds for gate in delete.soft if gate.why == "kind"]
    assert kinds == [("busy",), ("reply",), ("idle",)]


def test_what_answers_a_message_by_its_id_tells_that_the_server_has_begun():
    asked = "b9d0c6f2-7c1d-4f7e-9a53-0d8f6a1c2e44"
    writer = Writer().client({"type": "ask", "id": asked}).server({"type": "tick"})
    writer.server({"type": "reply", "to": asked}).client({"type": "next"}).end()
    *_, following, _ = steps(writer)
    assert {gate.kinds: len(gate.own) for gate in following.soft} == {("tick",): 1, ("reply",): 1}


KERNEL = """
    name: /type
    server: {busy: null, idle: null}
    client: {ask: null}
    keys: {request: [ask#/id, /of]}
    flows: {request: {key: request, order: "ask busy idle | busy idle"}}
"""


def test_nobody_waits_for_the_end_of_what_others_asked_for(tmp_path):
    writer = Writer()
    for said in ({"type": "busy", "of": "theirs"}, {"type": "idle", "of": "theirs"}):
        writer.server(said)
    writer.client({"type": "ask", "id": "mine"}).server({"type": "busy", "of": "mine"})
    writer.server({"type": "idle", "of": "mine"}).client({"type": "ask", "id": "more"}).end()
    _, first, second, _ = steps(writer, loaded(tmp_path, KERNEL))
    assert gates(first, hard=True) == []
    assert gates(second, hard=True) == ["end the end of the recorded request mine (idle)"]


AGENT = """
    name: /type
    server: {started: null, tool: null, ready: null, done: null, error: null}
    client: {start: null, cancel: null}
    keys: {request: /request_id, run: /run_id, call: /call_id}
    flows:
      request: {key: request, unkeyed: {error: skip}, order: "start (started | error)"}
      run:
        {key: run, unkeyed: {error: skip}, order: "started cancel* done (cancel | error)* | (cancel error)+"}
      call: {key: [run, call], inside: run, order: tool ready}
"""


def agent(*, asked):
    """A run with two calls, and what the client says after it."""
    writer = Writer().client({"type": "start", "request_id": "q1"})
    writer.server({"type": "started", "run_id": RUN, **({"request_id": "q1"} if asked else {})})
    for call in ("c1", "c2"):
        for kind in ("tool", "ready"):
            writer.server({"type": kind, "run_id": RUN, "call_id": call})
    return writer.server({"type": "done", "run_id": RUN}).client({"type": "start", "request_id": "q2"}).end()


def test_what_an_answer_begins_was_asked_for_though_clients_may_begin_it_too(tmp_path):
    second = steps(agent(asked=True), loaded(tmp_path, AGENT))[2]
    assert [(gate.flow, gate.key) for gate in second.hard] == [("request", ("q1",)), ("run", (RUN,))]


def test_nobody_waits_for_the_end_of_what_lies_in_something_that_nobody_waits_for(tmp_path):
    second = steps(agent(asked=False), loaded(tmp_path, AGENT))[2]
    assert [gate.flow for gate in second.hard] == []


def test_a_session_waits_softly_for_what_came_before_in_others_that_it_talks_to():
    writer = Writer().open(1).open(2).client({"type": "join"}, 2).server({"type": "joined"}, 2)
    writer.client({"type": "post", "text": "hello"}, 1).server({"type": "posted", "text": "hello"}, 2)
    writer.end(1).end(2)
    join, post = (step for step in steps(writer) if isinstance(step, Say))
    assert post.hard == ()
    assert gates(post, hard=False) == ["order join (session 2) before it", "kind joined (session 2)"]
    assert gates(join, hard=False) == []


def test_sessions_that_never_hear_of_each_other_wait_for_each_other_only_to_begin():
    writer = Writer().open(1).client({"type": "ask", "text": "first"}).server({"type": "answer"})
    writer.open(2).client({"type": "ask", "text": "second"}, 2).server({"type": "answer"}, 2)
    writer.client({"type": "ask", "text": "third"}).end(1).end(2)
    _, _, begins, asks, third, *_ = steps(writer)
    assert [gate.why for gate in begins.soft] == ["order", "kind"]
    assert (asks.gates, gates(third, hard=False)) == ((), ["kind answer (session 1)"])


def test_a_reconnect_waits_for_the_end_before_it():
    writer = Writer().client({"type": "a"}).end(1, "client", "reset").open(2).end(2)
    _, _, cut, again, _ = steps(writer)
    assert isinstance(cut, Cut)
    assert [gate.step for gate in again.soft if gate.why == "order"] == [cut.number]


def test_who_comes_back_was_away_for_as_long_as_recorded():
    token = {"type": "hello", "resume_token": RUN}
    writer = Writer().server(token).at(2).end(1, "client", "reset").at(5)
    writer.open(2, path=f"/ws?resume={RUN}").end(2)
    back = next(step for step in steps(writer) if isinstance(step, Connect) and step.session == 2)
    assert 2_900_000_000 <= back.away <= 3_100_000_000
    writer = Writer().server(token).at(2).end(1, "client", "reset").at(5).open(2).end(2)
    other = next(step for step in steps(writer) if isinstance(step, Connect) and step.session == 2)
    assert other.away == 0


def test_what_comes_by_the_clock_keeps_its_spacing_and_nobody_waits_for_its_answer():
    writer = Writer().open(1)
    for second in range(1, 6):
        writer.at(second).client({"type": "ping", "n": second}).server({"type": "pong"})
        if second == 3:
            writer.client({"type": "start"}).server({"type": "started", "run_id": RUN})
    writer.at(5.5).client({"type": "cancel", "run_id": RUN}).end()
    found = [step for step in steps(writer) if isinstance(step, Say)]
    assert [step.timer for step in found] == [True, True, True, False, True, True, False]
    assert all(abs(step.gap - 10**9) < 10**7 for step in found if step.timer)
    assert all(step.gates == () for step in found if step.timer)
    assert gates(found[-1], hard=False) == []


def test_what_answers_the_servers_own_heartbeat_is_no_timer():
    writer = Writer().open(1)
    for second in range(1, 6):
        writer.at(second).server({"type": "ping"}).client({"type": "pong"})
    found = [step for step in steps(writer.end()) if isinstance(step, Say)]
    assert not any(step.timer for step in found)
    assert all(gates(step, hard=False) == ["kind ping (session 1)"] for step in found)


def test_what_only_comes_in_a_stream_is_a_timer_all_the_same():
    writer = Writer().open(1)
    for tenth in range(50):
        writer.at(tenth / 10).server({"type": "tick"})
        if tenth % 10 == 9:
            writer.client({"type": "heartbeat"})
    assert all(step.timer for step in steps(writer.end()) if isinstance(step, Say))


def test_a_client_that_answers_quickly_is_no_timer():
    writer = Writer().open(1)
    for n in range(8):
        writer.client({"type": "ask", "n": n}).server({"type": "answer", "n": n})
    assert not any(step.timer for step in steps(writer.end()))


def test_a_reply_waits_for_its_request_and_for_nothing_else():
    writer = Writer().client({"jsonrpc": "2.0", "id": 1, "method": "go", "params": {}})
    writer.server({"jsonrpc": "2.0", "method": "note", "params": {}})
    writer.server({"jsonrpc": "2.0", "id": 1, "method": "read", "params": {}})
    writer.client({"jsonrpc": "2.0", "id": 1, "result": {}}).end()
    assert [gate.text for gate in steps(writer)[2].gates] == ["id from read (session 1, message 3)"]


def test_units_that_shared_a_message_are_one_step():
    batch = [{"jsonrpc": "2.0", "id": n, "method": "m", "params": {}} for n in (1, 2)]
    writer = Writer().client(batch).server([{"jsonrpc": "2.0", "id": n, "result": 1} for n in (1, 2)]).end()
    [said] = [step for step in steps(writer) if isinstance(step, Say)]
    assert (len(said.units), len(said.messages), len(said.occurrences)) == (2, 1, 2)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"size": 4000}, "session 1, message 1: 13 of its 4000 bytes were kept"),
        ({"unread": "bomb"}, "session 1, message 1: its payload was not kept (bomb)"),
    ],
)
def test_a_message_that_was_not_kept_can_not_be_said_again(more, said):
    with pytest.raises(CassetteError, match="record it anew") as caught:
        steps(Writer().client({"type": "a"}, **more).end())
    assert said in str(caught.value)


def test_a_message_that_redaction_made_shorter_can():
    writer = Writer().client({"type": "a", "key": secret("key")}, size=4000).end()
    assert len(steps(writer)) == 3


def test_what_the_server_said_may_be_cut():
    assert len(steps(Writer().client({"type": "a"}).server({"type": "b"}, size=4000).end())) == 3


def test_a_request_whose_body_was_not_kept_can_not_be_said_again():
    writer = Writer().exchange("PUT", "/file")
    [connection] = writer.recording.connections
    exchange = connection.exchanges[0]
    exchange.request = replace(exchange.request, size=5000, unkept="kind")
    with pytest.raises(CassetteError, match="exchange 1 of connection 1: the body of PUT /file was not kept"):
        steps(writer)


@pytest.mark.parametrize("name", ["plain", "two-tools", "a-tool-fails"])
def test_the_cassettes_of_the_demo_are_dialogues(name):
    recording = load(f"cassettes/{name}.wsr.jsonl")
    plain = script(recording)
    assert [type(step) for step in plain.steps] == [Ask, Connect, Say, Close]
    assert [gate.text for gate in plain.steps[1].hard] == [
        "access_token from the answer to POST /login (exchange 1 of connection 1)"
    ]
    judged = script(recording, [load_contract("schemas")])
    assert [gate.flow for gate in judged.steps[-1].hard][-2:] == ["request", "run"]
    assert [one.name for one in plain.secrets] == ["password"]
