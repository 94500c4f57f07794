"""The examples of docs/findings.md: a contract, what stands around it, and a cassette or two, as values."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wsrecord.cassette import lines
from wsrecord.cassette.model import Record

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
_ENTRY = re.compile(r"^### (WS\d{3}) `([a-z0-9-]+)`$", re.MULTILINE)
_BLOCK = re.compile(r"^```wsrecord (passing|failing)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RECORDING, _LIVE = "--- recording\n", "--- live\n"
_FUZZ = "fuzz: "
_STEP = 1_000_000  # nanoseconds between records that say no time


@dataclass(frozen=True, slots=True)
class Example:
    """One block of the page."""

    code: str  # WS101
    kind: str  # passing or failing
    contract: Mapping[str, Any]  # as contract.yaml would hold it, schemas inline
    check: Mapping[str, Any]  # today, accepted, min_coverage, …
    lines: bytes  # a cassette in lines

    @property
    def records(self) -> list[Record]:
        """The cassette's records."""
        return [record for line in self.lines.splitlines() for record in lines.decode(line)]

    def __str__(self) -> str:
        return f"{self.code}-{self.kind}"


@dataclass(frozen=True, slots=True)
class Pair:
    """One block of the page that holds a recording against a live session."""

    code: str
    kind: str
    contract: Mapping[str, Any] | None
    verify: Mapping[str, Any]  # match, events, ignore
    play: Mapping[str, Any]  # what happened to the steps: stalled, not_sent
    serve: Mapping[str, Any] | None  # what clients did to the played server, where it is about `serve`
    recording: bytes
    live: bytes

    def __str__(self) -> str:
        return f"{self.code}-{self.kind}"


@dataclass(frozen=True, slots=True)
class Told:
    """One block of the page that tells facts of a made-up dialogue."""

    code: str
    kind: str
    facts: list[Mapping[str, Mapping[str, Any]]]  # what it is, and its fields

    def __str__(self) -> str:
        return f"{self.code}-{self.kind}"


def entries() -> dict[str, str]:
    """The text of each code's entry, by its number."""
    page = PAGE.read_text()
    parts = _ENTRY.split(page)
    return {number: text for number, _slug, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)}


def slugs() -> dict[str, str]:
    """The slug of each entry, by its number."""
    return dict(_ENTRY.findall(PAGE.read_text()))


def examples() -> Iterator[Example]:
    """Every example of the page that is one cassette, in its order."""
    for code, kind, body in _blocks():
        contract, _, told = body.partition("---\n")
        if _LIVE in body or body.startswith(_FUZZ):
            continue
        given = yaml.safe_load(contract)
        check = given.pop("check", {})
        yield Example(code, kind, _contract(given), check, _lines(told))


def pairs() -> Iterator[Pair]:
    """Every example of the page that is a recording and a live session, in its order."""
    for code, kind, body in _blocks():
        if _LIVE not in body:
            continue
        before, _, live = body.partition(_LIVE)
        contract, _, recording = before.partition(_RECORDING)
        given = yaml.safe_load(contract) or {}
        verify, play = given.pop("verify", {}), given.pop("play", {})
        serve = given.pop("serve", None)
        made = _contract(given) if given else None
        yield Pair(code, kind, made, verify, play, serve, _lines(recording), _lines(live))


def told() -> Iterator[Told]:
    """Every example of the page that is about a made-up dialogue, in its order."""
    for code, kind, body in _blocks():
        if body.startswith(_FUZZ):
            yield Told(code, kind, yaml.safe_load(body)["fuzz"])


def _blocks() -> Iterator[tuple[str, str, str]]:
    for code, text in entries().items():
        for kind, body in _BLOCK.findall(text):
            yield code, kind, body


def _contract(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"contract": "example"} | ({} if given.get("name") else {"name": "/type"}) | dict(given)


def _lines(told: str) -> bytes:
    made = [json.loads(line) for line in told.splitlines()]
    return b"".join(json.dumps(record).encode() + b"\n" for record in _cassette(made))


def _cassette(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All the records of a cassette of which an example tells some."""
    head = {"kind": "head", "wsrecord": 1, "created": "2026-11-21T10:15:00.000000Z", "recorder": "an example"}
    made: list[dict[str, Any]] = [{**head, "targets": {"/": "ws://localhost:8000"}, "nonce": "0123456789ab"}]
    clock = 0
    for record in told:
        clock = round(record.pop("at") * 1e9) if "at" in record else clock + _STEP
        record.setdefault("kind", "message")
        record.setdefault("t", clock)
    end = next((record for record in told if record["kind"] == "end"), {})
    rest = [record for record in told if record["kind"] != "end"]
    numbers = sorted({_session(record) for record in rest})
    for number in numbers:
        made += _opening(number, rest)
    made += [
        _whole(record, _session(record)) for record in rest if record["kind"] not in ("request", "response")
    ]
    accepted = {record["session"] for record in made if record.get("status") == 101}
    for number in numbers:
        made += _closing(number, rest, clock, accepted=number in accepted)
    kinds = [record["kind"] for record in made]
    counts = {"connections": len(numbers), "exchanges": 0, "sessions": len(numbers)}
    made.append({"kind": "end", "t": clock + _STEP, **counts, "messages": kinds.count("message"), **end})
    return made


def _session(record: Mapping[str, Any]) -> int:
    return int(record.get("session", record.get("connection", 1)))


def _whole(record: dict[str, Any], session: int) -> dict[str, Any]:
    if record["kind"] == "ended":
        return {"connection": session, **record}
    if record["kind"] == "message":
        return {"session": session, "type": "close" if "code" in record else "text", **record}
    return record


def _opening(session: int, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How the session began: as usual, but for what the example says."""
    said = {record["kind"]: record for record in told if _session(record) == session}
    place = {"t": 0, "began": 0, "connection": session, "exchange": 1, "session": session}
    asked = {
        "method": "GET",
        "path": "/ws",
        "headers": [["Host", "localhost:8000"], ["Upgrade", "websocket"]],
    }
    answered = {"status": 101, "reason": "", "headers": [["Upgrade", "websocket"]]}
    return [
        {"kind": "opened", "t": 0, "connection": session},
        {"kind": "request", **asked, **said.get("request", {}), **place},
        {"kind": "response", **answered, **said.get("response", {}), **place},
    ]


def _closing(session: int, told: list[dict[str, Any]], clock: int, *, accepted: bool) -> list[dict[str, Any]]:
    """How the session ended: by the server's close, which the client answers, unless the example says."""
    mine = [record for record in told if _session(record) == session]
    if any(record["kind"] == "ended" for record in mine):
        return []
    closed = [record for record in mine if "code" in record and record["kind"] == "message"]
    first = closed[0]["sender"] if closed else "server"
    code = closed[0]["code"] if closed else 1000
    sides = [first, "client" if first == "server" else "server"]
    said = {record["sender"] for record in closed}
    t = clock + _STEP
    closes = [
        {"kind": "message", "t": t, "session": session, "sender": side, "type": "close", "code": code}
        for side in sides
        if accepted and side not in said
    ]
    return closes + [
        {"kind": "ended", "t": t, "connection": session, "sender": side, "how": "fin"} for side in sides
    ]
