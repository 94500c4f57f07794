"""What the server gave and the client used: found wherever both stand, and what is chance is left alone."""

import time

import pytest
from contract.folder import loaded
from dialogue.recordings import Writer, secret

from wsrecord.dialogue.insides import get
from wsrecord.dialogue.links import find, renewable, settle
from wsrecord.dialogue.occurrences import tell
from wsrecord.report.links_page import LinksPage

RUN = "66fa9116-179b-4aec-8f7b-1b70d15b643a"
OTHER = "2b678021-e692-4349-b94b-669b37ae30e9"


def links(writer, *contracts):
    """The links as text: from where to where."""
    told = tell(writer.recording, contracts)
    found = find(told)
    page = LinksPage(found, told.occurrences)
    return [
        f"{page.place(one.sources[0])} -> {page.place(use)}".replace("(session 1, ", "(")
        for one in found.of("server")
        for use in one.uses
    ]


def chance(writer, *contracts):
    return [one.name for one in find(tell(writer.recording, contracts)).chance]


@pytest.mark.parametrize(
    ("use", "place"),
    [
        ({"type": "cancel", "run": RUN}, "cancel#/run"),
        ({"type": "cancel", "target": f"/runs/{RUN}"}, "cancel#/target, segment 2"),
        ({"type": "cancel", "target": f"https://h/x?run={RUN}"}, "cancel#/target, query run"),
        ({"type": "cancel", "args": f'{{"run": "{RUN}"}}'}, "cancel#/args, as JSON, /run"),
        ({"type": "cancel", "text": f"stop {RUN} now"}, "cancel#/text, in the text"),
        ({"type": "cancel", "runs": [{"id": RUN}]}, "cancel#/runs/0/id"),
    ],
)
def test_a_value_of_the_server_is_found_wherever_the_client_says_it(use, place):
    writer = Writer().client({"type": "start"}).server({"type": "started", "run_id": RUN}).client(use)
    assert links(writer) == [f"started#/run_id (message 2) -> {place} (message 3)"]


def test_what_the_client_said_first_is_its_own():
    writer = Writer().client({"type": "ask", "id": RUN}).server({"type": "answer", "to": RUN})
    writer.client({"type": "thanks", "for": RUN})
    told = tell(writer.recording)
    [made] = find(told).variables
    assert (made.origin, len(made.uses), len(made.echoes)) == ("client", 2, 1)
    assert renewable(made, told.occurrences)


def test_a_url_that_is_used_as_a_whole_is_one_link():
    writer = Writer().exchange("POST", "/rooms", {}, {"ws": f"/rooms/{RUN}/ws?t=1"})
    writer.open(1, f"/rooms/{RUN}/ws?t=1").end()
    assert links(writer) == [
        "the answer to POST /rooms: body /ws (exchange 1 of connection 1) -> upgrade: path (handshake)"
    ]


def test_an_http_answer_feeds_path_query_headers_cookies_and_subprotocols_of_the_upgrade():
    answer = {"id": 7, "token": "t0k3nt0k3n12", "key": OTHER, "proto": "abcdef0123456789"}
    writer = Writer().exchange("POST", "/rooms", {}, answer, answered=[("Set-Cookie", "sid=q; Path=/")])
    headers = [
        ("Cookie", "theme=dark; sid=q"),
        ("X-Key", OTHER),
        ("Sec-WebSocket-Protocol", "chat, abcdef0123456789"),
    ]
    writer.open(1, "/rooms/7/ws?token=t0k3nt0k3n12", headers).end()
    assert {one.split("-> ")[1] for one in links(writer)} == {
        "upgrade: path, segment 2 (handshake)",
        "upgrade: path, query token (handshake)",
        "upgrade: header x-key (handshake)",
        "upgrade: header cookie, cookie sid (handshake)",
        "upgrade: header sec-websocket-protocol, item 2 (handshake)",
    }


@pytest.mark.parametrize("number", [15, 234567])
def test_a_number_in_json_is_one_with_its_text_in_a_url(number):
    writer = Writer().exchange("POST", "/rooms", {}, {"room_id": number})
    writer.open(1, f"/rooms/{number}/ws").open(2, f"/ws?room={number}")
    assert [one.split(" -> ")[1] for one in links(writer)] == [
        "upgrade: path, segment 2 (handshake)",
        "upgrade: path, query room (session 2, handshake)",
    ]


