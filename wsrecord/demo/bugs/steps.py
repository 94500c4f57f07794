"""What a client does to meet a bug: steps, as data.

| step         | fields                              | what the client does                                |
| ------------ | ----------------------------------- | --------------------------------------------------- |
| `connect`    | `user`, `resume`, `after`, `narrow` | log in and open a session; `narrow`: 4 KB of buffer |
| `say`        | `message`                           | send a text message: this value as JSON             |
| `text`       | `text`                              | send a text message: this text                      |
| `binary`     | `text`                              | send a binary message: this text as UTF-8           |
| `fragments`  | `parts` (base64), `ping`            | send a text message in frames; `ping`: one inside   |
| `ping`       | `size`                              | send a ping frame with so many bytes                |
| `bytes`      | `data` (base64)                     | write bytes as they are                             |
| `hear`       | `event`                             | wait for an event of this name                      |
| `close`      | `code` (or null)                    | begin a closing handshake                           |
| `cut`        |                                     | reset the connection                                |
| `half_close` |                                     | send FIN, and go on reading                         |
| `stop`       |                                     | stop reading                                        |

`on` names the session that a step belongs to. In values, `$run@ada` stands for the last run that the
session `ada` was told of, `$token@ada` for its first resume token. A message of `say` without a `message_id`
is given one, unlike any other.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What counts as a message of the client's.
_MESSAGES = {"say", "text", "binary", "fragments", "ping", "bytes"}


@dataclass(frozen=True)
class Step:
    """One thing that a client does."""

    do: str
    on: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_message(self) -> bool:
        """Whether it sends a message."""
        return self.do in _MESSAGES

    def as_json(self) -> dict[str, Any]:
        """Return it as a plain map."""
        return {"do": self.do, "on": self.on, **self.fields}


def connect(on: str = "ada", **fields: Any) -> Step:
    """Log in and open a session."""
    return Step("connect", on, {"user": on.split(maxsplit=1)[0], **fields})


def say(kind: str, on: str = "ada", **fields: Any) -> Step:
    """Send a message of the protocol's."""
    return Step("say", on, {"message": {"type": kind, **fields}})


def start(prompt: str = "2 + 2", on: str = "ada", **fields: Any) -> Step:
    """Send a start_agent."""
    return say("start_agent", on, prompt=prompt, **fields)


def text(said: str, on: str = "ada") -> Step:
    """Send a text message."""
    return Step("text", on, {"text": said})


def binary(said: str, on: str = "ada") -> Step:
    """Send a binary message."""
    return Step("binary", on, {"text": said})


def fragments(*parts: bytes, on: str = "ada", ping: bool = False) -> Step:
    """Send one text message in several frames."""
    return Step("fragments", on, {"parts": [base64.b64encode(part).decode() for part in parts], "ping": ping})


def ping(size: int, on: str = "ada") -> Step:
    """Send a ping frame."""
    return Step("ping", on, {"size": size})


def raw(data: bytes, on: str = "ada") -> Step:
    """Write bytes, whatever they are."""
    return Step("bytes", on, {"data": base64.b64encode(data).decode()})


def hear(event: str, on: str = "ada") -> Step:
    """Wait for an event."""
    return Step("hear", on, {"event": event})


def close(code: int | None, on: str = "ada") -> Step:
    """Begin a closing handshake."""
    return Step("close", on, {"code": code})


def cut(on: str = "ada") -> Step:
    """Reset the connection."""
    return Step("cut", on)


def half_close(on: str = "ada") -> Step:
    """Say that nothing more comes, and go on reading."""
    return Step("half_close", on)


def stop(on: str = "ada") -> Step:
    """Stop reading."""
    return Step("stop", on)
