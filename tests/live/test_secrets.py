"""A secret that crosses the wire arrives, and is nowhere on the disk, in a file's name or on the terminal."""

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from cassette.redaction.planted import JWT, OPAQUE, PASSWORD, PLANTED, SK, Planted
from cassette.redaction.rig import everything, left
from live.rig import Pair, Target, await_, exchange, loaded, part, run
from support import http
from support.deflate import Deflate
from support.ends import refusing_port
from support.frames import BINARY, CLOSE, RSV1, TEXT, Frames, client, server
from support.recorder import Recorder

from wsrecord.cassette.model import Message
from wsrecord.cassette.store import open_cassette

DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"
SHORTEST = 6  # characters that do not come about by chance in a binary file


def groups() -> list[list[Planted]]:
    """What is caught once is found everywhere: so no recorder gets the same secret twice."""
    found: list[list[Planted]] = []
    for planted in PLANTED:
        for group in found:
            if not any(planted.secret in other.secret or other.secret in planted.secret for other in group):
                group.append(planted)
                break
        else:
            found.append([planted])
    return found


GROUPS = groups()


class Way:
    """How the messages cross the wire."""

    def __init__(self, frames: Frames, *, fragmented: bool, compressed: bool) -> None:
        self.frames = frames
        self.fragmented = fragmented
        self.deflate = Deflate() if compressed else None

    def __call__(self, planted: Planted) -> bytes:
        """All in one write, so that one read brings it, as it is promised for one read only."""
        messages = [(TEXT, text.encode()) for text in planted.text]
        messages += [(BINARY, data) for data in planted.binary]
        out = b"".join(self.message(opcode, payload) for opcode, payload in messages)
        if planted.close_reason:
            out += self.frames.frame(CLOSE, struct.pack("!H", 4000) + planted.close_reason.encode())
        return out

    def message(self, opcode: int, payload: bytes) -> bytes:
        rsv = RSV1 if self.deflate else 0
        if self.deflate:
            payload = self.deflate(payload)
        if not self.fragmented:
            return self.frames.frame(opcode, payload, rsv=rsv)
        size = max(1, len(payload) // 3)
        pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
        return b"".join(self.fragments(opcode, pieces, rsv))

    def fragments(self, opcode: int, pieces: list[bytes], rsv: int) -> Iterator[bytes]:
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            yield self.frames.frame(0 if number else opcode, piece, fin=last, rsv=0 if number else rsv)
            if not last:
                yield self.frames.ping("between")


def arrives(pair: Pair, sender: str, data: bytes) -> None:
    """It reaches the other end as it was sent."""
    there = pair.server if sender == "client" else pair.client
    before = len(there.received)
    (pair.client if sender == "client" else pair.server).send(data)
    await_(pair.ends, lambda: len(there.received) - before >= len(data), "the traffic")
    assert bytes(there.received[before:]) == data, "traffic is never redacted"


def send(planted: Planted, recorder: Recorder, target: Target, sender: str, way: Way) -> None:
    if planted.login or planted.answer or planted.answer_headers:
        pair = target.connect(recorder.port)
        kind, body = planted.login or ("text/plain", "")
        head = http.post("/login", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
        arrives(pair, "client", head + body.encode())
        kind, body = planted.answer or ("text/plain", "")
        headers = [f"{name}: {value}" for name, value in planted.answer_headers]
        arrives(pair, "server", http.answer("200 OK", f"Content-Type: {kind}", *headers, body=body.encode()))
    headers = [f"{name}: {value}" for name, value in planted.headers]
    answer = [DEFLATE] if way.deflate else []
    if planted.subprotocol:
        headers.append(f"Sec-WebSocket-Protocol: {planted.subprotocol}")
        answer.append(f"Sec-WebSocket-Protocol: {planted.subprotocol.split(',')[-1].strip()}")
    path = "/ws" + (f"?{planted.query}" if planted.query else "")
    pair = target.connect(recorder.port)
    arrives(pair, "client", http.upgrade(path, *headers))
    arrives(pair, "server", http.switching(*answer))
    arrives(pair, sender, way(planted))
    pair.client.fin()
    await_(pair.ends, lambda: pair.server.ended != "open", "the end")
    pair.server.fin()
    await_(pair.ends, lambda: pair.client.ended != "open", "the end of both")


def strings(text: bytes | str) -> Iterator[str]:
    """Every string in a JSON text, also in those that are JSON themselves, however they were escaped."""
    try:
        found = [json.loads(text)]
    except ValueError:
        return
    while found:
        value = found.pop()
        if isinstance(value, dict):
            found += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            found += value
        elif isinstance(value, str):
            yield value
            yield from strings(value)


def nowhere(recorder: Recorder, *secrets: str) -> None:
    """Not in a file's bytes or name, not on the terminal, not in a record that is read back."""
    files = [path for path in recorder.folder.rglob("*") if path.is_file()]
    assert files
    seen = recorder.stderr.encode() + b"\n".join(os.fsencode(path) for path in files)
    assert left(seen, *secrets) == []
    for path in files:
        raw = path.read_bytes()
        assert left(raw, *(secret for secret in secrets if len(secret) >= SHORTEST)) == []
        with open_cassette(path) as reader:
            records = list(reader)
        said = [(m.opcode, m.payload) for m in records if isinstance(m, Message)]
        assert left(everything(records, said), *secrets) == []
        inside = "\n".join(string for _, payload in said for string in strings(payload))
        assert left(inside.encode("utf-8", "surrogateescape"), *secrets) == []


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0].id)
@pytest.mark.parametrize("name", ["r.wsr", "r.wsr.jsonl"], ids=["binary", "lines"])
def test_a_secret_reaches_the_target_and_not_the_disk(
    tmp_path: Path, target: Target, group: list[Planted], name: str
) -> None:
    ways = [(f, c) for f in (False, True) for c in (False, True)]
    with Recorder(target.url, tmp_path, name=name) as recorder:
        for number, planted in enumerate(group):
            fragmented, compressed = ways[(number + len(name)) % 4]
            sender, frames = (("client", client), ("server", server))[(number // 4 + len(name)) % 2]
            way = Way(frames, fragmented=fragmented, compressed=compressed)
            send(planted, recorder, target, sender, way)
        secrets = [secret for planted in group for secret in (planted.secret, *planted.also)]
        assert part(recorder).exists()
        nowhere(recorder, *secrets)
        assert target.finish(recorder) == 0
    nowhere(recorder, *secrets)
    recording = loaded(recorder)
    assert len(recording.sessions) == len(group)
    assert recording.secrets or all(planted.login for planted in group)


def test_a_secret_in_the_targets_own_url_is_nowhere(tmp_path: Path, target: Target) -> None:
    url = f"{target.url}/ws?token={OPAQUE}"
    with Recorder(
        url, tmp_path, "--route", f"/api=http://127.0.0.1:9/?api_key={SK}", name="r.wsr"
    ) as recorder:
        target.upgrade(recorder.port, f"/ws?token={OPAQUE}")
        assert target.finish(recorder) == 0
    nowhere(recorder, OPAQUE, SK)


def test_a_target_that_can_not_be_reached_is_named_without_its_secret(tmp_path: Path) -> None:
    url = f"ws://127.0.0.1:{refusing_port()}/?token={OPAQUE}"
    with Recorder(url, tmp_path, name="r.wsr") as recorder, Target() as target:
        client_ = target.dial(recorder.port)
        await_([client_], lambda: client_.over, "the reset")
        assert target.finish(recorder) == 4
    assert "can't be reached" in recorder.stderr
    nowhere(recorder, OPAQUE)


def test_a_secret_in_a_path_is_not_in_a_cassettes_name(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, "--per-session", name="r.wsr") as recorder:
        for path in (f"/ws/{SK}", f"/ws/{JWT}/x", f"/ws?access_token={OPAQUE}", f"/again/{OPAQUE}"):
            exchange(target.upgrade(recorder.port, path), client.text("hello"))
        nowhere(recorder, SK, JWT, OPAQUE)
        assert target.finish(recorder) == 0
    assert len(list(tmp_path.iterdir())) == 4
    nowhere(recorder, SK, JWT, OPAQUE)


@pytest.mark.parametrize("name", ["r.wsr", "r.wsr.jsonl"], ids=["binary", "lines"])
def test_what_the_user_calls_a_secret_is_nowhere(
    tmp_path: Path, target: Target, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"given": "an ordinary sentence", "named": "7-of-9-in-a-row", "field": "blue-ish-green"}
    monkeypatch.setenv("SOME_VARIABLE", secrets["named"])
    monkeypatch.setenv("CHAT_API_KEY", PASSWORD)
    options = ("--secret", secrets["given"], "--secret", "mine=env:SOME_VARIABLE", "--redact-name", "colour")
    with Recorder(target.url, tmp_path, *options, name=name) as recorder:
        pair = target.upgrade(recorder.port)
        for value in (secrets["given"], secrets["named"], PASSWORD):
            exchange(pair, client.text(f"it is {value}, you know"))
        exchange(pair, client.text('{"colour": "' + secrets["field"] + '"}'))
        assert target.finish(recorder) == 0
    nowhere(recorder, *secrets.values(), PASSWORD)
    assert "mine" in {secret.name for secret in loaded(recorder).secrets}


def test_equal_secrets_are_equal_placeholders_on_every_connection(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        first = target.upgrade(recorder.port, f"/ws?token={OPAQUE}")
        second = target.upgrade(recorder.port, "/ws", f"Authorization: Bearer {OPAQUE}")
        for pair in (first, second):
            exchange(pair, client.text(f"mine is {OPAQUE}"))
        assert target.finish(recorder) == 0
    nowhere(recorder, OPAQUE)
    one, two = loaded(recorder).sessions
    assert one.messages[0].payload == two.messages[0].payload
    placeholder = one.messages[0].payload.removeprefix(b"mine is ").decode()
    assert placeholder in one.path
    assert two.request is not None
    assert placeholder in dict(two.request.headers)["Authorization"]


def test_without_redaction_everything_is_there(tmp_path: Path, target: Target) -> None:
    with Recorder(target.url, tmp_path, "--no-redact", name="r.wsr") as recorder:
        exchange(target.upgrade(recorder.port, f"/ws?token={OPAQUE}"), client.text(f"password={PASSWORD}"))
        assert target.finish(recorder) == 0
    raw = (tmp_path / "r.wsr").read_bytes()
    assert OPAQUE.encode() in raw
    assert PASSWORD.encode() in raw
    assert loaded(recorder).head.nonce == ""


def test_a_message_with_too_much_to_look_through_is_left_out_and_noted(
    tmp_path: Path, target: Target
) -> None:
    text = "[" + ",".join(f'{{"token":"abcdefgh{n:08}dijkl"}}' for n in range(21_000)) + "]"
    with Recorder(target.url, tmp_path, name="r.wsr") as recorder:
        exchange(target.upgrade(recorder.port, "/ws"), client.text(text))
        assert target.finish(recorder) == 0
    (session,) = loaded(recorder).sessions
    message = session.messages[0]
    assert (message.payload, message.size, message.unread) == (b"", len(text), "redacted")
    assert [note.code for note in session.notes] == ["redacted"]


def test_a_wrong_option_does_not_repeat_a_secret(tmp_path: Path) -> None:
    ran = run("--target", f"ftp://x/?token={OPAQUE}", "--secret", PASSWORD, folder=tmp_path)
    assert ran.code == 2
    assert left(ran.said.encode(), PASSWORD) == []
