"""docs/cassette-format.md is enough: this reader knows the page only, and reads what the package reads."""

import base64
import json
import re
from dataclasses import fields
from pathlib import Path
from zlib import crc32

import msgpack
import pytest
from cassette.records import EVERY_KIND, cassettes
from hypothesis import given

from wsrecord.cassette import binary, lines
from wsrecord.cassette.fields import to_map
from wsrecord.cassette.model import KINDS, FrameFlag, Opcode, Record
from wsrecord.explore.kept import NOTE

PAGE = (Path(__file__).parents[2] / "docs" / "cassette-format.md").read_text()

# --- A reader by the page alone: nothing here comes from wsrecord. ---

TYPES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}


def read_binary(data: bytes) -> list[dict]:
    assert data[:8] == b"\x89WSR\r\n\x1a\n"
    records, at = [], 8
    while at < len(data):
        size, check = int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")
        body = data[at + 8 : at + 8 + size]
        assert crc32(data[at : at + 4] + body) == check
        at += 8 + size
        found = msgpack.unpackb(body, unicode_errors="surrogatepass")
        if found["kind"] != "messages":
            records.append(found)
            continue
        for session, sender, t, messages in found.pop("batches"):
            for opcode, payload, *rest in messages:
                message = {"kind": "message", "session": session, "sender": sender, "t": t}
                message |= {"opcode": opcode, "payload": payload, **(rest[0] if rest else {})}
                records.append(found | message)
    return records


def read_lines(data: bytes) -> list[dict]:
    records = []
    for line in data.split(b"\n"):
        if line.strip():
            record = json.loads(line)
            kind = record["kind"]
            known = set(re.findall(r"`(\w+)`", section(kind))) if kind in PAGE_KINDS else set()
            for name in (
                record.keys() - known - {"kind", "json", "style", "text", "data", "type", "code", "reason"}
            ):
                record[name] = unescape(record[name])
            if kind == "message":
                record["opcode"] = TYPES[record.pop("type")]
                record["payload"] = take_bytes(record)
            elif kind in ("request", "response") and {"json", "text", "data"} & record.keys():
                record["body"] = take_bytes(record)
            elif kind == "note" and "data" in record:
                record["data"] = base64.b64decode(record["data"])
            records.append(record)
    return records


def take_bytes(record: dict) -> bytes:
    if "json" in record:
        return write_json(record.pop("json"), set(record.pop("style", "").split()))
    if "text" in record:
        return record.pop("text").encode()
    if "data" in record:
        return base64.b64decode(record.pop("data"))
    return record.pop("code").to_bytes(2, "big") + record.pop("reason", "").encode()


def write_json(value: object, words: set[str]) -> bytes:
    after = " " if "spaced" in words else ""

    def one(value: object) -> str:
        if isinstance(value, dict):
            return (
                "{" + f",{after}".join(f"{one(key)}:{after}{one(item)}" for key, item in value.items()) + "}"
            )
        if isinstance(value, list):
            return "[" + f",{after}".join(map(one, value)) + "]"
        return '"' + "".join(map(char, value)) + '"' if isinstance(value, str) else json.dumps(value)

    def char(this: str) -> str:
        if this in '"\\' or (this == "/" and "slashes" in words):
            return "\\" + this
        if this in "\b\t\n\f\r":
            return "\\" + "btnfr"["\b\t\n\f\r".index(this)]
        if (
            this < " "
            or ("ascii" in words and this >= "\x7f")
            or ("html" in words and this in "<>&\u2028\u2029")
        ):
            units = this.encode("utf-16-be", "surrogatepass")
            return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
        return this

    return (one(value) + ("\n" if "newline" in words else "")).encode()


def unescape(value: object) -> object:
    if isinstance(value, list):
        return [unescape(item) for item in value]
    if isinstance(value, dict):
        if list(value) == ["$data"]:
            return base64.b64decode(value["$data"])
        inner = value["$map"] if list(value) == ["$map"] else value
        return {name: unescape(item) for name, item in inner.items()}
    return value


def section(kind: str) -> str:
    """What the page says of one kind of record."""
    return re.split(r"^##", PAGE.split(f"### `{kind}`\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


PAGE_KINDS = re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)

# --- And the package. ---


def maps(records: list[Record]) -> list[dict]:
    def listed(value: object) -> object:
        return [listed(item) for item in value] if isinstance(value, list | tuple) else value

    return [{name: listed(value) for name, value in to_map(record).items()} for record in records]


@given(cassettes)
def test_a_stranger_reads_the_same_records(cassette: list[Record]) -> None:
    assert read_binary(binary.MAGIC + b"".join(binary.encode_all(cassette))) == maps(cassette)
    assert read_lines(b"".join(lines.encode_all(cassette))) == maps(cassette)


def test_a_stranger_reads_every_kind() -> None:
    assert read_binary(binary.MAGIC + b"".join(binary.encode_all(EVERY_KIND))) == maps(EVERY_KIND)
    assert read_lines(b"".join(lines.encode_all(EVERY_KIND))) == maps(EVERY_KIND)


def test_the_page_has_every_kind_and_no_other() -> None:
    assert set(PAGE_KINDS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_has_every_field_of(kind: str) -> None:
    rows = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|(.*?)\|", section(kind), re.MULTILINE))))
    names = {"wsrecord" if field.name == "version" else field.name for field in fields(KINDS[kind])} - {
        "extra"
    }
    assert rows == names


def test_the_page_has_the_numbers() -> None:
    for opcode in Opcode:
        assert f"{opcode.value} {opcode.name.lower()}" in section("message")
        assert f'"{opcode.name.lower()}"' in PAGE
    for flag in FrameFlag:
        assert f"0x{flag.value:02x}" in section("message")
    assert binary.MAGIC.hex(" ").upper() in PAGE
    assert binary.MAX_BODY == 1 << 30
    assert binary.MAX_ITEMS == 1 << 21
    assert str(binary.MAX_BATCH) in PAGE


def test_the_page_names_every_code_that_a_note_may_have() -> None:
    wire = Path(__file__).parents[2] / "wsrecord" / "wire"
    source = "".join(path.read_text() for path in wire.glob("*.py"))
    codes = set(re.findall(r'(?:Remark|_remark)\(\s*"([a-z-]+)"', source)) | {
        "bomb",
        "broken",
        "redacted",
        NOTE,
    }
    assert len(codes) > 10
    table = re.findall(r"(?m)^\| ([a-z, -]+) \|", section("note"))
    assert codes == {code for row in table for code in row.split(", ")} - {"code", "field"} - {"---"}
