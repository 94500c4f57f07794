"""Live values for recorded ones: whatever order things come in, and however many more there are."""

import copy
import json
import re
import time
from dataclasses import replace
from random import Random

import pytest
from contract.folder import loaded
from dialogue.recordings import Writer, secret
from dialogue.replay import replay
from hypothesis import given, settings
from hypothesis import strategies as st

from wsrecord.cassette.model import Opcode
from wsrecord.contract.load import load as load_contract
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Ask, Say

CONTRACT = load_contract("schemas")


def uuid(random):
    return "".join(
        random.choice("0123456789abcdef") if c == "x" else c for c in "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx"
    )


def runs(random, count, *, thoughts=(1, 3), shuffled=False, made=None):
    """Runs side by side as the demo's server does them: each is cancelled by its id, tools are parallel."""
    writer = Writer().server(
        {"type": "connection_established", "thread_id": uuid(random), "user_id": "user-ada"}
    )
    made = made or [uuid(random) for _ in range(count)]
    for number in range(count):
        ask = {"type": "start_agent", "message_id": made[number], "prompt": f"prompt {number}"}
        writer.client(ask)
    order = list(range(count))
    ids = [uuid(random) for _ in order]
    tools = [{name: uuid(random) for name in ("calculator", "search", "archive")} for _ in order]
    if shuffled:
        random.shuffle(order)
    for number in order:
        run = {"run_id": ids[number], "event_id": uuid(random)}
        writer.server({"type": "agent_started", **run, "reply_to": made[number]})
    lines = [_run(random, ids[number], tools[number], thoughts, shuffled) for number in order]
    while any(lines):
        writer.server(random.choice([line for line in lines if line]).pop(0))
    for number in range(count):
        writer.client({"type": "retry_tools", "calls": list(tools[number].values())})
        writer.client({"type": "cancel_run", "message_id": f"c{number}", "run_id": ids[number]})
    return writer.end(), ids, tools


def _run(random, run_id, tools, thoughts, shuffled):
    """The events of one run: thoughts, tools that begin and end in any order, and its completion."""

    def event(kind, **more):
        return {"type": kind, "event_id": uuid(random), "run_id": run_id, **more}

    begun, ended = list(tools), list(tools)
    if shuffled:
        random.shuffle(begun)
        random.shuffle(ended)
    line = [event("agent_thinking", text=str(random.random())) for _ in range(random.randint(*thoughts))]
    line += [event("tool_executing", tool_call_id=tools[name], tool_name=name) for name in begun]
    line += [event("tool_completed", tool_call_id=tools[name], tool_name=name) for name in ended]
    return [*line, event("agent_completed", answer="done")]


@given(st.integers(0, 10**6), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_runs_side_by_side_with_more_and_fewer_thoughts_and_parallel_tools_are_told_apart(seed, count):
    random = Random(seed)
    recorded, _, _ = runs(random, count)
    dialogue = script(recorded.recording)
    made = [one.value for one in dialogue.variables if one.name == "message_id"][:count]
    live, ids, tools = runs(random, count, thoughts=(0, 6), shuffled=True, made=made)
    done = replay(dialogue, live.recording)
    assert done.stalled == []
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert [one["run_id"] for one in said if one["type"] == "cancel_run"] == ids
    assert [one["calls"] for one in said if one["type"] == "retry_tools"] == [
        list(calls.values()) for calls in tools
    ]
    assert not any(filled.missing for filled in done.filled.values())


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_with_fresh_ids_echoes_tell_the_runs_apart(seed):
    random = Random(seed)
    dialogue = script(runs(random, 3)[0].recording)
    bindings = Bindings(dialogue, fresh=Random(seed))
    asks = [step for step in dialogue.steps if isinstance(step, Say)][:3]
    made = []
    for step in asks:
        filled = bindings.fill(step)
        made.append(json.loads(filled.messages[0][1])["message_id"])
        bindings.taken(step, filled)
    assert not {one.value for one in dialogue.made} & set(made)
    live, ids, _ = runs(random, 3, shuffled=True, made=made)
    heard(bindings, live)
    for step, run_id in zip([s for s in dialogue.steps if isinstance(s, Say)][4::2], ids, strict=True):
        assert json.loads(bindings.fill(step).messages[0][1])["run_id"] == run_id


def heard(bindings, live):
    """Let the bindings hear all that a server said."""
    found = {}
    for step in script(live.recording).occurrences:
        if step.sender == "server" and step.is_unit:
            found[step.number] = bindings.heard(step.session, step.unit)
    return found


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_ids_renamed_all_through_are_bound_all_through(seed):
    random = Random(seed)
    recorded = runs(random, 2)[0].recording
    names = {}

    def renamed(match):
        return names.setdefault(match[0], uuid(random).encode())

    live = copy.deepcopy(recorded)
    pattern = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}")
    for session in live.sessions:
        session.messages[:] = [
            replace(one, payload=pattern.sub(renamed, one.payload)) if one.sender == "server" else one
            for one in session.messages
        ]
    dialogue = script(recorded)
    for variable in dialogue.made:  # the server says the client's ids as the client does
        names[variable.value.encode()] = variable.value.encode()
    live = copy.deepcopy(recorded)
    for session in live.sessions:
        session.messages[:] = [
            replace(one, payload=pattern.sub(renamed, one.payload)) if one.sender == "server" else one
            for one in session.messages
        ]
    done = replay(dialogue, live)
    for variable in dialogue.variables:
        if variable.origin == "server":
            assert done.bindings.value(variable) == names[variable.value.encode()].decode()
    assert None not in done.stood_for.values()


