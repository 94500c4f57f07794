"""Made-up dialogues, played once: `python -m benchmarks.fuzzing NAME SERVER PORT COUNT` prints JSON.

NAME is `wsrecord`, the explorer of `wsrecord fuzz` and all its judges, or `by hand`, `benchmarks/by_hand.py`.
Both get the same dialogues, made beforehand, and play sixteen at once.
"""

import argparse
import asyncio
import gc
import json
import runpy
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import by_hand
from wsrecord.cassette.recording import load
from wsrecord.cli.fuzz_plan import refusals_of, ways_of
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.dialogue.script import script
from wsrecord.dialogue.steps import Dialogue
from wsrecord.explore.moves import Case
from wsrecord.explore.phases import Phases
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.door import Door
from wsrecord.live.exploration import Budget, Exploration
from wsrecord.live.explorer import Explorer
from wsrecord.live.finds import Finds
from wsrecord.live.rules import Rules
from wsrecord.live.target import Target, TargetOptions

ROOT = Path(__file__).parents[1]
PHASES = ("examples", "valid")
AT_ONCE, SEED = 16, 5
HAND, OURS = "by hand", "wsrecord"


async def explored(
    cases: Sequence[Case], words: Vocabulary, dialogues: Sequence[Dialogue], purse: Purse, url: str
) -> dict[str, Any]:
    """By the explorer."""
    ways = ways_of(words.contract, dialogues, purse)

    def rules(target: Target) -> Rules:
        doors = [Door(way, target.upstream, Patience(close=2.0)) for way in ways]
        return Rules(words.contract, words, refusals_of(words.contract, ()), doors)

    plan = Exploration(
        target=TargetOptions(url=url),
        budget=Budget(sessions=1_000_000, messages=1_000_000, seconds=600.0),
        concurrency=AT_ONCE,
        seed=SEED,
    )
    finds = Finds(None, words.contract.name, print)
    done = await Explorer(plan, rules, iter(cases), lambda text: None, finds).run()
    if done.failures:
        raise AssertionError(f"{len(done.failures)} failures: {done.failures[0].finding}")
    return {
        "sessions": done.sessions,
        "sent": done.messages,
        "seconds": done.seconds,
        "again": len(done.discarded),  # what failed once, and took its time
    }


async def looped(cases: Sequence[Case], server: by_hand.Server) -> dict[str, Any]:
    """By the loop."""
    began = time.monotonic()
    tally = await by_hand.play(cases, server, AT_ONCE)
    seconds = time.monotonic() - began
    return {"sessions": tally.sessions, "sent": tally.sent, "seconds": seconds, "waits": tally.waits}


def agent(port: int) -> tuple[Contract, list[Dialogue], Purse, by_hand.Server]:
    """The demo's."""
    (contract,) = load_all((str(ROOT / "schemas"),))
    dialogues = [script(load(path), (contract,)) for path in sorted((ROOT / "cassettes").glob("*.jsonl"))]
    password = "analytical"
    server = by_hand.Server(
        f"ws://127.0.0.1:{port}/ws",
        asks="message_id",
        tells="reply_to",
        begins="agent_started",
        ends=("agent_completed", "run_cancelled", "error"),
        login=(f"http://127.0.0.1:{port}/login", {"username": "ada", "password": password}),
        subprotocol="agent.v1",
        compression="deflate",
    )
    return contract, dialogues, Purse({"password": password}), server


def shop(port: int) -> tuple[Contract, list[Dialogue], Purse, by_hand.Server]:
    """That of the tests: it answers at once."""
    with tempfile.TemporaryDirectory() as folder:
        (contract,) = load_all((str(write_shop(Path(folder))),))
    return contract, [], Purse(), by_hand.Server(f"ws://127.0.0.1:{port}/", "id", "re", silent=("bye",))


def write_shop(folder: Path) -> Path:
    """Its contract."""
    path = folder / "contract.yaml"
    path.write_text(json.dumps(runpy.run_path(str(ROOT / "tests" / "explore" / "shop.py"))["CONTRACT"]))
    return path


SERVERS: dict[str, Callable[[int], tuple[Contract, list[Dialogue], Purse, by_hand.Server]]] = {
    "agent": agent,
    "shop": shop,
}


def main() -> None:
    """Play once."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=(HAND, OURS))
    options.add_argument("server", choices=SERVERS)
    options.add_argument("port", type=int)
    options.add_argument("count", type=int)
    chosen = options.parse_args()
    contract, dialogues, purse, server = SERVERS[chosen.server](chosen.port)
    words = Vocabulary(contract, dialogues)
    users = len(ways_of(contract, dialogues, purse))
    made = Phases(words, users=users, codec=contract.codec.spec, random=Random(SEED)).cases(PHASES)
    cases = list(islice(made, chosen.count))
    if chosen.name == OURS:
        playing = explored(cases, words, dialogues, purse, server.url)
    else:
        playing = looped(cases, server)
    gc.freeze()  # what was made beforehand is nobody's to look through
    began = time.process_time()
    found = asyncio.run(playing)
    print(json.dumps({**found, "cpu": time.process_time() - began}))


if __name__ == "__main__":
    main()
