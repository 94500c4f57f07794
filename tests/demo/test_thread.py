import asyncio
import json

import pytest
from demo.client import FAST, connected, eventually
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo
from wsrecord.demo.thread import Recent


def in_demo(scenario, options=FAST):
    async def main():
        async with serve_demo(options=options) as server:
            return await scenario(server)

    return asyncio.run(main())


async def refusal(server, username="ada", **query):
    """Return status and error code of an upgrade that must be refused."""
    with pytest.raises(InvalidStatus) as error:
        async with connected(server, username, **query):
            pass
    return error.value.response.status_code, json.loads(error.value.response.body)["error"]


def test_users_never_see_each_other():
    async def scenario(server):
        async with connected(server, "ada") as ada, connected(server, "grace") as grace:
            runs = [await ada.start("weather; 1+1"), await grace.start("weather; 2+2")]
            await ada.until("final_report")
            await grace.until("final_report")
            return ada.heard, grace.heard, runs

    ada, grace, (run_of_ada, run_of_grace) = in_demo(scenario)
    assert {event["user_id"] for event in ada} == {"user-ada"}
    assert {event["user_id"] for event in grace} == {"user-grace"}
    assert run_of_grace not in json.dumps(ada)
    assert run_of_ada not in json.dumps(grace)
    assert ada[0]["thread_id"] != grace[0]["thread_id"]


def test_a_foreign_run_looks_like_an_unknown_one():
    async def scenario(server):
        async with connected(server, "ada") as ada, connected(server, "grace") as grace:
            foreign = await ada.start("weather")
            errors = []
            for run_id in (foreign, "no-such-run"):
                await grace.say("cancel_run", run_id=run_id)
                errors.append(await grace.until("error"))
                await grace.say("user_message", run_id=run_id, text="x")
                errors.append(await grace.until("error"))
            await ada.until("agent_completed", run_id=foreign)
            return errors

    errors = in_demo(scenario)
    assert {(event["code"], event["message"], event["run_id"]) for event in errors} == {
        ("unknown_run", "there is no such run here", None)
    }


def test_two_connections_of_a_user_are_two_threads():
    async def scenario(server):
        async with connected(server) as first, connected(server) as second:
            return first.greeting["thread_id"], second.greeting["thread_id"]

    one, other = in_demo(scenario)
    assert one != other


def test_a_message_id_is_taken_once():
    async def scenario(server):
        async with connected(server) as client:
            await client.say("start_agent", message_id="same", prompt="weather")
            await client.say("start_agent", message_id="same", prompt="weather")
            error = await client.until("error")
            await client.say("ping", message_id="same")
            await client.until("pong")
            return error, server.health()["runs"]

    error, runs = in_demo(scenario)
    assert (error["code"], error["reply_to"], runs) == ("duplicate_message_id", "same", 1)


def test_a_message_id_whose_start_was_refused_may_be_used_again():
    async def scenario(server):
        async with connected(server) as client:
            await client.say("start_agent", message_id="m", prompt="1+1", agent_name="nobody")
            error = await client.until("error")
            await client.say("start_agent", message_id="m", prompt="1+1")
            return error, await client.until("agent_started", "error")

    error, started = in_demo(scenario)
    assert (error["code"], started["type"]) == ("unknown_agent", "agent_started")


def test_runs_and_messages_are_bounded():
    async def scenario(server):
        async with connected(server) as client:
            run_id = await client.start("weather")
            await client.start("weather")
            await client.say("start_agent", prompt="weather")
            too_many_runs = await client.until("error")
            for _ in range(3):
                await client.say("user_message", run_id=run_id, text="?")
            too_many_messages = await client.until("error")
            await client.say("cancel_run", run_id=run_id)
            await client.until("run_cancelled")
            await client.start("weather")
            return too_many_runs["code"], too_many_messages["code"]

    options = DemoOptions(pace=0.02, max_runs=2, max_user_messages=2)
    assert in_demo(scenario, options) == ("too_many_runs", "too_many_messages")


def test_resuming_replays_exactly_what_was_missed():
    async def scenario(server):
        async with connected(server) as client:
            await client.start("weather; 1+1; stock")
            await client.until("tool_executing")
            first = client.heard
            token = client.greeting["resume_token"]
        async with connected(server, resume=token) as client:
            await client.until("final_report")
            await client.sync()
            return first, client.heard

    first, second = in_demo(scenario)
    greeting = second[0]
    assert greeting["resumed"] is True
    assert greeting["thread_id"] == first[0]["thread_id"]
    assert greeting["resume_token"] != first[0]["resume_token"]
    assert [event["seq"] for event in second] == list(range(greeting["seq"], greeting["seq"] + len(second)))
    # What was sent but not read before the close counts as delivered.
    assert greeting["seq"] >= first[-1]["seq"]
    assert greeting["lost"] == 0


