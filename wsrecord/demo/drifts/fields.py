"""Fields that go, move, or change their names, their types or their values."""

import json
from datetime import datetime

from ..events import Event
from .drift import ENVELOPE, Stage, field

_TOOLS = "tool_executing tool_completed"


@field("breaking", "WS101 WS803", of=_TOOLS)
def tool_name_missing(event: Event, stage: Stage) -> None:
    """Tool events no longer say which tool."""
    del event["tool_name"]


@field("breaking", "WS101 WS803", of="tool_completed")
def results_missing(event: Event, stage: Stage) -> None:
    """tool_completed comes without results."""
    del event["results"]


@field("breaking", "WS101 WS803", of="agent_completed")
def answer_missing(event: Event, stage: Stage) -> None:
    """agent_completed comes without its answer."""
    del event["answer"]


@field("breaking", "WS101 WS803", of="agent_thinking")
def run_id_missing(event: Event, stage: Stage) -> None:
    """Thoughts no longer say which run they belong to."""
    del event["run_id"]


@field("breaking", "WS101 WS803", of="agent_started pong")
def reply_to_missing(event: Event, stage: Stage) -> None:
    """Answers no longer say what they answer."""
    del event["reply_to"]


@field("breaking", "WS101 WS803", of="tool_executing")
def parameter_missing(event: Event, stage: Stage) -> None:
    """A tool's first parameter is gone, deep inside the event."""
    event["parameters"].pop(next(iter(event["parameters"])))


@field("breaking", "WS101 WS804")
def field_added(event: Event, stage: Stage) -> None:
    """Every event has a field that the contract does not know."""
    event["debug"] = {"host": "worker-7"}


@field("breaking", "WS101 WS809", of="agent_thinking tool_executing tool_completed agent_completed")
def moved_under_data(event: Event, stage: Stage) -> None:
    """What an event says moved under `data`; the envelope stayed where it was."""
    event["data"] = {name: event.pop(name) for name in list(event) if name not in ENVELOPE}


@field("breaking", "WS101 WS809", of="tool_completed")
def payload_flattened(event: Event, stage: Stage) -> None:
    """What was inside `results` now stands beside it."""
    event.update(event.pop("results"))


@field("breaking", "WS101 WS809", of="tool_executing")
def parameters_wrapped(event: Event, stage: Stage) -> None:
    """A tool's parameters moved one level down, into `arguments`."""
    event["parameters"] = {"arguments": event["parameters"]}


@field("breaking", "WS103 WS809", of="agent_thinking")
def whole_event_wrapped(event: Event, stage: Stage) -> None:
    """A whole event moved under `event`, its name too."""
    inner = dict(event)
    event.clear()
    event["event"] = inner


@field("breaking", "WS101 WS805", of="tool_completed")
def json_in_json(event: Event, stage: Stage) -> None:
    """Results are a string that holds JSON."""
    event["results"] = json.dumps(event["results"])


@field("breaking", "WS101 WS805")
def timestamp_as_number(event: Event, stage: Stage) -> None:
    """The timestamp is a number of seconds, no longer text."""
    event["timestamp"] = datetime.fromisoformat(event["timestamp"]).timestamp()


@field("breaking", "WS101 WS805")
def timestamp_in_milliseconds(event: Event, stage: Stage) -> None:
    """The timestamp is a whole number of milliseconds, no longer text."""
    event["timestamp"] = int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1000)


@field("breaking", "WS101")
def timestamp_without_zone(event: Event, stage: Stage) -> None:
    """The timestamp no longer says that it is UTC."""
    event["timestamp"] = event["timestamp"].removesuffix("Z")


@field("breaking", "WS101 WS805", of="tool_completed agent_completed")
def number_as_string(event: Event, stage: Stage) -> None:
    """Durations are text."""
    event["duration_ms"] = str(event["duration_ms"])


