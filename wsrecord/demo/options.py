"""The knobs of the demo server: one frozen value, passed down, never global."""

import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from .bugs.bug import Bug
from .drifts.drift import Chosen


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """How one demo server behaves; durations are seconds, sizes are bytes."""

    # Chance and time. A seed makes ids, tokens and the agent's whims repeatable, and therefore
    # guessable: it is for tests. Without one everything comes from the system's randomness.
    seed: int | None = None
    clock: Callable[[], float] = time.time
    pace: float = 0.03

    # What a run may cost.
    run_timeout: float = 30.0
    max_runs: int = 8
    max_calls: int = 8
    max_user_messages: int = 20

    # What a user may hold.
    token_ttl: float = 3600.0
    thread_ttl: float = 60.0
    max_threads: int = 1024

    # What a connection may cost. The history is the outgoing queue too: a reader that falls behind
    # by more than the history keeps is closed with 1013.
    max_message_size: int = 65_536
    max_body_size: int = 16_384
    max_connections: int = 2048
    history_events: int = 1000
    history_bytes: int = 1_048_576
    send_buffer: int | None = None
    http_timeout: float = 15.0
    send_timeout: float = 10.0
    close_timeout: float = 3.0
    ping_interval: float = 20.0
    ping_timeout: float = 20.0

    # How it differs from the server that its contract describes.
    drifts: tuple[Chosen, ...] = ()

    # What goes wrong in it when a client does what nobody thought of.
    bugs: tuple[Bug, ...] = ()

    tls: ssl.SSLContext | None = None

    def randomness(self) -> random.Random:
        """Return the source of every id, token and whim of one server."""
        return random.SystemRandom() if self.seed is None else random.Random(self.seed)  # noqa: S311 - a seed asks for it