def test_a_step_is_said_byte_for_byte_where_nothing_is_replaced():
    odd = b'{ "type":"a",  "n": 1.0, "u": "\\u00e9" }'
    dialogue = script(Writer().client(odd).end().recording)
    filled = Bindings(dialogue).fill(dialogue.steps[1])
    assert filled.messages == ((Opcode.TEXT, odd),)


def test_a_request_is_filled_in_path_headers_and_body():
    token = secret("jwt", 2)
    writer = Writer().exchange("POST", "/login", {"password": secret("password")}, {"token": token, "id": 7})
    headers = [("Host", "x"), ("Authorization", f"Bearer {token}"), ("Cookie", f"a=1; t={token}")]
    writer.open(1, f"/rooms/7/ws?token={token}&x=%20", headers).end()
    dialogue = script(writer.recording)
    bindings = Bindings(dialogue, secrets={"password": "pa ss"})
    ask, connect, _ = dialogue.steps
    assert bindings.missing_secrets == ()
    assert bindings.fill(ask).request.body == b'{"password": "pa ss"}'
    assert [one.name for one in bindings.fill(connect).missing] == ["token", "id"]
    bindings.answered(ask, replace(ask.response, body=b'{"id": 12, "token": "new/t&k"}'))
    request = bindings.fill(connect).request
    assert request.path == "/rooms/12/ws?token=new/t%26k&x=%20"
    assert request.headers == (
        ("Host", "x"), ("Authorization", "Bearer new/t&k"), ("Cookie", "a=1; t=new/t&k"),
    )  # fmt: skip


def test_a_missing_secret_is_asked_for_by_name():
    writer = Writer().open(1, f"/ws?key={secret('api_key')}").end()
    bindings = Bindings(script(writer.recording))
    assert [one.name for one in bindings.missing_secrets] == ["api_key"]
    assert Bindings(script(writer.recording), secrets={"api_key": "k"}).missing_secrets == ()


@pytest.mark.parametrize(
    "body",
    [
        '{"username":"ada","password":"%s"}',
        '{"username": "ada", "password": "%s", "request": "66fa9116-179b-4aec-8f7b-1b70d15b643a"}',
        '{"user":{"name":"ada","password":"%s"},"request":"66fa9116-179b-4aec-8f7b-1b70d15b643a"}',
        '["ada","%s"]',
        "username=ada&password=%s",
        '42["login",{"password":"%s"}]',
    ],
)
def test_a_secret_is_put_into_each_login_however_its_body_is_written(body):
    said = (body % secret("password", 1)).encode()
    writer = Writer().exchange("POST", "/login", said, {"token": 1})
    writer.exchange("POST", "/login", said, {"token": 1})
    told = script(writer.recording)
    bindings = Bindings(told, secrets={"password": "pass-word"})
    again = [bindings.fill(step).request for step in told.steps if isinstance(step, Ask)]
    assert [one.body.decode() for one in again] == [body % "pass-word"] * 2