def test_the_id_that_a_post_was_answered_with_may_lie_in_an_envelope():
    writer = Writer().exchange("POST", "/rooms", {}, {"data": {"id": 7}}).open(1, "/rooms/7/ws").end()
    assert [one.split(" -> ")[1] for one in links(writer)] == ["upgrade: path, segment 2 (handshake)"]
    got = Writer().exchange("GET", "/rooms", answer={"id": 7}).open(1, "/rooms/7/ws").end()
    assert links(got) == []


def test_a_page_and_a_location_header_feed_what_follows():
    page = f'<form><input name="csrf" value="{OTHER}"></form>'
    writer = Writer().exchange("GET", "/login", answer=page)
    writer.exchange("POST", "/login", f"user=ada&csrf={OTHER}", answered=[("Location", f"/home/{RUN}")])
    writer.exchange("GET", f"/home/{RUN}")
    assert [one.split(" -> ")[1] for one in links(writer)] == [
        "POST /login: body, query csrf (exchange 1 of connection 2)",
        f"GET /home/{RUN}: path (exchange 1 of connection 3)",
    ]


def test_another_session_and_its_handshake_are_sources():
    writer = Writer().open(1, answered=[("X-Session", OTHER)]).server({"type": "hello", "resume_token": RUN})
    writer.end().open(2, f"/ws?resume={RUN}", [("X-Session", OTHER)]).end(2)
    assert [one.partition(" -> ")[0] for one in links(writer)] == [
        "handshake: header x-session (handshake)",
        "hello#/resume_token (message 1)",
    ]


def test_small_ids_count_under_a_name_that_says_so_and_nowhere_else():
    writer = Writer().client({"type": "join"}).server({"type": "joined", "room_id": 7, "count": 12})
    writer.client({"type": "say", "room_id": 7, "count": 12, "n": 7})
    assert links(writer) == ["joined#/room_id (message 2) -> say#/room_id (message 3)"]
    assert chance(writer) == ["count"]


def test_a_json_rpc_reply_echoes_the_servers_id_however_small():
    writer = Writer().client({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}})
    writer.server({"jsonrpc": "2.0", "id": 0, "method": "fs/read", "params": {"path": "/a"}})
    writer.client({"jsonrpc": "2.0", "id": 0, "result": {"content": "x"}})
    writer.server({"jsonrpc": "2.0", "id": 0, "result": {"ok": True}})
    assert links(writer) == ["fs/read#/id (message 2) -> fs/read/result#/id (message 3)"]
    [own] = find(tell(writer.recording)).of("client")
    assert (own.scope, len(own.echoes)) == ("rpc 1 client", 1)


CONTRACT = """
    name: /type
    server: {joined: null, said: null}
    client: {join: null, say: null}
"""


def test_a_key_of_the_contract_counts_however_small(tmp_path):
    writer = Writer().client({"type": "join"}).server({"type": "joined", "n": 7})
    writer.client({"type": "say", "to": 7})
    text = CONTRACT + "    keys: {room: [joined#/n, say#/to]}\n"
    assert links(writer, loaded(tmp_path, text)) == ["joined#/n (message 2) -> say#/to (message 3)"]
    assert links(writer) == []


def test_the_contract_pins_links_and_leaves_places_alone(tmp_path):
    writer = Writer().client({"type": "join"}).server({"type": "joined", "room": "blue", "at": RUN})
    writer.client({"type": "say", "where": "blue", "at": RUN})
    text = CONTRACT + "    links:\n    - {from: joined#/room, to: say#/where}\n    - {ignore: /at}\n"
    assert links(writer, loaded(tmp_path, text)) == ["joined#/room (message 2) -> say#/where (message 3)"]
    assert links(writer) == ["joined#/at (message 2) -> say#/at (message 3)"]


def test_a_placeholder_is_a_link_if_the_server_gave_it_and_a_secret_if_not():
    password, token, key = secret("password", 1), secret("jwt", 2), secret("api_key", 3)
    writer = Writer(password, token, key).exchange("POST", "/login", {"password": password}, {"token": token})
    writer.open(1, f"/ws?key={key}", [("Authorization", f"Bearer {token}")]).end()
    found = find(tell(writer.recording))
    assert [one.name for one in found.of("secret")] == ["password", "api_key"]
    assert [one.name for one in found.of("server")] == ["token"]


def test_secrets_of_one_name_are_told_apart():
    writer = Writer().exchange("POST", "/login", {"password": secret("password", 1)})
    writer.exchange("POST", "/login", {"password": secret("password", 4)})
    assert [one.name for one in find(tell(writer.recording)).of("secret")] == ["password_1", "password_4"]


