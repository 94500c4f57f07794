"""What a client does to runs: at the wrong time, twice, or too many at once."""

from ..events import Event
from ..messages import CancelRun, ClientMessage, Ping, Refused, StartAgent, UserMessage
from .bug import made, refused, said
from .scene import Scene
from .steps import connect, hear, say, start

# Nobody's: made up as a client would make one up.
_NO_RUN = "11111111-1111-4111-8111-111111111111"
_AT_ONCE = 3
_OUTCOMES = ("tool_completed", "agent_fallback")


def _wants_report(message: ClientMessage) -> bool:
    return isinstance(message, StartAgent) and message.report


@made(
    "WS203",
    connect(),
    start(report=True),
    hear("final_report"),
    start("3 + 3", report=True),
    hear("final_report"),
)
def second_report(event: Event, scene: Scene) -> list[Event]:
    """The second report that a thread asks for is given to the run of the first."""
    if event["type"] == "final_report" and scene.kept.get("asked", 0):
        first = scene.kept.setdefault("reported", event["run_id"])
        event["run_id"] = first if scene.kept["asked"] > 1 else event["run_id"]
    return [event]


@said.also("second-report")
def _second_report(message: ClientMessage, scene: Scene) -> ClientMessage:
    scene.kept["asked"] = scene.kept.get("asked", 0) + _wants_report(message)
    return message


@made("WS202 WS201", connect(), start("weather"), start("weather"), start("weather"), hear("agent_started"))
def third_run_at_once(event: Event, scene: Scene) -> list[Event]:
    """The third run at once is announced with the first one's run_id."""
    if event["type"] == "agent_started" and len(scene.thread.runs) >= _AT_ONCE - 1:
        event["run_id"] = next(iter(scene.thread.runs))
    return [event]


@said(
    "WS903 WS411",
    connect(),
    start("weather"),
    hear("agent_started"),
    say("cancel_run", run_id="$run@ada"),
    say("cancel_run", run_id="$run@ada"),
)
def cancel_twice(message: ClientMessage, scene: Scene) -> ClientMessage:
    """The second cancel_run of one run crashes its session, which closes with 1011."""
    if isinstance(message, CancelRun):
        cancelled = scene.kept.setdefault("cancelled", set())
        if message.run_id in cancelled:
            raise KeyError(message.run_id)
        if message.run_id in scene.thread.runs:
            cancelled.add(message.run_id)
    return message