def test_a_secret_within_base64_is_put_back_within_base64():
    writer = Writer().open(1, "/ws", [("Authorization", f"Basic {secret('password')}.b64")]).end()
    dialogue = script(writer.recording)
    request = Bindings(dialogue, secrets={"password": "ada:secret"}).fill(dialogue.steps[0]).request
    assert request.headers == (("Authorization", "Basic YWRhOnNlY3JldA"),)


def test_a_value_that_moved_under_its_own_name_is_still_found():
    writer = (
        Writer()
        .server({"type": "started", "run_id": "r-1234abcd99"})
        .client({"type": "x", "run": "r-1234abcd99"})
    )
    dialogue = script(writer.end().recording)
    bindings = Bindings(dialogue)
    heard(bindings, Writer().server({"type": "started", "data": {"run_id": "r-5678efab11"}}))
    assert json.loads(bindings.fill(dialogue.steps[1]).messages[0][1])["run"] == "r-5678efab11"


def test_an_item_of_a_list_is_known_by_what_it_says_not_by_its_place():
    def agents(*names):
        return [{"name": name, "id": f"{name}-{number}"} for name, number in names]

    listed = agents(("ada", "11aa22bb"), ("bob", "33cc44dd"))
    writer = (
        Writer().server({"type": "agents", "agents": listed}).client({"type": "pick", "id": "bob-33cc44dd"})
    )
    dialogue = script(writer.end().recording)
    bindings = Bindings(dialogue)
    live = agents(("bob", "99ff88ee"), ("eve", "12ab34cd"), ("ada", "55ee66ff"))
    heard(bindings, Writer().server({"type": "agents", "agents": live}))
    assert json.loads(bindings.fill(dialogue.steps[1]).messages[0][1])["id"] == "bob-99ff88ee"


def test_a_server_that_asks_by_other_ids_is_answered_by_them():
    def rpc(first, second):
        writer = Writer().client({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}})
        for number, path in ((first, "/a"), (second, "/b")):
            writer.server({"jsonrpc": "2.0", "id": number, "method": "fs/read", "params": {"path": path}})
        for number in (first, second):
            writer.client({"jsonrpc": "2.0", "id": number, "result": {"of": "it"}})
        return writer.server({"jsonrpc": "2.0", "id": 0, "result": {}}).end().recording

    done = replay(script(rpc(0, 1)), rpc(41, 42))
    said = [json.loads(payload) for filled in done.filled.values() for _, payload in filled.messages]
    assert [one["id"] for one in said] == [0, 41, 42]
    assert done.stalled == []


def test_one_more_event_of_a_run_stands_for_none_of_another():
    def two(first, second, thoughts):
        writer = Writer()
        for run, count in ((first, thoughts), (second, 1)):
            writer.client({"type": "go"}).server({"type": "started", "run": run})
            for _ in range(count):
                writer.server({"type": "thinking", "run": run})
        return writer.client({"type": "stop", "run": second})

    dialogue = script(two("run-11aa22bb", "run-33cc44dd", 1).end().recording)
    done = replay(dialogue, two("run-aaaa1111", "run-bbbb2222", 3).end().recording)
    assert list(done.stood_for.values()).count(None) == 2
    assert json.loads(done.filled[3].messages[0][1])["run"] == "run-bbbb2222"


def test_what_never_comes_is_named_and_the_rest_goes_on():
    writer = Writer().client({"type": "go"}).server({"type": "started", "run": "run-11aa22bb"})
    writer.server({"type": "thinking"}).client({"type": "stop", "run": "run-11aa22bb"}).end()
    live = Writer().client({"type": "go"}).server({"type": "failed"}).end()
    done = replay(script(writer.recording), live.recording)
    assert [gate.text for gate in done.stalled] == ["run from started (session 1, message 2)"]
    assert [one.name for one in done.filled[2].missing] == ["run"]


