"""What clients may say: four messages, checked here and nowhere else.

| message        | fields, all required unless said otherwise                                            |
| -------------- | ------------------------------------------------------------------------------------- |
| `start_agent`  | `message_id`, `prompt`; optional: `agent_name`, `report` (boolean: a report, please)  |
| `user_message` | `message_id`, `run_id`, `text`                                                        |
| `cancel_run`   | `message_id`, `run_id`                                                                |
| `ping`         | `message_id`                                                                          |

Each is one text message holding one JSON object with a `type`. Strings have at least one character
that isn't white space (as ECMA-262 has it, for so the contract's patterns read), and no lone surrogates;
ids have up to 128 characters, texts up to 4,000. There are no other fields. What is refused is answered
with an `error` event that has one of these codes; none of them ends the connection, and none ends a run:

| code                   | when                                                                   |
| ---------------------- | ---------------------------------------------------------------------- |
| `invalid_json`         | not JSON, nested too deeply, a number too long, or NaN                 |
| `not_an_object`        | JSON, but not an object                                                |
| `missing_field`        | a field isn't there                                                    |
| `unknown_field`        | there is a field that the message hasn't got                           |
| `wrong_type`           | a field has another JSON type                                          |
| `invalid_value`        | a string is blank, too long, or has a lone surrogate                   |
| `unknown_type`         | `type` is none of the four                                             |
| `binary_message`       | a binary message                                                       |
| `unknown_agent`        | no agent has this `agent_name`                                         |
| `duplicate_message_id` | the thread took a start_agent or user_message with this id before      |
| `unknown_run`          | the thread has no such run; somebody else's run looks the same         |
| `run_ended`            | the run has ended already                                              |
| `too_many_runs`        | the thread has as many open runs as it may have                        |
| `too_many_messages`    | the run has been told enough                                           |
| `internal_error`       | the server's own fault                                                 |
"""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

MAX_ID = 128
MAX_TEXT = 4000
# ECMA-262's white space: str.strip() knows other characters, and doesn't know U+FEFF.
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class Refused(Exception):  # noqa: N818 - not an error of ours: the client's message is refused
    """A client's message is refused; becomes an `error` event."""

    def __init__(self, code: str, message: str, reply_to: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reply_to = reply_to


@dataclass(frozen=True)
class StartAgent:
    """Start a run."""

    message_id: str
    prompt: str
    agent_name: str | None = None
    report: bool = False


@dataclass(frozen=True)
class UserMessage:
    """Say something to a run."""

    message_id: str
    run_id: str
    text: str


@dataclass(frozen=True)
class CancelRun:
    """End a run early."""

    message_id: str
    run_id: str


@dataclass(frozen=True)
class Ping:
    """Ask for a pong."""

    message_id: str


ClientMessage = StartAgent | UserMessage | CancelRun | Ping


@dataclass(frozen=True)
class Field:
    """One field of a client's message."""

    name: str
    kind: type[str] | type[bool]
    longest: int = MAX_ID
    required: bool = True


_ID = Field("message_id", str)
_RUN = Field("run_id", str)
_SHAPES: dict[str, tuple[type[ClientMessage], tuple[Field, ...]]] = {
    "start_agent": (
        StartAgent,
        (
            _ID,
            Field("prompt", str, MAX_TEXT),
            Field("agent_name", str, required=False),
            Field("report", bool, required=False),
        ),
    ),
    "user_message": (UserMessage, (_ID, _RUN, Field("text", str, MAX_TEXT))),
    "cancel_run": (CancelRun, (_ID, _RUN)),
    "ping": (Ping, (_ID,)),
}
_KINDS = {str: "a string", bool: "a boolean"}


def parse(text: str) -> ClientMessage:
    """Return a client's message, or raise Refused. No value of the client's is repeated in the text."""
    said = _object(text)
    reply_to = _reply_to(said)
    name = _checked(said, Field("type", str), reply_to)
    if name not in _SHAPES:
        raise Refused("unknown_type", f"the type is none of {', '.join(_SHAPES)}", reply_to)
    shape, fields = _SHAPES[name]
    values = {
        field.name: _checked(said, field, reply_to)
        for field in fields
        if field.required or field.name in said
    }
    if said.keys() - values.keys() - {"type"}:
        raise Refused("unknown_field", f"a {name} has no other fields than its own", reply_to)
    return shape(**values)


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise Refused("invalid_json", "the message is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Refused("invalid_json", f"the message is not JSON: {error.msg} at {error.pos}") from None
    except ValueError:
        # What is left: an integer with thousands of digits, which Python refuses to convert.
        raise Refused("invalid_json", "a number in the message is too long, or not one of JSON's") from None
    if not isinstance(said, dict):
        raise Refused("not_an_object", "the message is JSON but not an object")
    return said


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def _reply_to(said: dict[str, Any]) -> str | None:
    try:
        return str(_checked(said, _ID, None))
    except Refused:
        return None


def _checked(said: dict[str, Any], field: Field, reply_to: str | None) -> Any:
    if field.name not in said:
        raise Refused("missing_field", f"the field {field.name} is missing", reply_to)
    value = said[field.name]
    if not isinstance(value, field.kind):
        raise Refused("wrong_type", f"the field {field.name} must be {_KINDS[field.kind]}", reply_to)
    if isinstance(value, str):
        if len(value) > field.longest:
            problem = f"the field {field.name} has more than {field.longest} characters"
            raise Refused("invalid_value", problem, reply_to)
        if not value.strip(_SPACE):
            raise Refused("invalid_value", f"the field {field.name} is blank", reply_to)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Refused("invalid_value", f"the field {field.name} has a lone surrogate", reply_to)
    return value