@said(
    "WS202 WS203",
    connect(),
    start(),
    hear("agent_completed"),
    say("cancel_run", run_id="$run@ada"),
)
def cancel_after_the_end(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """A run that has ended with an answer can be cancelled, and ends once more."""
    run_id = message.run_id if isinstance(message, CancelRun) else ""
    if run_id in scene.thread.ended and run_id not in scene.kept.setdefault("cancelled", set()):
        scene.kept["cancelled"].add(run_id)
        scene.again(run_id, "run_cancelled", reply_to=message.message_id)
        return None
    return message


@made.also("cancel-after-the-end")
def _cancel_after_the_end(event: Event, scene: Scene) -> list[Event]:
    if event["type"] == "run_cancelled":
        scene.kept.setdefault("cancelled", set()).add(event["run_id"])
    return [event]


@said("WS903 WS411", connect(), say("cancel_run", run_id=_NO_RUN))
def cancel_before_any_run(message: ClientMessage, scene: Scene) -> ClientMessage:
    """A cancel_run on a thread that never had a run crashes its session, which closes with 1011."""
    if isinstance(message, CancelRun):
        list(scene.started)[-1]
    return message


@said(
    "WS901",
    connect(),
    start("weather"),
    hear("agent_started"),
    say("cancel_run", run_id=_NO_RUN),
)
def cancel_of_no_run(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """While a run is open, a cancel_run for one that there is not gets no answer."""
    thread = scene.thread
    if not isinstance(message, CancelRun) or not thread.runs:
        return message
    return message if message.run_id in thread.runs or message.run_id in thread.ended else None


@made("WS101", connect(), say("cancel_run", run_id=_NO_RUN))
def error_without_reply_to(event: Event, scene: Scene) -> list[Event]:
    """The error for a run that there is not does not say which message it is about."""
    if event["type"] == "error" and event["code"] == "unknown_run":
        del event["reply_to"]
    return [event]


@refused(
    "WS101",
    connect(),
    start(message_id="one"),
    hear("agent_started"),
    start(message_id="one"),
)
def undocumented_code(refusal: Refused, scene: Scene) -> Refused:
    """A message_id that was used before is refused with a code that nobody has written down."""
    if refusal.code == "duplicate_message_id":
        return Refused("conflict", refusal.message, refusal.reply_to)
    return refusal


@said(
    "WS901",
    connect(),
    start(message_id="one"),
    hear("agent_started"),
    start(message_id="one"),
)
def message_id_twice(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """A start_agent with a message_id that was used before gets no answer."""
    if not isinstance(message, StartAgent):
        return message
    used = scene.kept.setdefault("used", set())
    if message.message_id in used:
        return None
    used.add(message.message_id)
    return message


@said("WS206", connect(), start("weather"), hear("tool_executing"), say("ping"), hear("agent_completed"))
def ping_in_a_run(message: ClientMessage, scene: Scene) -> ClientMessage:
    """A ping while a tool is at work ends the run, and the tool is never heard of again."""
    if isinstance(message, Ping):
        for run_id in [run_id for run_id, calls in scene.kept.get("open", {}).items() if calls]:
            if run_id in scene.thread.runs:
                scene.thread.runs[run_id].complete()
    return message


@made.also("ping-in-a-run")
def _ping_in_a_run(event: Event, scene: Scene) -> list[Event]:
    _calls(event, scene)
    return [event]


def _calls(event: Event, scene: Scene) -> dict[str, str]:
    """Return the open tool calls of an event's run, as they are after it, with their tools."""
    runs: dict[str, dict[str, str]] = scene.kept.setdefault("open", {})
    calls = runs.setdefault(event["run_id"], {})
    if event["type"] == "tool_executing":
        calls[event["tool_call_id"]] = event["tool_name"]
    elif event["type"] in _OUTCOMES:
        calls.pop(event["tool_call_id"], None)
    return calls


@said(
    "WS202 WS203",
    connect(),
    start(),
    hear("agent_completed"),
    say("user_message", run_id="$run@ada", text="and 3 + 3"),
)
def told_after_the_end(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """A user_message to a run that has ended is taken into account."""
    if isinstance(message, UserMessage) and message.run_id in scene.thread.ended:
        fields = {"text": "Taking your message into account.", "step": 99, "reply_to": message.message_id}
        scene.again(message.run_id, "agent_thinking", **fields)
        return None
    return message


@made("WS206", connect(), start("1 + 1; 2 + 2; 3 + 3"), hear("agent_completed"))
def three_calls_of_a_tool(event: Event, scene: Scene) -> list[Event]:
    """Of three calls of one tool at once, the third one's outcome is lost."""
    calls = _calls(event, scene)
    lost = scene.kept.setdefault("lost", set())
    if event["type"] == "tool_executing" and list(calls.values()).count(event["tool_name"]) == _AT_ONCE:
        lost.add(event["tool_call_id"])
    return [] if event["type"] in _OUTCOMES and event["tool_call_id"] in lost else [event]


@made(
    "WS302",
    connect(),
    start("weather"),
    hear("agent_started"),
    say("user_message", run_id="$run@ada", text="and 3 + 3"),
    say("user_message", run_id="$run@ada", text="and 3 + 3"),
)
def same_words_twice(event: Event, scene: Scene) -> list[Event]:
    """The same user_message to a run for the second time is answered with the first one's event_id."""
    if event["type"] == "agent_thinking" and event["reply_to"] is not None:
        known = scene.kept.setdefault("thoughts", {})
        event["event_id"] = known.setdefault((event["run_id"], scene.kept["words"]), event["event_id"])
    return [event]


@said.also("same-words-twice")
def _same_words_twice(message: ClientMessage, scene: Scene) -> ClientMessage:
    if isinstance(message, UserMessage):
        scene.kept["words"] = message.text
    return message