def test_the_end_of_a_flow_counts_whichever_way_it_ended(tmp_path):
    contract = loaded(tmp_path, """
        name: /type
        server: {started: null, done: null, failed: null}
        client: {start: null, ping: null}
        keys: {run: /run}
        flows: {run: {key: run, order: started (done | failed)}}
    """)  # fmt: skip
    writer = Writer().client({"type": "start"}).server({"type": "started", "run": 1})
    writer.server({"type": "done", "run": 1}).client({"type": "ping"}).end()
    dialogue = script(writer.recording, [contract])
    bindings = Bindings(dialogue)
    connect, start, ping, _ = dialogue.steps
    for step in (connect, start):
        bindings.taken(step)
    [gate] = ping.hard
    for event in ({"type": "started", "run": 5}, {"type": "failed", "run": 6}):
        heard(bindings, Writer().server(event))
        assert not bindings.met(gate)
    heard(bindings, Writer().server({"type": "failed", "run": 5}))
    assert bindings.met(gate)


CALLS = """
    name: /type
    server: {started: null, tool: null, ready: null, done: null, error: null}
    client: {start: null, cancel: null}
    keys: {run: /run, call: /call}
    flows:
      run: {key: run, unkeyed: {error: skip}, order: "started (cancel | error)* done (cancel | error)*"}
      call: {key: [run, call], inside: run, order: tool ready}
"""


def test_a_call_that_never_began_is_not_waited_for_once_its_run_is_over(tmp_path):
    contract = loaded(tmp_path, CALLS)
    writer = Writer().client({"type": "start"}).server({"type": "started", "run": "r1"})
    for call in ("c1", "c2"):
        for kind in ("tool", "ready"):
            writer.server({"type": kind, "run": "r1", "call": call})
    dialogue = script(writer.client({"type": "cancel", "run": "r1"}).end().recording, [contract])
    bindings = Bindings(dialogue)
    connect, start, cancel, _ = dialogue.steps
    for step in (connect, start):
        bindings.taken(step)
    ends = [gate for gate in cancel.hard if gate.why == "end"]

    def said(*events):
        for event in events:
            heard(bindings, Writer().server(event))
        return [bindings.met(gate) for gate in ends]

    assert said({"type": "started", "run": "r9"}) == [False, False]
    assert said({"type": "tool", "run": "r9", "call": "c8"}) == [False, False]
    assert said({"type": "ready", "run": "r9", "call": "c8"}) == [True, False]  # the run may bring it yet
    assert said({"type": "done", "run": "r9"}) == [True, True]


def test_a_call_that_has_begun_is_waited_for_though_its_run_is_over(tmp_path):
    contract = loaded(tmp_path, CALLS)
    writer = Writer().client({"type": "start"}).server({"type": "started", "run": "r1"})
    for kind in ("tool", "ready"):
        writer.server({"type": kind, "run": "r1", "call": "c1"})
    dialogue = script(writer.client({"type": "cancel", "run": "r1"}).end().recording, [contract])
    bindings = Bindings(dialogue)
    connect, start, cancel, _ = dialogue.steps
    for step in (connect, start):
        bindings.taken(step)
    [gate] = (gate for gate in cancel.hard if gate.why == "end")
    for event in (
        {"type": "started", "run": "r9"},
        {"type": "tool", "run": "r9", "call": "c8"},
        {"type": "done", "run": "r9"},
    ):
        heard(bindings, Writer().server(event))
    assert not bindings.met(gate)


def test_things_that_come_in_another_order_are_known_by_what_they_say_within():
    def made(kind, target):
        return {"type": "made", "info": {"target": {"id": target, "kind": kind}}}

    writer = Writer()
    for kind, target in (("tab", "aa11bb22cc33"), ("page", "dd44ee55ff66")):
        writer.server(made(kind, target))
    dialogue = script(writer.client({"type": "use", "target": "dd44ee55ff66"}).end().recording)
    bindings = Bindings(dialogue)
    for kind, target in (("page", "1111page2222"), ("tab", "3333tab44444")):
        heard(bindings, Writer().server(made(kind, target)))
    use = next(step for step in dialogue.steps if isinstance(step, Say))
    assert json.loads(bindings.fill(use).messages[0][1])["target"] == "1111page2222"


KEYED = """
    name: /type
    server: {begun: null, ended: null}
    client: {next: null}
    keys: {thing: /thing}
    flows: {thing: {key: thing, order: "begun ended?"}}
"""


