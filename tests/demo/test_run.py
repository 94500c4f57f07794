import asyncio
import re

import pytest
from demo.client import FAST, connected, eventually, health

from wsrecord.demo.options import DemoOptions
from wsrecord.demo.server import serve_demo

# The flows of the demo's contract, over one letter an event.
LETTERS = {
    "agent_started": "s",
    "agent_thinking": "t",
    "agent_fallback": "f",
    "agent_completed": "c",
    "final_report": "r",
    "run_cancelled": "x",
    "error": "e",
    "tool_executing": "b",
    "tool_completed": "d",
}
RUN = re.compile(r"s[tf]*(cr?|x|e)")
TOOL = re.compile(r"b[df]")

PROMPTS = [
    "2+2",
    "hello there",
    "1/0 and 9**9**9; frames; stock WIRE",
    "the weather; compression",
    "?",
    "1+1 and 2+2 and 3+3 ; ping; mocks; fuzzing; resume; isolation; tokens",
]


def in_demo(scenario, options=FAST):
    async def main():
        async with serve_demo(options=options) as server:
            return await scenario(server)

    return asyncio.run(main())


def check_flows(events):
    """Hold a run's events against the flows, in the order in which they came."""
    order = "".join(LETTERS[event["type"]] for event in events if not event["type"].startswith("tool_"))
    assert RUN.fullmatch(order)
    calls = {}
    for event in events:
        if event.get("tool_call_id"):
            calls.setdefault(event["tool_call_id"], []).append(LETTERS[event["type"]])
    for call in calls.values():
        # A run that ends early takes its open calls with it.
        assert TOOL.fullmatch("".join(call)) or (len(call) == 1 and order[-1] in "xe")
    tools = [number for number, event in enumerate(events) if event["type"].startswith("tool_")]
    ends = [
        n for n, event in enumerate(events) if event["type"] in ("agent_completed", "run_cancelled", "error")
    ]
    assert all(0 < number < ends[0] for number in tools)


def of(events, name):
    return [event for event in events if event["type"] == name]


def test_every_run_keeps_to_the_flows():
    async def scenario(server):
        async with connected(server) as client:
            return [await client.ask(prompt) for prompt in PROMPTS * 3], client.heard

    runs, heard = in_demo(scenario)
    for events in runs:
        check_flows(events)
    assert [event["seq"] for event in heard] == list(range(len(heard)))
    assert len({event["event_id"] for event in heard}) == len(heard)


def test_no_two_runs_think_alike():
    async def scenario(server):
        async with connected(server) as client:
            return [len(of(await client.ask("2+2"), "agent_thinking")) for _ in range(12)]

    assert len(set(in_demo(scenario))) > 1


def test_every_event_has_the_same_envelope():
    async def scenario(server):
        async with connected(server) as client:
            run_id = await client.start("weather")
            await client.say("cancel_run", run_id=run_id)
            await client.ask("frames; stock", report=True)
            await client.refused("{}")
            return client.heard

    heard = in_demo(scenario)
    assert {event["type"] for event in heard} == {*LETTERS, "connection_established", "pong"}
    for event in heard:
        assert list(event)[:8] == [
            "type",
            "event_id",
            "timestamp",
            "seq",
            "user_id",
            "thread_id",
            "run_id",
            "agent_name",
        ]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["timestamp"])
        assert (event["run_id"] is None) == (event["agent_name"] is None)
        assert event["user_id"] == "user-ada"
        assert event["thread_id"] == heard[0]["thread_id"]


def test_the_answer_is_made_of_what_the_tools_found():
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask("What is 6*7? Why do mocks lie? Any weather?")

    events = in_demo(scenario)
    answer = of(events, "agent_completed")[0]
    assert answer["tool_calls"] == 3
    assert "6*7 = 42" in answer["answer"]
    assert "Why mocks lie" in answer["answer"]
    assert "5 entries on weather" in answer["answer"]
    results = {event["tool_name"]: event["results"] for event in of(events, "tool_completed")}
    assert results["calculator"] == {"expression": "6*7", "value": 42}
    assert set(results["search"]["hits"][0]) == {"id", "title", "score", "excerpt"}
    assert results["archive_lookup"]["entries_read"] == 14


def test_tools_run_side_by_side():
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask("the weather; 1+1; 2+2; frames")

    names = [event["type"] for event in in_demo(scenario) if event["type"].startswith("tool_")]
    assert names == ["tool_executing"] * 4 + ["tool_completed"] * 4


def test_the_agent_goes_on_without_a_tool_that_fails():
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask("stock WIRE? 2+2")

    events = in_demo(scenario)
    fallback = of(events, "agent_fallback")[0]
    assert fallback["tool_name"] == "stock_ticker"
    assert fallback["reason"].startswith("JSONDecodeError")
    assert fallback["tool_call_id"] in {event["tool_call_id"] for event in of(events, "tool_executing")}
    assert "2+2 = 4" in of(events, "agent_completed")[0]["answer"]
    findings = {found["tool_name"]: found["status"] for found in of(events, "final_report")[0]["findings"]}
    assert findings == {"stock_ticker": "failed", "calculator": "completed", "search": "completed"}


