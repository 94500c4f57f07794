"""What a message says: values that nobody thought of."""

import json
import time
import uuid
from collections import Counter
from typing import Any

from ..events import Event
from ..messages import MAX_ID, MAX_TEXT, CancelRun, ClientMessage, Ping, Refused, StartAgent
from . import steps as step
from .bug import made, refused, said, text
from .scene import Scene
from .steps import connect, say, start

# Enough to be seen after a few messages; bounded, for the machine has other work.
_LEAK, _LEAKS = 2 * 2**20, 200
_LONG = 2000
_STRINGS = ("message_id", "prompt", "text", "run_id", "agent_name")


def _object(heard: str) -> dict[str, Any]:
    """Return the object of a text; none has no fields."""
    try:
        value = json.loads(heard)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _values(value: Any) -> list[Any]:
    """Return all scalars in a value."""
    found, rest = [], [value]
    while rest:
        match rest.pop():
            case dict() as inner:
                rest += inner.values()
            case list() as inner:
                rest += inner
            case scalar:
                found.append(scalar)
    return found


@text("WS903 WS411", connect(), step.text(""))
def empty_text(heard: str, scene: Scene) -> str:
    """An empty text message crashes its session, which closes with 1011."""
    return heard if heard[0] else ""


@text("WS903 WS411", connect(), start(""))
def empty_prompt(heard: str, scene: Scene) -> str:
    """A prompt without a word in it crashes its session, which closes with 1011."""
    prompt = _object(heard).get("prompt")
    if isinstance(prompt, str):
        prompt.split()[0]
    return heard


@text("WS903 WS411", connect(), start("\ud800"))
def lone_surrogate(heard: str, scene: Scene) -> str:
    """Half of a surrogate pair in a string crashes its session, which closes with 1011."""
    for value in _values(_object(heard)):
        str(value).encode()
    return heard


@made("WS303", connect(), start("2 + 2\0 and more"))
def nul_in_a_prompt(event: Event, scene: Scene) -> list[Event]:
    """A prompt is cut at its first NUL."""
    if event["type"] == "agent_started":
        event["prompt"] = event["prompt"].partition("\0")[0] or " "
    return [event]


@text("WS901", connect(), step.text('{"type": "ping", "message_id": 1e400}'))
def huge_number(heard: str, scene: Scene) -> str | None:
    """A message with a number beyond a double gets no answer."""
    return None if any(isinstance(v, float) and abs(v) > 1e308 for v in _values(_object(heard))) else heard


@text("WS903 WS411", connect(), say("ping", message_id=-1))
def negative_number(heard: str, scene: Scene) -> str:
    """A negative number crashes its session, which closes with 1011."""
    for value in _values(_object(heard)):
        if isinstance(value, int | float) and not value >= 0:
            raise ValueError("a length can't be negative")
    return heard


@said("WS902", connect(), start("x" * MAX_TEXT))
def longest_prompt(message: ClientMessage, scene: Scene) -> ClientMessage:
    """A prompt of exactly as many characters as are allowed is refused as too long."""
    if isinstance(message, StartAgent) and len(message.prompt) >= MAX_TEXT:
        raise Refused(
            "invalid_value", f"the field prompt has more than {MAX_TEXT} characters", message.message_id
        )
    return message


