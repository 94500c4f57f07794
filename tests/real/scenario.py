"""What every client does and every server answers, so that the pairs can be mixed.

A text "burst N" is answered by N texts, "large N" by one text of N characters, "close CODE REASON" by a
close; every other text and all binary is echoed. `/refused` refuses the upgrade with 403.
"""

from dataclasses import dataclass

PROTOCOLS = ("agent.v1", "agent.v0")
TALK, CLOSED, REFUSED, ASKED = "talk", "closed", "refused", "asked"
TEXT = "grüße ☃ \U0001f600"
BINARY = bytes(range(256)) * 3
LARGE = 1_000_000
WORDS = "the quick brown fox jumps over the lazy dog and goes on "
PING = b"are you there"


def large(size: int) -> str:
    """Prose: no redactor should find a secret in it."""
    return (WORDS * (size // len(WORDS) + 1))[:size]


def answers(text: str) -> list[str]:
    """What a server says to a text."""
    word, _, rest = text.partition(" ")
    if word == "burst":
        return [f"event {i} of {rest}" for i in range(int(rest))]
    if word == "large":
        return [large(int(rest))]
    return [text]


def closing(text: str) -> tuple[int, str] | None:
    """The code and reason that a text asks a server to close with."""
    word, _, rest = text.partition(" ")
    if word != "close":
        return None
    code, _, reason = rest.partition(" ")
    return int(code), reason


SAID = (TEXT, "burst 20", f"large {LARGE}", large(LARGE))  # and then BINARY, and a ping
CLIENT_CLOSE = (4002, "done")
SERVER_CLOSE = (4001, "because")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client goes: the same scenario straight to the server, or to the recorder."""

    ws: str  # ws://127.0.0.1:1234
    http: str
    ca: str | None = None


def expected() -> list[tuple[str, str | bytes]]:
    """The data messages of the first session: who said what, each side in its order."""
    said: list[tuple[str, str | bytes]] = []
    for text in SAID:
        said.append(("client", text))
        said += (("server", answer) for answer in answers(text))
    return [*said, ("client", BINARY), ("server", BINARY)]
