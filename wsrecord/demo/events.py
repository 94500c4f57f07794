"""The events that the server sends: one flat envelope, built and encoded in one place.

Every event has the envelope:

| field        | type           | meaning                                                       |
| ------------ | -------------- | ------------------------------------------------------------- |
| `type`       | string         | the event's name                                              |
| `event_id`   | string         | a UUID                                                        |
| `timestamp`  | string         | RFC 3339, UTC, milliseconds                                   |
| `seq`        | integer        | the event's number on its thread; see below                   |
| `user_id`    | string         | who is logged in                                              |
| `thread_id`  | string         | a UUID; one conversation, over all its connections            |
| `run_id`     | string or null | a UUID; null for what belongs to no run                       |
| `agent_name` | string or null | who works on the run; null exactly when `run_id` is           |

and these fields of its own, all of them always:

| event                    | fields                                                                     |
| ------------------------ | -------------------------------------------------------------------------- |
| `connection_established` | `resume_token`, `resume_ttl` (seconds), `resumed` (boolean), `replayed`,   |
|                          | `lost` (integers), `agents` (names that start_agent may ask for)           |
| `agent_started`          | `reply_to`, `prompt`, `tools` (names)                                      |
| `agent_thinking`         | `text`, `step` (from 1), `reply_to` (a user_message's id, or null)         |
| `tool_executing`         | `tool_call_id`, `tool_name`, `parameters` (object)                         |
| `tool_completed`         | `tool_call_id`, `tool_name`, `results` (object), `duration_ms` (integer)   |
| `agent_fallback`         | `tool_call_id` (or null: not even tried), `tool_name`, `reason`, `text`    |
| `agent_completed`        | `answer`, `tool_calls` (how many), `duration_ms`                           |
| `final_report`           | `title`, `summary`, `findings` (list of `tool_call_id`, `tool_name`,       |
|                          | `status`: completed or failed, `text`)                                     |
| `run_cancelled`          | `reply_to`                                                                 |
| `error`                  | `code`, `message`, `reply_to` (or null); a run's end exactly when `run_id` |
|                          | is not null                                                                |
| `pong`                   | `reply_to`                                                                 |

`seq` grows by one with each event of a thread. `connection_established` belongs to its connection
alone: it isn't numbered or replayed, and its `seq` is that of the event before the next one.
`tool_call_id` and every id but a client's `message_id` are made by the server.
"""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]


def new_id(rng: random.Random) -> str:
    """Return a new UUID from the given randomness."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def encode(event: Event) -> bytes:
    """Return an event as the text that crosses the wire."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True)
class Origin:
    """Where an event comes from: the part of the envelope that says whose it is."""

    user_id: str
    thread_id: str
    run_id: str | None = None
    agent_name: str | None = None


class Mint:
    """Makes events: every one that a server sends is built here."""

    def __init__(self, rng: random.Random, clock: Callable[[], float]) -> None:
        self._rng = rng
        self._clock = clock

    def event(self, name: str, origin: Origin, seq: int, fields: dict[str, Any]) -> Event:
        """Return a new event."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        return {
            "type": name,
            "event_id": new_id(self._rng),
            "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "seq": seq,
            "user_id": origin.user_id,
            "thread_id": origin.thread_id,
            "run_id": origin.run_id,
            "agent_name": origin.agent_name,
            **fields,
        }