def test_a_key_that_is_said_but_once_is_known_by_its_live_value(tmp_path):
    writer = Writer().server({"type": "begun", "thing": "aa11bb22-cc33"}).client({"type": "next"}).end()
    dialogue = script(writer.recording, [loaded(tmp_path, KEYED)])
    bindings = Bindings(dialogue)
    connect, following, _ = dialogue.steps
    bindings.taken(connect)
    [gate] = following.hard
    heard(bindings, Writer().server({"type": "begun", "thing": "9988ffee-7766"}))
    assert bindings.met(gate)


def test_a_soft_gate_asks_for_what_comes_after_the_step_before():
    writer = Writer().client({"type": "a"}).server({"type": "x"}).client({"type": "b"})
    dialogue = script(writer.server({"type": "x"}).client({"type": "c"}).end().recording)
    bindings = Bindings(dialogue)
    connect, a, b, c, _ = dialogue.steps
    for step in (connect, a):
        bindings.taken(step)
    assert bindings.unmet(b) == b.gates
    heard(bindings, Writer().server({"type": "x"}))
    assert bindings.unmet(b) == ()
    bindings.taken(b)
    assert bindings.unmet(c) == c.gates


@pytest.mark.parametrize("contracts", [(), (CONTRACT,)], ids=["plain", "contract"])
def test_a_dialogue_replayed_on_its_own_recording_says_the_same(contracts):
    recording = runs(Random(7), 3)[0].recording
    dialogue = script(recording, contracts)
    done = replay(dialogue, recording)
    said = [payload for filled in done.filled.values() for _, payload in filled.messages]
    assert said == [one.payload for one in recording.sessions[0].messages if one.sender == "client"]
    assert (done.stalled, done.given_up) == ([], [])


def said_by(dialogue, *live):
    """What the last message says after the server has said all this."""
    bindings = Bindings(dialogue)
    found = []
    for event in live:
        [one] = heard(bindings, Writer().server(event)).values()
        found.append(one.value.get("call") if one is not None else None)
    last = [step for step in dialogue.steps if isinstance(step, Say)][-1]
    return json.loads(bindings.fill(last).messages[0][1]), found


def tool(kind, run, call):
    return {"type": kind, "run": f"run-{run}", "call": f"call-{call}"}


def test_a_call_too_many_of_one_run_is_none_of_another_runs():
    writer = Writer()
    for run, call in (("aa11bb22", "aa33bb44"), ("cc11dd22", "cc33dd44")):
        for kind in ("tool", "ready"):
            writer.server(tool(kind, run, call))
    dialogue = script(writer.client({"type": "use", "call": "call-cc33dd44"}).end().recording)
    said, found = said_by(
        dialogue,
        tool("tool", "11110000a", "1111ffffa"),
        tool("tool", "11110000a", "2222ffffa"),
        tool("tool", "22220000a", "3333ffffa"),
    )
    assert found == ["call-aa33bb44", None, "call-cc33dd44"]
    assert said["call"] == "call-3333ffffa"


def test_the_end_of_an_unknown_call_is_not_the_end_of_a_known_one():
    writer = (
        Writer().server(tool("tool", "aa11bb22", "aa33bb44")).server(tool("ready", "aa11bb22", "aa33bb44"))
    )
    dialogue = script(writer.client({"type": "use", "call": "call-aa33bb44"}).end().recording)
    said, found = said_by(
        dialogue,
        tool("tool", "11110000a", "1111ffffa"),
        tool("tool", "11110000a", "2222ffffa"),
        tool("ready", "11110000a", "2222ffffa"),
        tool("ready", "11110000a", "1111ffffa"),
    )
    assert found == ["call-aa33bb44", None, None, "call-aa33bb44"]
    assert said["call"] == "call-1111ffffa"


def test_what_a_list_says_later_does_not_change_what_is_known():
    writer = Writer().server(tool("tool", "aa11bb22", "aa33bb44"))
    writer.server({"type": "report", "calls": [{"call": "call-aa33bb44"}]})
    dialogue = script(writer.client({"type": "use", "call": "call-aa33bb44"}).end().recording)
    report = {"type": "report", "calls": [{"call": "call-9999ffffa"}, {"call": "call-1111ffffa"}]}
    said, _ = said_by(dialogue, tool("tool", "11110000a", "1111ffffa"), report)
    assert said["call"] == "call-1111ffffa"


