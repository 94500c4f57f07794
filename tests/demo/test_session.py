import asyncio
import json
import os
import random
import struct

import pytest
from demo.client import FAST, connected, eventually, exchange, health, log_in, opened
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo


def in_demo(scenario, options=FAST):
    async def main():
        async with serve_demo(options=options) as server:
            return await scenario(server)

    return asyncio.run(main())


async def closing(client):
    """Hear everything until the close; return its code."""
    try:
        while True:
            await client.next()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def upgrade(token):
    """Return an upgrade request without compression."""
    return (
        f"GET /ws?token={token} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


async def raw(server, *frames):
    """Open a session by hand, send frames, return all bytes until the end."""
    return await exchange(server, upgrade(await log_in(server)) + b"".join(frames))


def frame(opcode, data=b"", *, fin=True):
    return Frame(opcode, data, fin).serialize(mask=True)


def close_code(answer):
    """Return the code of the close frame that ends an answer."""
    at = answer.rindex(b"\x88")
    return struct.unpack("!H", answer[at + 2 : at + 4])[0]


def test_the_upgrade_offers_compression_and_the_subprotocol():
    async def scenario(server):
        async with connected(server) as client:
            headers = client.websocket.response.headers
            return headers["Sec-WebSocket-Protocol"], headers["Sec-WebSocket-Extensions"]

    subprotocol, extensions = in_demo(scenario)
    assert subprotocol == "agent.v1"
    assert "permessage-deflate" in extensions


def test_the_greeting_hands_out_thread_and_token():
    async def scenario(server):
        async with connected(server) as client:
            return client.greeting

    greeting = in_demo(scenario)
    assert greeting["type"] == "connection_established"
    assert (greeting["seq"], greeting["resumed"], greeting["replayed"], greeting["lost"]) == (0, False, 0, 0)
    assert len(greeting["resume_token"]) == 48
    assert greeting["resume_ttl"] == 60
    assert greeting["agents"] == ["assistant", "mathematician", "librarian"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ("[" * 60_000, "invalid_json"),
        ("null", "not_an_object"),
        ('{"type": "ping"}', "missing_field"),
        ('{"type": "dance", "message_id": "m"}', "unknown_type"),
        ('{"type": "ping", "message_id": "\\udfff"}', "invalid_value"),
        (b"{}", "binary_message"),
        (b"", "binary_message"),
        ('{"type":"start_agent","message_id":"m","prompt":"x","agent_name":"nobody"}', "unknown_agent"),
        ('{"type":"cancel_run","message_id":"m","run_id":"nothing"}', "unknown_run"),
    ],
)
def test_a_malformed_message_gets_an_error_and_the_session_goes_on(message, code):
    async def scenario(server):
        async with connected(server) as client:
            error = await client.refused(message)
            await client.sync()
            return error

    error = in_demo(scenario)
    assert error["code"] == code
    assert list(error)[8:] == ["code", "message", "reply_to"]


said = st.fixed_dictionaries(
    {"type": st.sampled_from(["start_agent", "user_message", "cancel_run", "ping", "other"])},
    optional={
        name: st.sampled_from(["x", "", "y" * 5000, "\ud800", 7, None, [], {}, True, 1e308, 2**70])
        for name in ("message_id", "prompt", "text", "run_id", "agent_name", "report")
    },
)


@settings(max_examples=40, deadline=None)
@given(st.lists(said.map(json.dumps) | st.text(max_size=20) | st.binary(max_size=5), max_size=20))
def test_every_message_has_exactly_one_answer(messages):
    async def scenario(server):
        async with connected(server) as client:
            for message in messages:
                await client.websocket.send(message)
            await client.sync()
            return client.heard[1:-1]

    answers = [
        event
        for event in in_demo(scenario)
        if event["type"] in ("agent_started", "pong", "run_cancelled")
        or (event["type"] == "error" and event["run_id"] is None)
    ]
    assert len(answers) == len(messages)