@field("breaking", "WS101 WS805", of="agent_completed")
def string_as_list(event: Event, stage: Stage) -> None:
    """The answer is a list of parts."""
    event["answer"] = [{"kind": "text", "text": event["answer"]}]


@field("breaking", "WS101 WS805", of="connection_established")
def boolean_as_number(event: Event, stage: Stage) -> None:
    """`resumed` is 0 or 1."""
    event["resumed"] = int(event["resumed"])


@field("breaking", "WS101 WS805", of="connection_established")
def duration_as_text(event: Event, stage: Stage) -> None:
    """`resume_ttl` is an ISO 8601 duration, no longer a number of seconds."""
    event["resume_ttl"] = f"PT{event['resume_ttl']:g}S"


@field("breaking", "WS101 WS816", of="agent_completed final_report")
def null_for_a_text(event: Event, stage: Stage) -> None:
    """The answer, or a report's summary, is null."""
    event["answer" if "answer" in event else "summary"] = None


@field("breaking", "WS101 WS816")
def null_for_an_id(event: Event, stage: Stage) -> None:
    """No event has an id any more: it is there, and null."""
    event["event_id"] = None


@field("breaking", "WS101", of="agent_completed")
def empty_text(event: Event, stage: Stage) -> None:
    """The answer is empty."""
    event["answer"] = ""


@field("breaking", "WS101", of="tool_completed agent_completed")
def negative_duration(event: Event, stage: Stage) -> None:
    """Durations are negative."""
    event["duration_ms"] = -1 - event["duration_ms"]


@field("breaking", "WS101 WS806", of=_TOOLS)
def enum_value_new(event: Event, stage: Stage) -> None:
    """A tool has a name that is not among those agreed on."""
    event["tool_name"] = "web_search"


@field("breaking", "WS101 WS806", of="final_report")
def status_value_new(event: Event, stage: Stage) -> None:
    """A report's findings have a status that is not among those agreed on."""
    for finding in event["findings"]:
        finding["status"] = "ok"


@field("warning", "WS807", of="connection_established")
def constant_changed(event: Event, stage: Stage) -> None:
    """A thread is kept for 5 seconds, where it always was 60."""
    event["resume_ttl"] = 5.0


@field("breaking", "WS303", of="agent_started")
def echo_changed(event: Event, stage: Stage) -> None:
    """The prompt comes back in other words than the client's."""
    event["prompt"] = event["prompt"].upper() + "!"


@field("breaking", "WS101", of="agent_started")
def id_format_changed(event: Event, stage: Stage) -> None:
    """Events' ids are no UUIDs any more."""
    event["event_id"] = f"evt_{event['event_id'][:8]}"


def _renamed(name: str, events: str, old: str, new: str, codes: str = "WS101 WS808") -> None:
    def rename(event: Event, stage: Stage) -> None:
        event[new] = event.pop(old)

    where = f"In {' and '.join(events.split())}" if events else "In every event"
    field.add(name, "breaking", codes, f"{where} `{old}` is called `{new}`.", rename, of=events)


_renamed("thought-renamed", "agent_thinking", "text", "reasoning")
_renamed("results-renamed", "tool_completed", "results", "result")
_renamed("call-id-renamed", "tool_executing tool_completed", "tool_call_id", "call_id")
_renamed("answer-renamed", "agent_completed", "answer", "output")
_renamed("case-changed", "", "run_id", "runId")
_renamed("type-renamed", "", "type", "event", "WS103 WS808")


def _event_renamed(old: str, new: str) -> None:
    def rename(event: Event, stage: Stage) -> None:
        event["type"] = new

    field.add(
        f"{old.replace('_', '-')}-renamed",
        "breaking",
        "WS102 WS801",
        f"The event {old} is called {new}.",
        rename,
        of=old,
    )


_event_renamed("agent_thinking", "thought")
_event_renamed("tool_completed", "tool_done")
_event_renamed("agent_completed", "run_finished")