def test_two_items_of_a_list_never_stand_for_one():
    ids = [{"id": "item-aa11bb22"}, {"id": "item-cc33dd44"}]
    writer = Writer().server({"type": "made", "id": "item-aa11bb22"}).server({"type": "all", "items": ids})
    dialogue = script(writer.client({"type": "use", "id": "item-cc33dd44"}).end().recording)
    bindings = Bindings(dialogue)
    heard(bindings, Writer().server({"type": "made", "id": "item-11112222a"}))
    live = [{"id": "item-33334444a"}, {"id": "item-11112222a"}]
    heard(bindings, Writer().server({"type": "all", "items": live}))
    assert json.loads(bindings.fill(dialogue.steps[1]).messages[0][1])["id"] == "item-33334444a"


def test_a_gate_is_met_by_what_came_before_its_time():
    writer = Writer().client({"type": "a"}).server({"type": "x"}).client({"type": "b"}).end()
    dialogue = script(writer.recording)
    bindings = Bindings(dialogue)
    connect, a, b, _ = dialogue.steps
    bindings.taken(connect)
    heard(bindings, Writer().server({"type": "x"}))
    bindings.taken(a)
    assert bindings.unmet(b) == ()


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        (
            '<p>hi</p><input name="csrf" value="{}">',
            '<p>hello</p>\n<input name="csrf" value="{}"><p>more</p>',
        ),
        (
            '{{"data": {{"url": "wss://h:1/ws?k={}"}}}}',
            '{{"data": {{"url": "wss://h:2/ws?v=2&k={}"}}, "n": 1}}',
        ),
        ('0{{"sid":"{}","upgrades":[]}}', '0{{"sid":"{}","upgrades":["websocket"],"pingInterval":25000}}'),
        ('"{{\\"token\\": \\"{}\\"}}"', '"{{\\"v\\": 2, \\"token\\": \\"{}\\"}}"'),
    ],
)
def test_a_source_is_found_again_in_an_answer_that_says_more(recorded, live):
    was, now = "aGVsbG8x0123WORLD", "Zm9vYmFy9876PLANET"
    writer = Writer().exchange("GET", "/", answer=recorded.format(was)).open(1, f"/ws?k={was}").end()
    dialogue = script(writer.recording)
    bindings = Bindings(dialogue)
    ask, connect, _ = dialogue.steps
    bindings.answered(ask, replace(ask.response, body=live.format(now).encode()))
    assert bindings.fill(connect).request.path == f"/ws?k={now}"


def test_cookies_are_known_by_their_names():
    writer = Writer().exchange("GET", "/", answered=[("Set-Cookie", "a=1"), ("Set-Cookie", "sid=2; Path=/")])
    dialogue = script(writer.open(1, "/ws", [("Cookie", "sid=2; a=1")]).end().recording)
    bindings = Bindings(dialogue)
    ask, connect, _ = dialogue.steps
    headers = (("Set-Cookie", "sid=7"), ("Set-Cookie", "b=3"), ("Set-Cookie", "a=8"))
    bindings.answered(ask, replace(ask.response, headers=headers))
    assert bindings.fill(connect).request.headers == (("Cookie", "sid=7; a=8"),)


def test_a_jupyter_request_is_told_by_its_parent_header():
    def message(kind, msg_id, parent=None, **content):
        header = {"msg_id": msg_id, "msg_type": kind, "session": "aa11bb22cc33dd44", "username": "ada"}
        said = {"header": header, "parent_header": parent or {}, "metadata": {}, "content": content}
        return {**said, "channel": "shell", "buffers": []}

    def talk(kernel, *ids):
        writer = Writer().exchange("POST", "/api/kernels", {}, {"id": kernel}, 201)
        writer.open(1, f"/api/kernels/{kernel}/channels?session_id=aa11bb22cc33dd44")
        for one in ids[:2]:
            writer.client(message("execute_request", one, code="1+1"))
        for one, reply in ((ids[1], "9999eeee0001"), (ids[0], "9999eeee0002")):
            parent = {"msg_id": one, "msg_type": "execute_request"}
            writer.server(message("execute_reply", reply, parent, count=1))
        return writer.end().recording

    dialogue = script(talk("11112222-3333-4444-8555-666677778888", "aaaa1111bbbb_1", "aaaa2222bbbb_2"))
    bindings = Bindings(dialogue, fresh=Random(1))
    ask, connect, first, second, _ = dialogue.steps
    bindings.answered(ask, replace(ask.response, body=b'{"id": "aaaabbbb-3333-4444-8555-666677778888"}'))
    assert bindings.fill(connect).request.path == (
        "/api/kernels/aaaabbbb-3333-4444-8555-666677778888/channels?session_id=aa11bb22cc33dd44"
    )
    sent = [json.loads(bindings.fill(step).messages[0][1])["header"] for step in (first, second)]
    assert {one["session"] for one in sent} == {"aa11bb22cc33dd44"}  # it is the URL's: nobody's to renew
    assert not {one["msg_id"] for one in sent} & {"aaaa1111bbbb_1", "aaaa2222bbbb_2"}
    for step in (connect, first, second):
        bindings.taken(step)
    parent = {"msg_id": sent[0]["msg_id"], "msg_type": "execute_request"}
    found = heard(bindings, Writer().server(message("execute_reply", "7777eeee0001", parent, count=1)))
    [one] = found.values()
    assert one.value["parent_header"]["msg_id"] == "aaaa1111bbbb_1"


