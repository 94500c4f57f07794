"""A session with an agent as a list of events, and profiles of such lists.

An event is `(sender, name, value)`. `base(1)`, `base(2)`, … are the same scenario with other ids, times,
texts and a number of thoughts of their own; `base(1, thoughts=5)` has five.
"""

import random
import uuid
from collections.abc import Iterable
from typing import Any

from wsrecord.contract.model import EventKey
from wsrecord.judge.drift.compare import compare
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.options import Options
from wsrecord.judge.drift.oracle import Oracle
from wsrecord.judge.drift.profile import Closing, Opening, Profile

Said = tuple[str, str, dict[str, Any]]
Stream = list[Said]
OPENING = Opening(101, "agent.v1", frozenset({"permessage-deflate"}))
CLOSING = Closing("server", 1000, "done")
TEXTS = (
    "I look at the question",
    "Now I know more",
    "Perhaps a tool helps",
    "That is not all",
    "Nearly there",
)


def base(seed: int = 1, *, thoughts: int | None = None, tools: int = 2, runs: int = 1) -> Stream:
    """One session."""
    rng = random.Random(seed)
    seq = iter(range(1, 100_000))

    def new() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    def said(name: str, **fields: Any) -> Said:
        common = {"event_id": new(), "timestamp": f"2026-11-21T10:{rng.randrange(60):02}:01.250Z"}
        return ("server", name, {"type": name, **common, "seq": next(seq), "v": "1.2", **fields})

    user = {"id": new(), "name": rng.choice(["Ada", "Bob Marley", "Cleo"]), "roles": ["user"]}
    out = [said("hello", user=user, limits={"runs": 3, "bytes": 65536}, region="eu-west")]
    for _ in range(runs):
        out.append(("client", "start", {"type": "start", "prompt": "what is 6 times 7"}))
        run = new()
        out.append(said("started", run_id=run, agent={"model": "m-large", "mode": "fast"}))
        for _ in range(thoughts if thoughts is not None else rng.randint(3, 6)):
            thought = {"thought": rng.choice(TEXTS), "tokens": rng.randint(3, 90)}
            out += [said("thinking", run_id=run, **thought)]
        for _ in range(tools):
            call = f"call_{rng.getrandbits(40):010x}"
            out.append(said("tool_executing", run_id=run, call_id=call, tool="calculator", input={"x": 6}))
            result = {"value": rng.randint(1, 99), "unit": "m", "notes": [{"text": rng.choice(TEXTS)}]}
            took = round(rng.random() + 0.01, 3)
            out.append(
                said("tool_completed", run_id=run, call_id=call, status="ok", result=result, took=took)
            )
        usage = {"input": rng.randint(10, 900), "output": rng.randint(10, 900)}
        out.append(said("completed", run_id=run, answer=rng.choice(TEXTS), usage=usage, final=True))
        out.append(said("report", run_id=run, sections=[{"title": "Sum", "body": rng.choice(TEXTS)}] * 2))
    for _ in range(2):
        out += [("client", "ping", {"type": "ping"}), said("pong", load=rng.random())]
    return out


def profiled(
    *sessions: Stream,
    opening: Opening | None = OPENING,
    closing: Closing | None = CLOSING,
    binary: Iterable[str] = (),
    sizes: dict[str, int] | None = None,
    delays: dict[str, float] | None = None,
    **more: Any,
) -> Profile:
    """The profile of some sessions."""
    profile = Profile(**more)
    kinds = frozenset(binary)
    for session in sessions:
        profile.begin(opening)
        t = 0
        for number, (sender, name, value) in enumerate(session, 1):
            t += round((delays or {}).get(name, 0.001) * 1e9)
            size = (sizes or {}).get(name, 300)
            key = EventKey(sender, name)  # type: ignore[arg-type]
            profile.add(key, value, t=t, number=number, size=size, binary=name in kinds)
        profile.end(closing)
    return profile


def drifts(
    recorded: Stream, live: Stream, options: Options | None = None, oracle: Oracle | None = None
) -> list[Drift]:
    """What differs between two sessions."""
    return compare(profiled(recorded), profiled(live), options, oracle)


def codes(found: Iterable[Drift]) -> list[str]:
    """Their codes."""
    return [drift.code.number for drift in found]


def told(found: Iterable[Drift]) -> str:
    """All of them, for a failing test."""
    return "\n".join(f"{drift.code.number} {drift.severity}: {drift.message}" for drift in found)
