"""One small conversation, as a recording and as a server: what tests of replays change one thing of."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from live.recorded import Recorded
from support.frames import server as frames
from support.scripted import Peer

from wsrecord.cassette.model import End
from wsrecord.cassette.store import CassetteWriter

OLD = "0b5e7c1a-41f7-4f6e-9d52-c7a1d0e3b101"
Event = dict[str, Any]
Change = Callable[[Event, int], "Event | None"]

CONTRACT = """\
contract: chat
name: /type
server:
  welcome: {}
  started: {required: [run_id]}
  thinking: {required: [run_id]}
  done: {required: [run_id, answer], properties: {answer: {type: string}}}
  rated: {required: [run_id]}
client: {start: null, rate: null}
keys: {run: [/run_id]}
flows:
  run: {key: [run], order: started thinking* done}
"""


def conversation(**headers: str) -> Recorded:
    """A run whose id the server gives and the client says again."""
    return (
        Recorded()
        .upgrade(**headers)
        .server({"type": "welcome", "motto": "hello there"})
        .client({"type": "start", "text": "hi"})
        .server({"type": "started", "run_id": OLD})
        .server({"type": "thinking", "run_id": OLD})
        .server({"type": "done", "run_id": OLD, "answer": "42"})
        .client({"type": "rate", "run_id": OLD})
        .server({"type": "rated", "run_id": OLD})
        .close()
    )


def cassette(
    path: Path, recorded: Recorded | None = None, *, whole: bool = True, nonce: str = "ba9876543210"
) -> Path:
    """Write it as a file."""
    recording = (recorded or conversation()).recording
    records = (recorded or conversation())._records
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = CassetteWriter.create(path)
    writer.record(replace(recording.head, nonce=nonce))
    writer.copy(records)
    if whole:
        kinds = [type(one).__name__ for one in records]
        writer.record(
            End(
                t=records[-1].t if records else 0,
                connections=kinds.count("Opened"),
                exchanges=0,
                sessions=len(recording.sessions),
                messages=kinds.count("Message"),
            )
        )
        writer.close()
    else:
        writer.abandon(keep=True)
    return path


def chat(change: Change = lambda event, _: event, *answer: str) -> Callable[[Peer], Awaitable[None]]:
    """A server that talks as it was recorded, but for the change of an event on its nth connection."""
    numbers = count(1)

    async def act(peer: Peer) -> None:
        await peer.upgrade(*answer)
        number = next(numbers)
        run_id = f"{number:08d}-77aa-4b1e-8c0d-5d6e7f809fff"

        def say(**event: Any) -> None:
            changed = change(event, number)
            if changed is not None:
                peer.write(frames.text(json.dumps(changed)))

        say(type="welcome", motto="hello there")
        while True:
            first, payload = await peer.frame()
            if first & 15 == 8:
                peer.write(frames.frame(8, payload))
                return
            said = json.loads(payload)
            if said["type"] == "start":
                for kind in ("started", "thinking"):
                    say(type=kind, run_id=run_id)
                await asyncio.sleep(0.005)
                say(type="done", run_id=run_id, answer=f"the answer {number}")
            else:
                say(type="rated", run_id=said["run_id"])

    return act


def without(kind: str, field: str) -> Change:
    """One field of one event is gone."""

    def change(event: Event, _: int) -> Event:
        return {name: value for name, value in event.items() if (event["type"], name) != (kind, field)}

    return change


async def _serve(port: int, runs: int | None) -> None:
    """Serve in a process of its own; after so many sessions it falls over."""
    talk, left = chat(), count(1)

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await talk(Peer(reader, writer))
            if next(left) == runs:
                print(f"going down with {os.environ.get('CANARY')}", flush=True)
                os._exit(3)
        writer.close()

    async with await asyncio.start_server(met, "127.0.0.1", port) as server:
        print(f"ready on {port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
