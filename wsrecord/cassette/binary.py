"""The binary encoding: a magic, then msgpack maps, each under its length and CRC32.

    u32 length of the body | u32 CRC32 over those four bytes and the body | body: one msgpack map

Messages are written in batches, one for each read of the recorder, and the batches of one turn in one
record: that is what makes recording cheap.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from os import SEEK_CUR
from struct import Struct
from typing import Any, BinaryIO, TypeAlias
from zlib import crc32

import msgpack

from wsrecord.cassette import batches as plain_batches
from wsrecord.cassette import fields
from wsrecord.cassette.model import Direction, Message, Record
from wsrecord.errors import CassetteError

# In PNG's spirit: no text, no UTF-8, and whatever rewrites line ends or stops at Ctrl-Z shows here.
MAGIC = b"\x89WSR\r\n\x1a\n"
OVERHEAD = 8  # what stands around each body
MAX_BODY = 1 << 30
MAX_BATCH = 4096  # messages in one record; more are written as several
MAX_ITEMS = 1 << 21  # msgpack values in one body
_MOST_FRAMES = MAX_ITEMS // 8
MAX_DEPTH = 2 * fields.MAX_DEPTH

Item: TypeAlias = tuple[int, bytes] | tuple[int, bytes, dict[str, Any]]
Batch: TypeAlias = tuple[int, Direction, int, Sequence[Item]]  # session, sender, time, messages

_HEAD = Struct(">II").unpack_from  # a body's length, and its checksum
_CHUNK = 1 << 16  # read at once
_CHEAP_BODY = 1 << 20  # up to here a body is decoded without being walked first
_ROOMY_PACKER = 1 << 22  # a packer keeps the largest buffer it ever needed; beyond this it is dropped


class _Packing:
    """The one packer in use."""

    __slots__ = ("pack",)
    pack: Callable[[Any], bytes]

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        # surrogatepass: a JSON line may hold a lone surrogate in an unknown field, and lossless is lossless.
        self.pack = msgpack.Packer(unicode_errors="surrogatepass").pack


_packing = _Packing()


def encode(record: Record, most: int = MAX_BODY) -> bytes:
    """One record as it is appended to the file; a message is a batch of one."""
    if isinstance(record, Message):
        return encode_messages(record.session, record.sender, record.t, [_item(record)])
    return _seal(_pack(fields.to_map(record)), most)


def encode_messages(session: int, sender: Direction, t: int, items: Sequence[Item]) -> bytes:
    """Messages of one read as they are appended: `(opcode, payload)`, or with a map of what else there is."""
    return encode_batches([(session, sender, t, items)])


def encode_batches(batches: Sequence[Batch], most: int = MAX_BODY) -> bytes:
    """The messages of several reads as they are appended: one record, unless they are too many."""
    count = 0
    for batch in batches:
        count += len(batch[3])
    if not 0 < count <= MAX_BATCH:
        return b"".join([encode_batches(part, most) for part in _parts(batches, MAX_BATCH)])
    try:
        body = _packing.pack({"kind": "messages", "batches": batches})
    except (ValueError, OverflowError, TypeError) as error:
        raise CassetteError(f"a message that a cassette can't hold: {error}") from None
    size = len(body)
    if size > _CHEAP_BODY:
        _packing.renew()
        if count > 1 and (size > most or _frames(batches) > _MOST_FRAMES):
            return b"".join([encode_batches(part, most) for part in _parts(batches, (count + 1) // 2)])
        _guard_size(size, batches, most)
    length = size.to_bytes(4, "big")
    return b"".join((length, crc32(body, crc32(length)).to_bytes(4, "big"), body))


def _parts(batches: Sequence[Batch], most: int) -> Iterator[list[Batch]]:
    """The same batches in lists of at most so many messages."""
    part: list[Batch] = []
    room = most
    for session, sender, t, items in batches:
        at = 0
        while at < len(items):
            taken = items[at : at + room]
            part.append((session, sender, t, taken))
            at += len(taken)
            room -= len(taken)
            if not room:
                yield part
                part, room = [], most
    if part:
        yield part


def encode_all(records: Iterable[Record]) -> Iterator[bytes]:
    """Records as they are appended; runs of messages that share session, sender and time become batches."""
    key: tuple[int, Direction, int] | None = None
    items: list[Item] = []
    held = 0
    for record in records:
        if isinstance(record, Message):
            mine = (record.session, record.sender, record.t)
            if key is not None and (mine != key or len(items) >= MAX_BATCH or held > _CHEAP_BODY):
                yield encode_messages(*key, items)
                items, held = [], 0
            key = mine
            items.append(_item(record))
            held += len(record.payload)
            continue
        if key is not None:
            yield encode_messages(*key, items)
            key, items, held = None, [], 0
        yield encode(record)
    if key is not None:
        yield encode_messages(*key, items)


def bodies(stream: BinaryIO, remaining: Callable[[], int]) -> Generator[bytes, None, int]:
    """The bodies from here on; returns how many bytes at the end belong to no whole record.

    `remaining` says how much the file really holds from the stream's place on: nothing is
    allocated on the word of a length alone.
    """
    held, at = b"", 0  # what was read at once, for many small records, and how far it was used
    while True:
        if len(held) - at < OVERHEAD:
            held, at = held[at:] + stream.read(_CHUNK), 0
            if len(held) < OVERHEAD:
                return len(held)
        size, checksum = _HEAD(held, at)
        if size > MAX_BODY:
            raise CassetteError(f"a length of {size} bytes, which no record has")
        start = at + OVERHEAD
        begun = crc32(held[at : at + 4])
        at = start + size
        if at <= len(held):
            body = held[start:at]
        else:
            left = len(held) - start + remaining()
            if size > left:
                return OVERHEAD + left
            stream.seek(start - len(held), SEEK_CUR)
            body = stream.read(size)
            if len(body) < size:
                return OVERHEAD + len(body)
            held, at = b"", 0
        if crc32(body, begun) != checksum:
            if size == checksum == 0 and (zeros := _only_zeros(held[at:], stream)) is not None:
                # a power cut can leave a tail of zeros: the size was kept, the bytes were not
                return OVERHEAD + zeros
            raise CassetteError("damaged: the checksum does not match")
        yield body


def decode(body: bytes) -> Sequence[Record]:
    """The records in one body: one, or all the messages of a batch."""
    plain: Sequence[Record] | None = plain_batches.messages(body)
    if plain is not None:
        return plain
    return decode_strictly(body)


def skim(body: bytes) -> Sequence[Record | plain_batches.Count]:
    """The same for who needs no messages: counts of them, where they are plainly written and none closes."""
    return plain_batches.counts(body) or decode(body)


def decode_strictly(body: bytes) -> list[Record]:
    """The same, whatever the body is like."""
    given = _unpack(body)
    if not isinstance(given, dict):
        raise CassetteError("a record that is not a map")
    kind = given.get("kind")
    if kind == "messages":
        return _messages(given)
    if kind == "message":
        raise CassetteError('a single "message" in the binary encoding, which has "messages" only')
    for name in given:
        if not isinstance(name, str):
            raise CassetteError("a field whose name is not text")
    return [fields.from_map(given)]


def _item(message: Message) -> Item:
    rest = fields.to_map(message) if message.extra else {}
    for name in ("kind", "session", "sender", "t", "opcode", "payload"):
        rest.pop(name, None)
    for name in fields.MESSAGE_CHECKS:
        value = getattr(message, name)
        if value is not None:
            rest[name] = value
    opcode = int(message.opcode)
    return (opcode, message.payload, rest) if rest else (opcode, message.payload)


def _pack(value: Any) -> bytes:
    try:
        return _packing.pack(value)
    except (ValueError, OverflowError, TypeError) as error:
        raise CassetteError(f"a {value.get('kind')} that a cassette can't hold: {error}") from None


def _seal(body: bytes, most: int) -> bytes:
    if len(body) > _ROOMY_PACKER:
        _packing.renew()
    if len(body) > most:
        raise CassetteError(f"a record of {len(body)} bytes; {most} is the most that a cassette takes")
    length = len(body).to_bytes(4, "big")
    return b"".join((length, crc32(body, crc32(length)).to_bytes(4, "big"), body))


def _guard_size(size: int, batches: Sequence[Batch], most: int) -> None:
    """What could not be read again is not written: that a large batch is within the bounds of a reader."""
    if size > most:
        raise CassetteError(f"a message of {size} bytes; {most} is the most that a cassette takes")
    frames = _frames(batches)
    if frames > _MOST_FRAMES:
        raise CassetteError(f"a message in {frames} frames; {_MOST_FRAMES} is the most that a record takes")


def _frames(batches: Sequence[Batch]) -> int:
    details = (item[2] for batch in batches for item in batch[3] if len(item) > 2)
    return sum(len(each.get("frames") or ()) for each in details)


def _only_zeros(chunk: bytes, stream: BinaryIO) -> int | None:
    seen = 0
    while True:
        if chunk.strip(b"\0"):
            return None
        seen += len(chunk)
        chunk = stream.read(_CHUNK)
        if not chunk:
            return seen


def _unpack(body: bytes) -> Any:
    room = 2 * MAX_BATCH
    try:
        if len(body) <= _CHEAP_BODY:
            try:
                return msgpack.unpackb(
                    body, unicode_errors="surrogatepass", max_array_len=room, max_map_len=room, max_ext_len=0
                )
            except ValueError as error:
                if "exceeds max" not in str(error):
                    raise
        _walk(body)
        return msgpack.unpackb(body, unicode_errors="surrogatepass", max_ext_len=0)
    except CassetteError:
        raise
    except (ValueError, TypeError, RecursionError, MemoryError, OverflowError) as error:
        # unpackb's own exceptions are ValueErrors too; their text may repeat a whole hostile value.
        raise CassetteError(f"no msgpack map: {str(error)[:80] or type(error).__name__}") from None


def _walk(body: bytes) -> None:
    """Walk over a large body before any of it is built: a bomb is small, what it unpacks to is not."""
    end, at, count = len(body), 0, 0
    open_values = [1]  # values still to come at each level
    while open_values:
        if not open_values[-1]:
            open_values.pop()
            continue
        open_values[-1] -= 1
        count += 1
        if at >= end or count > MAX_ITEMS:
            raise CassetteError("too many values" if count > MAX_ITEMS else "a record that stops short")
        skip, inside = _token(body, at)
        at += skip
        if inside:
            if len(open_values) > MAX_DEPTH:
                raise CassetteError(f"nested deeper than {MAX_DEPTH}")
            open_values.append(inside)


# First byte -> bytes of the value that follow it, for what has a fixed size.
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_FIXED |= {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
# First byte -> width of the length that follows it.
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_NESTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def _token(body: bytes, at: int) -> tuple[int, int]:
    """How long the value here is (of a list or map: its head), and how many values stand in it."""
    first = body[at]
    if first < 0x80 or first >= 0xE0:
        return 1, 0
    if first < 0x90:
        return 1, 2 * (first & 0x0F)
    if first < 0xA0:
        return 1, first & 0x0F
    if first < 0xC0:
        return 1 + (first & 0x1F), 0
    if first in _FIXED:
        return 1 + _FIXED[first], 0
    if first in _SIZED:
        width = _SIZED[first]
        return 1 + width + int.from_bytes(body[at + 1 : at + 1 + width], "big"), 0
    if first in _NESTED:
        width, each = _NESTED[first]
        return 1 + width, each * int.from_bytes(body[at + 1 : at + 1 + width], "big")
    raise CassetteError("a value of an extension type, which no cassette has")


def _messages(given: dict[Any, Any]) -> list[Record]:
    batches = given.pop("batches", None)
    given.pop("kind")
    if not isinstance(batches, list) or not batches:
        raise CassetteError("messages: batches must be a list with something in it")
    # What a later version says of all of them, it says of each message in them.
    shared = fields.unknown_fields("message", given) if given else {}
    out: list[Record] = []
    for batch in batches:
        _batch(batch, shared, out)
    return out


def _batch(batch: Any, shared: dict[str, Any], out: list[Record]) -> None:
    if type(batch) is not list or len(batch) != 4:
        raise CassetteError("messages: a batch must be [session, sender, t, list]")
    session = fields.whole(batch[0], "messages: session")
    sender = fields.direction(batch[1], "messages: sender")
    t = fields.whole(batch[2], "messages: t")
    items = batch[3]
    if not isinstance(items, list) or not items:
        raise CassetteError("messages: a batch's list must have something in it")
    opcodes = fields.OPCODES
    for item in items:
        if type(item) is not list or not 2 <= len(item) <= 3 or type(item[1]) is not bytes:
            raise CassetteError(
                f"messages: item {len(out) + 1} must be [opcode, bytes] or [opcode, bytes, map]"
            )
        number = item[0]
        opcode = opcodes.get(number) if type(number) is int else None
        if opcode is None:
            raise CassetteError(f"messages: item {len(out) + 1} must have an opcode of {sorted(opcodes)}")
        rest = _rest(item[2], shared) if len(item) > 2 else {"extra": shared} if shared else {}
        out.append(Message(t=t, session=session, sender=sender, opcode=opcode, payload=item[1], **rest))


def _rest(given: Any, shared: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise CassetteError("messages: the third part of an item must be a map")
    known: dict[str, Any] = {}
    extra: dict[Any, Any] = {}
    for name, value in given.items():
        check = fields.MESSAGE_CHECKS.get(name)
        if check is None:
            extra[name] = value
        else:
            known[name] = check(value, f"messages: {name}")
    if extra or shared:
        known["extra"] = shared | (fields.unknown_fields("message", extra) if extra else {})
    return known