def test_a_bomb_of_an_expression_is_a_tool_that_fails():
    async def scenario(server):
        async with connected(server) as client:
            await client.ask("9**9**9**9 ; 2**99999999 ; " + "(" * 80 + "1+1")
            return [event["reason"] for event in client.heard if event["type"] == "agent_fallback"]

    reasons = in_demo(scenario)
    assert len(reasons) == 3
    assert all(reason.startswith("CalculatorError") for reason in reasons)


def test_a_fragmented_message_with_a_ping_inside_is_one_message():
    async def scenario(server):
        head, middle, tail = '"message_id":"\u00e9"}'.encode().partition(b"\xa9")
        async with opened(server) as (reader, writer):
            writer.write(
                upgrade(await log_in(server))
                + frame(Opcode.TEXT, b'{"type":"ping",', fin=False)
                + frame(Opcode.CONT, b"", fin=False)
                + frame(Opcode.PING, b"alive?")
                + frame(Opcode.CONT, head, fin=False)
                + frame(Opcode.CONT, middle + tail)
            )
            answer = await asyncio.wait_for(reader.readuntil('"reply_to":"\u00e9"}'.encode()), 5)
            writer.write(frame(Opcode.CLOSE))
            return answer + await reader.read()

    answer = in_demo(scenario)
    assert b"\x8a\x06alive?" in answer
    assert b'"type":"pong"' in answer
    assert answer.endswith(b"\x88\x00")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(Opcode.TEXT, b"\xff"), 1007),
        (frame(Opcode.CONT, b"x"), 1002),
        (frame(Opcode.TEXT, b"x", fin=False) + frame(Opcode.TEXT, b"x"), 1002),
        (Frame(Opcode.TEXT, b"not masked").serialize(mask=False), 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (frame(Opcode.TEXT, b"x" * 70_000), 1009),
        (frame(Opcode.BINARY, b"x" * 40_000, fin=False) + frame(Opcode.CONT, b"x" * 40_000), 1009),
        (frame(Opcode.CLOSE, struct.pack("!H", 1000)), 1000),
        (frame(Opcode.CLOSE, struct.pack("!H", 4999) + b"bye"), 4999),
        (frame(Opcode.CLOSE, b"\x03"), 1002),
    ],
    # Masks are random, and so would be the ids made of these bytes.
    ids=[
        "not UTF-8",
        "nothing to continue",
        "unfinished before the next",
        "not masked",
        "reserved bit",
        "too big",
        "too big in fragments",
        "close",
        "close of its own",
        "close with half a code",
    ],
)
def test_a_broken_frame_closes_with_its_code(sent, code):
    async def scenario(server):
        answer = await raw(server, sent)
        assert (await health(server))["status"] == "ok"
        return close_code(answer)

    assert in_demo(scenario) == code


def test_a_compressed_bomb_is_too_big():
    async def scenario(server):
        async with connected(server) as client:
            await client.websocket.send("x" * 5_000_000)
            return await closing(client)

    assert in_demo(scenario) == 1009


def test_noise_never_kills_the_server():
    async def scenario(server):
        token = await log_in(server)
        for seed in range(40):
            noise = random.Random(seed).randbytes(400)
            answer = await exchange(server, upgrade(token) + noise, half_close=True)
            assert b"connection_established" in answer
        async with connected(server) as client:
            await client.ask("2+2")

    in_demo(scenario)


def test_a_client_that_cuts_the_connection_leaves_nothing_behind():
    async def scenario(server):
        async with connected(server) as client:
            await client.start("weather")
            client.websocket.transport.abort()
            await eventually(lambda: server.health() == {"status": "ok", "sessions": 0, "runs": 1})
        await eventually(lambda: server.health()["runs"] == 0)

    in_demo(scenario)


def test_a_flood_is_answered_message_by_message():
    async def scenario(server):
        async with connected(server) as client:

            async def flood():
                for number in range(3000):
                    await client.websocket.send(json.dumps({"type": "ping", "message_id": f"f{number}"}))

            flooding = asyncio.create_task(flood())
            answers = [(await client.next())["reply_to"] for _ in range(3000)]
            await flooding
            return answers

    assert in_demo(scenario) == [f"f{number}" for number in range(3000)]


