"""Tests of judges that read like transcripts: a contract, what was said, and the codes that come of it.

    judged(contract, "> ask id=q1", "< reply reply_to=q1", "x server 1000")

`>` is the client, `<` the server; values are JSON where they can be. `@2` before a line is the time in
seconds; else a millisecond goes by. `2|` before a line is the session. `x SIDE CODE` closes, `x SIDE` ends
without a word, and a session that says neither is closed by the client. Text after `>>` or `<<` stands raw,
bytes in hex after `#>` or `#<`.
"""

import json
from pathlib import Path
from typing import Any, cast

import yaml

from wsrecord.cassette.model import Direction, End, Ended, Head, Message, Opcode, Request, Response
from wsrecord.cassette.recording import Recording, Session
from wsrecord.cassette.source import from_recording
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.judge import registry
from wsrecord.judge.finding import Finding
from wsrecord.judge.shown import Shown

NONCE = "0123456789ab"
HEAD = Head(created="2026-11-21T10:00:00.000000Z", recorder="a test", targets={"/": "ws://t"}, nonce=NONCE)
_SIDES: dict[str, Direction] = {">": "client", "<": "server"}


def contract(folder: Path, text: str) -> Contract:
    """The contract that a text says, with what every contract needs."""
    said = {"contract": "test", "name": "/type", **yaml.safe_load(text)}
    path = folder / "contract.yaml"
    path.write_text(json.dumps(said))
    return load(path)


def recording(*lines: str, end: End | None = None, **changes: Any) -> Recording:
    """The recording of a transcript."""
    sessions: dict[int, Session] = {}
    clock = 0
    for line in lines:
        number, _, rest = line.partition("|") if line[:1].isdigit() else ("1", "", line)
        rest = rest.strip()
        if rest.startswith("@"):
            time, _, rest = rest[1:].partition(" ")
            clock = round(float(time) * 1e9)
        else:
            clock += 1_000_000
        session = sessions.setdefault(int(number), opened(int(number), **changes))
        _say(session, rest.strip(), clock)
    for session in sessions.values():
        if not session.ended:
            _say(session, "x client 1000", clock)
    whole = end or End(t=clock, connections=1, exchanges=0, sessions=len(sessions), messages=0)
    return Recording(path=Path("test.wsr"), head=HEAD, sessions=list(sessions.values()), end=whole)


def opened(number: int, path: str = "/ws", status: int = 101, headers: Any = (), chosen: Any = ()) -> Session:
    """A session that has said nothing yet."""
    common: dict[str, Any] = {"t": 0, "began": 0, "connection": number, "exchange": 1, "session": number}
    return Session(
        number,
        number,
        Request(method="GET", path=path, headers=tuple(headers), **common),
        Response(status=status, reason="", headers=tuple(chosen), **common),
    )


def shown(contract: Contract, *lines: str, **changes: Any) -> Shown:
    """What a transcript shows of a contract."""
    found = Shown(contract)
    registry.judge_cassette(from_recording(recording(*lines, **changes)), [found], "test")
    return found


def judged(contract: Contract, *lines: str, **changes: Any) -> list[Finding]:
    """What all judges find in a transcript."""
    source = from_recording(recording(*lines, **changes))
    return registry.judge_cassette(source, [Shown(contract)], "test").findings


def codes(findings: list[Finding]) -> list[str]:
    """Their codes."""
    return [finding.code for finding in findings]


def _say(session: Session, line: str, t: int) -> None:
    if line.startswith("x "):
        _, side, *code = line.split()
        sender = cast(Direction, side)
        if code:
            payload = int(code[0]).to_bytes(2, "big")
            message = Message(
                t=t, session=session.number, sender=sender, opcode=Opcode.CLOSE, payload=payload
            )
            session.messages.append(message)
        session.ended.append(Ended(t=t, connection=session.number, sender=sender, how="fin"))
        return
    if line.startswith(("#>", "#<")):
        said = bytes.fromhex(line[2:])
        session.messages.append(
            Message(t=t, session=session.number, sender=_SIDES[line[1]], opcode=Opcode.BINARY, payload=said)
        )
        return
    if line.startswith((">>", "<<")):
        payload = line[2:].strip().encode()
    else:
        name, *pairs = line[1:].split()
        payload = json.dumps({"type": name, **dict(map(_pair, pairs))}).encode()
    session.messages.append(
        Message(t=t, session=session.number, sender=_SIDES[line[0]], opcode=Opcode.TEXT, payload=payload)
    )


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