def test_an_agent_does_without_the_tools_that_it_never_had():
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask("frames", agent_name="mathematician")

    events = in_demo(scenario)
    check_flows(events)
    assert of(events, "agent_fallback")[0]["tool_call_id"] is None
    assert not of(events, "tool_executing")
    assert {event["agent_name"] for event in events} == {"mathematician"}


@pytest.mark.parametrize(
    ("prompt", "asked", "reported"),
    [("2+2", False, False), ("2+2", True, True), ("2+2; 3+3", False, True), ("?", True, True)],
)
def test_a_report_follows_when_asked_for_or_when_there_were_several_calls(prompt, asked, reported):
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask(prompt, report=asked)

    assert bool(of(in_demo(scenario), "final_report")) is reported


def test_a_user_message_is_taken_into_account():
    async def scenario(server):
        async with connected(server) as client:
            run_id = await client.start("weather")
            message_id = await client.say("user_message", run_id=run_id, text="and 20+22 please")
            await client.until("final_report", run_id=run_id)
            return message_id, client.heard[1:]

    message_id, events = in_demo(scenario)
    check_flows(events)
    assert [event["text"] for event in events if event.get("reply_to") == message_id] == [
        "Taking your message into account."
    ]
    assert "20+22 = 42" in of(events, "agent_completed")[0]["answer"]


def test_a_cancelled_run_says_nothing_more():
    async def scenario(server):
        async with connected(server) as client:
            runs = []
            for _ in range(5):
                runs.append(await client.start("weather; frames; 1+1; stock"))
                await client.until("tool_executing", run_id=runs[-1])
                await client.say("cancel_run", run_id=runs[-1])
            await client.sync()
            await client.ask("2+2")
            return [[event for event in client.heard if event["run_id"] == run_id] for run_id in runs]

    for events in in_demo(scenario):
        assert events[-1]["type"] == "run_cancelled"
        assert len(of(events, "run_cancelled")) == 1


def test_a_run_can_be_cancelled_once_and_not_after_its_end():
    async def scenario(server):
        async with connected(server) as client:
            run_id = await client.start("weather")
            await client.say("cancel_run", run_id=run_id)
            await client.say("cancel_run", run_id=run_id)
            await client.sync()
            done = (await client.ask("2+2"))[0]["run_id"]
            await client.say("cancel_run", run_id=done)
            await client.say("user_message", run_id=done, text="more")
            await client.sync()
            return client.heard

    assert [(event["code"], event["run_id"]) for event in of(in_demo(scenario), "error")] == [
        ("run_ended", None)
    ] * 3


def test_concurrent_runs_keep_apart():
    async def scenario(server):
        async with connected(server) as client:
            for number in range(8):
                await client.say("start_agent", prompt=f"{number}+100; frames")
            for _ in range(8):
                await client.until("final_report")
            return client.heard[1:]

    heard = in_demo(scenario)
    runs = {event["run_id"]: [] for event in heard}
    for event in heard:
        runs[event["run_id"]].append(event)
    assert len(runs) == 8
    for events in runs.values():
        check_flows(events)
        number = events[0]["prompt"].partition("+")[0]
        assert f"{number}+100 = {int(number) + 100}." in of(events, "agent_completed")[0]["answer"]
    # They really were interleaved.
    starts = [number for number, event in enumerate(heard) if event["type"] == "agent_started"]
    ends = [number for number, event in enumerate(heard) if event["type"] == "agent_completed"]
    assert max(starts) < min(ends)


def test_too_large_a_plan_ends_the_run_with_an_error():
    async def scenario(server):
        async with connected(server) as client:
            return await client.ask(" ; ".join(["1+1"] * 9))

    events = in_demo(scenario)
    check_flows(events)
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "plan_too_large")


def test_a_run_that_takes_too_long_ends_with_an_error():
    async def scenario(server):
        async with connected(server) as client:
            events = await client.ask("weather")
            return events, await health(server)

    events, alive = in_demo(scenario, DemoOptions(pace=0.05, run_timeout=0.2))
    check_flows(events)
    assert events[-1]["code"] == "run_timeout"
    assert alive["runs"] == 0


def test_a_seed_makes_a_run_repeatable():
    async def scenario(server):
        async with connected(server) as client:
            events = await client.ask("2+2")
            return [{**event, "timestamp": "", "duration_ms": 0} for event in events], client.greeting[
                "thread_id"
            ]

    seeded = DemoOptions(seed=7, pace=0.001)
    assert in_demo(scenario, seeded) == in_demo(scenario, seeded)
    assert in_demo(scenario, seeded) != in_demo(scenario, DemoOptions(seed=8, pace=0.001))


def test_runs_are_counted_while_they_last():
    async def scenario(server):
        async with connected(server) as client:
            await client.start("weather")
            during = await health(server)
            await client.until("agent_completed")
            await eventually(lambda: server.health()["runs"] == 0)
            return during

    assert in_demo(scenario) == {"status": "ok", "sessions": 1, "runs": 1}