@said("WS306", connect(), say("ping", message_id="m" * MAX_ID))
def longest_message_id(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """A message_id of exactly as many characters as are allowed is never answered."""
    return None if len(message.message_id) >= MAX_ID else message


def _depth(heard: str) -> int:
    deepest = depth = 0
    for character in heard:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


@text("WS903", connect(), say("ping", message_id=json.loads("[" * 50 + "]" * 50)))
def deep_nesting(heard: str, scene: Scene) -> str:
    """A message nested fifty levels deep ends the whole server."""
    if _depth(heard) > 50:
        scene.world.die()
    return heard


@refused("WS901", connect(), say("dance"))
def unknown_type_unanswered(refusal: Refused, scene: Scene) -> Refused | None:
    """A message of a type that there is not gets no answer."""
    return None if refusal.code == "unknown_type" else refusal


@refused("WS901", connect(), say("start_agent"))
def missing_field_unanswered(refusal: Refused, scene: Scene) -> Refused | None:
    """A message without a field that it needs gets no answer."""
    return None if refusal.code == "missing_field" else refusal


@text("WS903 WS411", connect(), say("start_agent", prompt=None))
def null_for_a_field(heard: str, scene: Scene) -> str:
    """Null for a field crashes its session, which closes with 1011."""
    for value in _object(heard).values():
        if value is None:
            raise AttributeError("'NoneType' object has no attribute 'strip'")
    return heard


@text("WS907", connect(), say("ping", colour="red"))
def extra_field_accepted(heard: str, scene: Scene) -> str:
    """A field that there is not is taken as if it were."""
    fields = _object(heard)
    known = {"type", "report", *_STRINGS}
    return heard if fields.keys() <= known else json.dumps({k: v for k, v in fields.items() if k in known})


@text("WS907", connect(), start(prompt=5))  # type: ignore[arg-type]  # that is the point
def number_for_text(heard: str, scene: Scene) -> str:
    """A number where a text is due is taken for its digits."""
    fields = _object(heard)
    if not any(isinstance(fields.get(name), int) for name in _STRINGS):
        return heard
    return json.dumps({k: str(v) if k in _STRINGS and isinstance(v, int) else v for k, v in fields.items()})


@text("WS907", connect(), start(report="yes"))
def text_for_boolean(heard: str, scene: Scene) -> str:
    """Any value is taken where a boolean is due."""
    fields = _object(heard)
    return json.dumps({**fields, "report": bool(fields["report"])}) if "report" in fields else heard


@text("WS907", connect(), step.text('[{"type": "ping", "message_id": "m"}]'))
def array_accepted(heard: str, scene: Scene) -> str:
    """An array of messages is taken for its first one."""
    try:
        value = json.loads(heard)
    except (ValueError, RecursionError):
        return heard
    return json.dumps(value[0]) if isinstance(value, list) and value else heard


@text("WS907", connect(), start(agent_name="nobody"))
def unknown_agent_accepted(heard: str, scene: Scene) -> str:
    """An agent that there is not is taken for the assistant."""
    fields = _object(heard)
    name = fields.get("agent_name")
    if not isinstance(name, str) or name in ("assistant", "mathematician", "librarian"):
        return heard
    return json.dumps({**fields, "agent_name": "assistant"})


@said("WS903 WS411", connect(), start(agent_name="librarian"))
def librarian(message: ClientMessage, scene: Scene) -> ClientMessage:
    """The librarian, an agent that few ask for, crashes its session, which closes with 1011."""
    if isinstance(message, StartAgent) and message.agent_name == "librarian":
        raise LookupError("the librarian's tools are not installed")
    return message


@said("WS903 WS411", connect(), say("cancel_run", run_id="run 7"))
def run_id_unlike_any(message: ClientMessage, scene: Scene) -> ClientMessage:
    """A run_id that is no UUID crashes its session, which closes with 1011."""
    if isinstance(message, CancelRun):
        uuid.UUID(message.run_id)
    return message


@made("WS302", connect(), start("2 + 2 \U0001f642"))
def emoji_twice(event: Event, scene: Scene) -> list[Event]:
    """A prompt with a character beyond the first 65,536 has its agent_started twice."""
    if event["type"] == "agent_started" and max(event["prompt"]) > "\uffff":
        return [event, dict(event)]
    return [event]


@made("WS303", connect(), start("2 + 2 \u05d0\u05d1"))
def right_to_left(event: Event, scene: Scene) -> list[Event]:
    """A prompt in a script that runs from right to left comes back reversed."""
    if event["type"] == "agent_started" and any("\u0590" <= c <= "\u08ff" for c in event["prompt"]):
        event["prompt"] = event["prompt"][::-1]
    return [event]


@said("WS904", connect("grace"), connect(), start("x" * _LONG))
def long_prompt_blocks(message: ClientMessage, scene: Scene) -> ClientMessage:
    """A prompt of 2,000 characters keeps the whole server busy for two seconds."""
    if isinstance(message, StartAgent) and len(message.prompt) >= _LONG:
        time.sleep(2)  # on the event loop: that is the bug
    return message


@refused("WS905", connect(), step.text("[]"))
def health_after_an_array(refusal: Refused, scene: Scene) -> Refused:
    """JSON that is no object makes the health page answer 500 from then on."""
    scene.world.sick |= refusal.code == "not_an_object"
    return refusal


@refused("WS906", connect(), say("dance"))
def refusals_leak(refusal: Refused, scene: Scene) -> Refused:
    """Every message that is refused costs two megabytes, for good."""
    leaked = scene.world.kept.setdefault("leaked", [])
    if len(leaked) < _LEAKS:
        leaked.append(b"x" * _LEAK)
    return refusal


@said("WS306 WS901", connect(), *[say("ping")] * 50)
def flood_of_pings(message: ClientMessage, scene: Scene) -> ClientMessage | None:
    """Of many pings in one second, the fiftieth and those behind it have no pong."""
    counts: Counter[int] = scene.kept.setdefault("pings", Counter())
    if not isinstance(message, Ping):
        return message
    now = int(time.monotonic())
    counts[now] += 1
    # Seconds begin where they like: a flood is counted over two of them.
    return None if counts[now] + counts[now - 1] >= 50 else message