def test_long_streams_of_several_runs_and_many_events_too_many_take_little_time():
    def stream(first, second, count):
        writer = Writer()
        for run in (first, second):
            writer.server({"type": "started", "run": run})
        for run in (first, second):
            for n in range(count):
                writer.server({"type": "delta", "run": run, "n": n})
        return writer

    dialogue = script(stream("run-11aa22bb", "run-33cc44dd", 2500).end().recording)
    bindings = Bindings(dialogue)
    live = script(stream("run-aaaa1111", "run-bbbb2222", 5000).end().recording)
    began = time.process_time()
    found = [bindings.heard(1, one.unit) for one in reversed_runs(live.occurrences)]
    assert time.process_time() - began < 5
    assert [one is not None for one in found] == [True] * 2 + ([True] * 2500 + [False] * 2500) * 2


def reversed_runs(occurrences):
    """Both beginnings, then the second run before the first."""
    units = [one for one in occurrences if one.is_unit]
    return [*units[:2], *units[5002:], *units[2:5002]]


def engine_io(sid, socket, room):
    """A Socket.IO client begins by polling, and a poll hangs while it upgrades."""
    poll = "/socket.io/?EIO=4&transport=polling&t=OxMzN3"
    writer = Writer().exchange("GET", f"{poll}Q", answer=f'0{{"sid":"{sid}","upgrades":["websocket"]}}')
    writer.exchange("POST", f"{poll}R&sid={sid}", "40", "ok")
    writer.exchange("GET", f"{poll}S&sid={sid}", answer=f'40{{"sid":"{socket}"}}')
    writer.exchange("GET", f"{poll}T&sid={sid}", answer="6", late=1.0)
    writer.open(1, f"/socket.io/?EIO=4&transport=websocket&sid={sid}")
    writer.client("2probe").server("3probe").client("5").client('420["join",{"name":"ada"}]')
    writer.server(f'430[{{"room":"{room}"}}]').client(f'42["say",{{"room":"{room}","text":"hi"}}]')
    return writer.server('42["said",{"text":"hi"}]').server("2").client("3").end().recording


def test_socket_io_is_polled_upgraded_and_spoken_with_the_live_servers_ids():
    dialogue = script(engine_io("lv_VI97HAXpY6yYWAAAC", "Kd8_ab12CDef34ghAAAD", "room-1a2b3c4d"))
    assert [one.name for one in dialogue.variables if one.origin == "server"] == ["sid", "room"]
    live = engine_io("zz_AB12CDEF34ghXYAAAZ", "Qq8_zz98YYxx76wwBBBD", "room-9z8y7x6w")
    done = replay(dialogue, live)
    assert (done.stalled, done.given_up) == ([], [])
    paths = [filled.request.path for filled in done.filled.values() if filled.request is not None]
    assert [path.rpartition("sid=")[2] for path in paths[1:]] == ["zz_AB12CDEF34ghXYAAAZ"] * 4
    said = [payload for filled in done.filled.values() for _, payload in filled.messages]
    assert said == [
        b"2probe",
        b"5",
        b'420["join",{"name":"ada"}]',
        b'42["say",{"room":"room-9z8y7x6w","text":"hi"}]',
        b"3",
    ]