def test_a_burst_in_one_read_is_answered_to_the_last():
    async def scenario(server):
        pings = (b'{"type":"ping","message_id":"%d"}' % number for number in range(5000))
        burst = b"".join(frame(Opcode.TEXT, ping) for ping in pings)
        async with opened(server) as (reader, writer):
            reader._limit = 2**23  # all answers at once
            writer.write(upgrade(await log_in(server)) + burst)
            answer = await asyncio.wait_for(reader.readuntil(b'"reply_to":"4999"}'), 10)
            return answer.count(b'"type":"pong"')

    assert in_demo(scenario, DemoOptions(history_events=5)) == 5000


def test_a_flood_whose_answers_nobody_reads_ends_with_1013():
    async def scenario(server):
        async with connected(
            server, small_buffer=True, options={"max_queue": 1, "compression": None}
        ) as client:
            ping = json.dumps({"type": "ping", "message_id": "f" * 128})
            client.websocket.transport.pause_reading()

            async def flood():
                while True:
                    await client.websocket.send(ping)

            flooding = asyncio.create_task(flood())
            await eventually(lambda: server.health()["sessions"] == 0)
            kept = server.registry.threads[0].history
            flooding.cancel()
            client.websocket.transport.resume_reading()
            return await closing(client), kept.last - server.registry.threads[0].delivered

    code, undelivered = in_demo(scenario, DemoOptions(send_buffer=4096, send_timeout=0.3))
    assert code == 1013
    # Reading stopped with writing: nothing piled up.
    assert undelivered <= 1


def test_a_reader_that_falls_behind_its_history_ends_with_1013():
    async def scenario(server):
        async with connected(
            server, small_buffer=True, options={"max_queue": 1, "compression": None}
        ) as client:
            for _ in range(8):
                await client.start("weather; frames; fuzzing; mocks; resume; compression; ping")
            client.websocket.transport.pause_reading()
            thread = server.registry.threads[0]
            # The kernel's buffers are larger than a few runs: more of them until it is too much.
            while thread.listener is not None:
                for run in list(thread.runs.values()):
                    run.say("m", "frames; isolation")
                await asyncio.sleep(0)
                if not thread.runs:
                    thread.take(
                        json.dumps(
                            {"type": "start_agent", "message_id": os.urandom(8).hex(), "prompt": "mocks"}
                        )
                    )
            client.websocket.transport.resume_reading()
            return await closing(client)

    options = DemoOptions(
        pace=0.001, send_buffer=4096, history_events=20, max_user_messages=10**6, max_calls=10**6
    )
    assert in_demo(scenario, options) == 1013


def test_a_client_without_a_sign_of_life_is_let_go():
    async def scenario(server):
        answer = await raw(server)
        return answer.count(b"\x89\x00"), close_code(answer)

    pings, code = in_demo(scenario, DemoOptions(ping_interval=0.05, ping_timeout=0.1))
    assert pings >= 2
    assert code == 4002


def test_a_client_that_answers_pings_stays():
    async def scenario(server):
        async with connected(server, options={"ping_interval": None}) as client:
            run_id = await client.start("weather")
            await client.until("agent_completed", run_id=run_id)

    in_demo(scenario, DemoOptions(pace=0.02, ping_interval=0.02, ping_timeout=0.1))


@pytest.mark.parametrize("prompt", [None, "weather"])
def test_a_fault_of_the_servers_own_is_an_error_event(prompt):
    fails = []

    def clock():
        if fails:
            raise fails.pop()
        return 0.0

    async def scenario(server):
        async with connected(server) as client:
            if prompt is None:
                fails.append(OSError("the clock stands still"))
                await client.say("ping")
            else:
                await client.start(prompt)
                fails.append(OSError("the clock stands still"))
            error = await client.until("error")
            await client.sync()
            return error, server.health()["runs"]

    error, runs = in_demo(scenario, DemoOptions(clock=clock, pace=0.001))
    assert (error["code"], runs) == ("internal_error", 0)
    assert (error["run_id"] is None) == (prompt is None)
    assert (error["reply_to"] is None) == (prompt is not None)
