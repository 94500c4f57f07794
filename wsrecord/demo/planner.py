"""What the agent makes of a prompt: rules, read from top to bottom, for each clause of it.

1. Arithmetic (digits joined by an operator) goes to `calculator`, one call an expression.
2. "weather", "slow" or "archive" goes to `archive_lookup`, which takes its time.
3. "stock", "ticker" or "flaky" goes to `stock_ticker`, which fails.
4. What words are left, filler aside, go to `search`, one call a clause.
"""

import re
from dataclasses import dataclass

from .calculator import MAX_LENGTH
from .search import words
from .tools import TOOLS, Call


@dataclass(frozen=True)
class Agent:
    """A name that a client may ask for, and the tools that come with it."""

    name: str
    tools: tuple[str, ...]


AGENTS = {
    agent.name: agent
    for agent in (
        Agent("assistant", tuple(TOOLS)),
        Agent("mathematician", ("calculator",)),
        Agent("librarian", ("search", "archive_lookup")),
    )
}
DEFAULT_AGENT = "assistant"

# One pass over the text and no overlapping parts: a prompt of nothing but brackets costs no more than
# a prompt of words.
_ARITHMETIC = re.compile(r"[0-9\s+\-*/%^().]+")
_OPERATION = re.compile(r"[0-9).]\s*[-+*/%^][-+*/%^(\s]*[0-9.]")
_CLAUSE = re.compile(r"[;?!\n]+|\.\s")
_SYMBOL = re.compile(r"\b[A-Z]{2,5}\b")

_SLOW = {"weather", "slow", "archive"}
_BROKEN = {"stock", "ticker", "flaky"}
_TOPICS = (
    "agent",
    "clock",
    "compression",
    "contract",
    "load",
    "mock",
    "protocol",
    "queue",
    "token",
    "weather",
)
# Folded as the index folds them: "does" stands here as "doe".
_FILLER = set(
    words(
        "a about an and answer any are as at be by calculate can compute do does explain find for from give"
        " has have how in is it its just look many me much my of on or please plus say search show should so"
        " tell than that the them then there they this to up was we what when where which who why will with"
        " would you your"
    )
)


def plan(text: str) -> list[Call]:
    """Return the tool calls that a text asks for, in the order in which it asks."""
    calls: list[Call] = []
    for clause in _CLAUSE.split(text):
        spans = _ARITHMETIC.findall(clause)
        calls += [Call("calculator", {"expression": _trimmed(span)}) for span in spans if _is_operation(span)]
        rest = _ARITHMETIC.sub(lambda match: " " if _is_operation(match.group()) else match.group(), clause)
        found = words(rest)
        if _SLOW & set(found):
            calls.append(Call("archive_lookup", {"topic": _topic(found)}))
        if _BROKEN & set(found):
            symbol = _SYMBOL.search(rest)
            calls.append(Call("stock_ticker", {"symbol": symbol.group() if symbol else "WIRE"}))
        query = [word for word in found if len(word) > 1 and word not in _FILLER | _SLOW | _BROKEN]
        if query:
            calls.append(Call("search", {"query": " ".join(query)[:MAX_LENGTH]}))
    return calls


def _is_operation(span: str) -> bool:
    return _OPERATION.search(_trimmed(span)) is not None


def _trimmed(span: str) -> str:
    return " ".join(span.split()).rstrip("+-*/%^(. ").lstrip("*/%^) ")


def _topic(found: list[str]) -> str:
    for topic in _TOPICS:
        if topic in found:
            return topic if topic in ("compression", "load", "weather") else f"{topic}s"
    return "weather"
