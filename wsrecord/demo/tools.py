"""The agent's tools. They do what they say; one is slow and one is broken, both for real.

| tool             | parameters   | results                                              |
| ---------------- | ------------ | ---------------------------------------------------- |
| `calculator`     | `expression` | `expression`, `value`                                |
| `search`         | `query`      | `query`, `hits`: `id`, `title`, `score`, `excerpt`   |
| `archive_lookup` | `topic`      | `topic`, `entries_read`, `entries`: `year`, `note`   |
| `stock_ticker`   | `symbol`     | never any: the quotes it reads were cut off half-way |
"""

import asyncio
import dataclasses
import importlib.resources
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .calculator import calculate
from .search import corpus

Results = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One use of a tool that the agent has planned."""

    tool: str
    parameters: dict[str, str]


async def calculator(parameters: dict[str, str], _pace: float) -> Results:
    """Compute an arithmetic expression."""
    expression = parameters["expression"]
    return {"expression": expression, "value": calculate(expression)}


async def search(parameters: dict[str, str], _pace: float) -> Results:
    """Search the corpus."""
    hits = corpus().search(parameters["query"])
    return {"query": parameters["query"], "hits": [dataclasses.asdict(hit) for hit in hits]}


async def archive_lookup(parameters: dict[str, str], pace: float) -> Results:
    """Read the archive from end to end as a tape would be read: one entry after the other."""
    topic = parameters["topic"]
    read = 0
    entries = []
    for line in _data("archive.txt").splitlines():
        if line.startswith("#"):
            continue
        await asyncio.sleep(pace)
        year, kind, note = (part.strip() for part in line.split("|"))
        read += 1
        if kind == topic:
            entries.append({"year": int(year), "note": note})
    return {"topic": topic, "entries_read": read, "entries": entries}


async def stock_ticker(parameters: dict[str, str], _pace: float) -> Results:
    """Look up a quote in `ticker.dat`, which is cut off: this fails, and is meant to."""
    quotes = json.loads(_data("ticker.dat"))["quotes"]
    return {"symbol": parameters["symbol"], "price": quotes[parameters["symbol"]]}


def _data(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


Tool = Callable[[dict[str, str], float], Awaitable[Results]]

TOOLS: dict[str, Tool] = {
    "calculator": calculator,
    "search": search,
    "archive_lookup": archive_lookup,
    "stock_ticker": stock_ticker,
}


def describe(call: Call, results: Results) -> str:
    """Say in a sentence what a tool found."""
    if call.tool == "calculator":
        return f"{results['expression']} = {results['value']}."
    if call.tool == "search":
        if not results["hits"]:
            return f"Nothing in the corpus speaks of “{results['query']}”."
        best = results["hits"][0]
        return f"{best['title']}: {best['excerpt']}"
    if call.tool == "archive_lookup":
        if not results["entries"]:
            return f"The archive has no entry on {results['topic']} among {results['entries_read']}."
        last = results["entries"][-1]
        count = f"The archive has {len(results['entries'])} entries on {results['topic']}"
        return f"{count}; {last['year']}: {last['note']}"
    return f"{results}"
