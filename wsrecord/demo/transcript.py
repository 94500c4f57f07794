"""How the chat client shows an event: one line each, safe for a terminal."""

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]


def line(event: Event) -> str:
    """Return an event as one line of text."""
    shape = _LINES.get(str(event.get("type")))
    try:
        text = shape(event) if shape else f"  ({event['type']})"
    except (KeyError, TypeError):
        # The point of this client is to be recorded against servers that have drifted.
        text = f"  ({event.get('type')}: not as expected)"
    return printable(text)


def printable(text: str) -> str:
    """Return a text without what could move a terminal's cursor or colour it."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _connected(event: Event) -> str:
    back = f", {event['replayed']} events replayed" if event["resumed"] else ""
    return f"connected as {event['user_id']} on thread {event['thread_id']}{back}"


def _executing(event: Event) -> str:
    parameters = ", ".join(f"{name}={value!r}" for name, value in event["parameters"].items())
    return f"  {event['tool_name']}({parameters}) …"


def _completed(event: Event) -> str:
    results = event["results"]
    if "value" in results:
        found = f"{results['value']}"
    else:
        kind = "hits" if "hits" in results else "entries"
        found = f"{len(results[kind])} {kind}"
    return f"  {event['tool_name']} → {found} in {event['duration_ms']} ms"


def _report(event: Event) -> str:
    parts = "; ".join(f"{found['tool_name']} {found['status']}" for found in event["findings"])
    return f"report: {event['title']} ({parts})"


_LINES: dict[str, Callable[[Event], str]] = {
    "connection_established": _connected,
    "agent_started": lambda event: f"> {event['prompt']}",
    "agent_thinking": lambda event: f"  {event['text']}",
    "tool_executing": _executing,
    "tool_completed": _completed,
    "agent_fallback": lambda event: f"  {event['tool_name']} failed ({event['reason']}). {event['text']}",
    "agent_completed": lambda event: f"answer: {event['answer']}",
    "final_report": _report,
    "run_cancelled": lambda _event: "cancelled",
    "error": lambda event: f"error: {event['message']} ({event['code']})",
    "pong": lambda _event: "pong",
}