def test_a_run_goes_on_while_nobody_is_connected():
    async def scenario(server):
        async with connected(server) as client:
            run_id = await client.start("weather")
            token = client.greeting["resume_token"]
        await eventually(lambda: server.health()["runs"] == 0)
        async with connected(server, resume=token) as client:
            await client.until("agent_completed", run_id=run_id)
            return client.heard

    heard = in_demo(scenario)
    assert heard[0]["replayed"] == len(heard) - 1


def test_after_replays_what_was_sent_and_never_arrived():
    async def scenario(server):
        async with connected(server) as client:
            await client.ask("1+1")
            token, heard = client.greeting["resume_token"], client.heard
        async with connected(server, resume=token, after=2) as client:
            await client.sync()
            return heard, client.heard

    first, second = in_demo(scenario)
    assert second[0]["seq"] == 2
    assert second[1 : len(first) - 2] == first[3:]


def test_what_the_history_dropped_is_counted_as_lost():
    async def scenario(server):
        async with connected(server) as client:
            token = client.greeting["resume_token"]
            await client.start("weather; 1+1; 2+2; 3+3; 4+4")
            seq = client.heard[-1]["seq"]
        await eventually(lambda: server.health()["runs"] == 0)
        async with connected(server, resume=token, after=seq) as client:
            await client.sync()
            return seq, client.heard

    seq, heard = in_demo(scenario, DemoOptions(pace=0.001, history_events=5))
    assert heard[0]["replayed"] == 5
    assert heard[0]["lost"] == heard[1]["seq"] - seq - 1 > 0


def test_a_resume_token_works_once_and_for_its_user_only():
    async def scenario(server):
        async with connected(server) as client:
            token = client.greeting["resume_token"]
        answers = [await refusal(server, "grace", resume=token), await refusal(server, resume="forged")]
        async with connected(server, resume=token):
            pass
        return [*answers, await refusal(server, resume=token), await refusal(server, resume="")]

    assert in_demo(scenario) == [(403, "resume_refused")] * 4


@pytest.mark.parametrize("after", ["-1", "1", "x", "9" * 30, "²"])
def test_after_must_be_a_number_of_the_thread(after):
    async def scenario(server):
        async with connected(server) as client:
            token = client.greeting["resume_token"]
        answer = await refusal(server, resume=token, after=after)
        async with connected(server, resume=token, after=0):
            return answer

    assert in_demo(scenario) == (400, "invalid_after")


def test_a_thread_is_forgotten_with_its_runs_when_nobody_comes_back():
    async def scenario(server):
        async with connected(server) as client:
            await client.start("weather")
            token = client.greeting["resume_token"]
        await eventually(lambda: not server.registry.threads)
        return await refusal(server, resume=token), server.health()["runs"]

    assert in_demo(scenario, DemoOptions(pace=0.1, thread_ttl=0.05)) == ((403, "resume_refused"), 0)


def test_resuming_takes_the_thread_from_the_connection_that_has_it():
    async def scenario(server):
        async with connected(server) as first:
            run_id = await first.start("weather")
            async with connected(server, resume=first.greeting["resume_token"]) as second:
                with pytest.raises(ConnectionClosed) as closed:
                    await first.until("agent_completed")
                await second.until("agent_completed", run_id=run_id)
                seqs = [event["seq"] for event in first.heard[1:] + second.heard[1:]]
                return closed.value.rcvd.code, seqs, server.health()["sessions"]

    code, seqs, sessions = in_demo(scenario)
    assert (code, sessions) == (4001, 1)
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_user_holds_so_many_threads_and_loses_the_oldest_abandoned():
    async def scenario(server):
        async with connected(server) as first:
            async with connected(server) as second:
                full = await refusal(server)
                token = second.greeting["resume_token"]
            await eventually(lambda: server.health()["sessions"] == 1)
            async with connected(server, "grace"), connected(server) as third:
                await first.sync()
                await third.sync()
                return full, await refusal(server, resume=token)

    full, forgotten = in_demo(scenario, DemoOptions(max_threads=2))
    assert full == (503, "too_many_sessions")
    assert forgotten == (403, "resume_refused")


def test_only_the_last_so_many_are_remembered():
    recent = Recent(2)
    for item in ("a", "b", "c"):
        recent.add(item)
    assert ["a" in recent, "b" in recent, "c" in recent] == [False, True, True]