def test_the_same_secret_within_base64_is_one_variable():
    one = secret("password", 1)
    writer = Writer().exchange("POST", "/login", {"password": one})
    writer.open(1, "/ws", [("Authorization", f"Basic {one}.b64")]).end()
    [found] = find(tell(writer.recording)).variables
    assert len(found.uses) == 2


def test_a_second_recording_tells_what_varies():
    def scenario(run, model, room, made):
        writer = Writer().server({"type": "hello", "model": model, "room": room})
        writer.client({"type": "start", "model": model, "room": room, "id": made})
        writer.server({"type": "started", "run_id": run, "reply_to": made})
        return writer.client({"type": "cancel", "run_id": run}).recording

    told = tell(scenario(RUN, "modelx-4f3a2b1c", "blue", "m-12345678"))
    other = tell(scenario(OTHER, "modelx-4f3a2b1c", "green", "m-12345678"))
    before, after = find(told), settle(find(told), told, other)
    assert [one.name for one in before.of("server")] == ["model", "run_id"]
    assert [one.name for one in before.chance] == ["room"]
    assert [(one.name, one.why) for one in after.of("server")] == [
        ("run_id", "value"),
        ("room", "two recordings"),
    ]
    assert [one.name for one in after.constant] == ["model", "id"]
    [made] = after.of("client")
    assert not renewable(made, told.occurrences)
    assert [one.number for one in after.variables] == [0, 1, 2]


def test_a_link_that_is_equal_in_a_second_recording_may_come_from_the_same_state():
    def taken(run, model):
        writer = Writer().server({"type": "ready", "run": run, "model": model, "n": 12})
        return tell(writer.client({"type": "rate", "run": run, "model": model, "n": 12}).recording)

    told = taken(234567, "opus")

    def warned(other):
        page = LinksPage(settle(find(told), told, other), told.occurrences, compared=True)
        marks = {one["name"]: bool(one["warning"]) for one in page.document()["constant"]}
        return marks, page.text().count("begun from the same state")

    assert warned(taken(234567, "opus")) == ({"run": True, "model": False, "n": False}, 1)
    assert warned(taken(345678, "opus")) == ({"model": False, "n": False}, 0)


def test_what_came_in_a_url_is_not_made_up_anew():
    writer = Writer().open(1, f"/ws?room={RUN}").client({"type": "say", "room": RUN}).end()
    told = tell(writer.recording)
    [given] = find(told).variables
    assert not renewable(given, told.occurrences)


def test_a_setting_that_looks_drawn_by_lot_is_not_made_anew():
    writer = Writer().client({"type": "start", "workflow": "9f86d081884c7d65", "message_id": RUN}).end()
    told = tell(writer.recording)
    renewed = [one.name for one in find(told).variables if renewable(one, told.occurrences)]
    assert renewed == ["message_id"]


def test_every_place_holds_the_value_that_it_is_said_to_hold():
    writer = Writer().exchange("POST", "/x", {"a": RUN}, {"b": f"/y/{OTHER}"}).open(1, f"/y/{OTHER}?r={RUN}")
    writer.server({"type": "t", "x": {"y": [OTHER, RUN]}}).client({"type": "u", "z": f"{RUN} {OTHER}"}).end()
    told = tell(writer.recording)
    for one in find(told).variables:
        for place in (*one.sources, *one.uses, *one.echoes):
            assert get(told.occurrences[place.occurrence].value, place.path) == one.value


def test_ten_thousand_messages_take_less_than_a_second_and_twice_as_many_about_twice_as_long():
    def recording(count):
        writer = Writer()
        for n in range(count // 10):
            run = f"{n:08x}-179b-4aec-8f7b-1b70d15b643a"
            writer.client({"type": "start", "message_id": f"m-{n:08d}", "prompt": "what is 6 * 7?"})
            for step in range(8):
                text = f"step {step} of it, and of nothing else; see /docs/{step}"
                event = {"type": "thinking", "event_id": f"e{n:08d}{step}", "run_id": run, "user_id": "ada"}
                writer.server({**event, "seq": n * 8 + step, "text": text, "nested": {"deep": [1, 2, step]}})
            writer.client({"type": "cancel", "run_id": run})
        return tell(writer.recording)

    def seconds(told):
        took = []
        for _ in range(3):
            began = time.process_time()
            found = find(told)
            took.append(time.process_time() - began)
        assert len(found.of("server")) == len(told.occurrences) // 10
        return min(took)

    small, large = recording(5_000), recording(10_000)
    assert seconds(large) < 1.0
    assert seconds(large) < 4 * seconds(small)
