"""The traffic: events as an AI agent streams them, ready-made as WebSocket frames.

A block holds different messages of one exact size. Senders push whole blocks again and again, and
both ends know from the message count alone how many bytes will cross: neither has to parse.
"""

import json
import random
import struct
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

TEXT, CLOSE = 0x1, 0x8
BLOCK_MESSAGES = {20: 500, 300: 500, 65536: 32}
PUSH_BYTES = 1 << 20  # what a sender hands to the system at once: at least a block

_PROSE = (
    "the report shows that revenue grew in every region while costs stayed flat so the agent will now "
    "compare the two quarters and call the search tool for the missing figures of the third one"
)
_SEED = 20240117


@dataclass(frozen=True)
class Block:
    """Some hundred frames of one payload size, and where each begins."""

    size: int
    frames: bytes
    starts: tuple[int, ...]

    @property
    def messages(self) -> int:
        """How many messages one pass over the block sends."""
        return len(self.starts) - 1

    def length(self, count: int) -> int:
        """How many bytes the first `count` messages of an endless repetition take."""
        passes, rest = divmod(count, self.messages)
        return passes * len(self.frames) + self.starts[rest]

    def frame(self, index: int) -> bytes:
        """One frame, counted around."""
        index %= self.messages
        return self.frames[self.starts[index] : self.starts[index + 1]]

    def repeated(self) -> bytes:
        """Whole passes, enough for one large send."""
        return self.frames * max(1, -(-PUSH_BYTES // len(self.frames)))


@cache
def server_block(size: int) -> Block:
    """Unmasked frames, as a server sends them."""
    return _block(size, [frame(TEXT, payload) for payload in payloads(size)])


@cache
def client_block(size: int) -> Block:
    """Masked frames, as a client sends them: every frame with its own mask."""
    masks = random.Random(_SEED + size)
    return _block(size, [frame(TEXT, payload, masks.randbytes(4)) for payload in payloads(size)])


def _block(size: int, frames: list[bytes]) -> Block:
    return Block(size, b"".join(frames), (0, *accumulate(map(len, frames))))


def frame(opcode: int, payload: bytes, mask: bytes | None = None) -> bytes:
    """One final frame."""
    masked = 0 if mask is None else 0x80
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, masked | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, masked | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, masked | 127, size)
    return head + payload if mask is None else head + mask + _masked(payload, mask)


def _masked(payload: bytes, mask: bytes) -> bytes:
    keys = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")).to_bytes(len(payload), "big")


@cache
def payloads(size: int) -> tuple[bytes, ...]:
    """Different JSON texts of exactly `size` bytes."""
    chance = random.Random(_SEED)
    made = tuple(_payload(size, number, chance) for number in range(BLOCK_MESSAGES[size]))
    assert {len(payload) for payload in made} == {size}
    assert len(set(made)) == len(made)
    return made


def _payload(size: int, number: int, chance: random.Random) -> bytes:
    if size < 100:
        letters = "".join(chance.choices("abcdefghij klmnop", k=size - 18))
        return f'{{"i":{10000 + number},"d":"{letters}"}}'.encode()
    event = _large(number, chance) if size > 4096 else _small(number, chance)
    event["text"] = ""
    missing = size - len(json.dumps(event, separators=(",", ":")).encode())
    event["text"] = _prose(missing, chance)
    return json.dumps(event, separators=(",", ":")).encode()


def _small(number: int, chance: random.Random) -> dict[str, object]:
    event: dict[str, object] = {
        "type": chance.choice(
            ("answer_delta", "answer_delta", "answer_delta", "agent_thinking", "tool_executing")
        ),
        "run_id": _uuid(chance),
        "seq": number,
    }
    if event["type"] == "tool_executing":
        event |= {
            "tool_call_id": f"call_{chance.randrange(16**8):08x}",
            "arguments": {"query": _prose(20, chance)},
        }
    elif event["type"] == "agent_thinking":
        event["usage"] = {"total_tokens": chance.randrange(1000), "max_tokens": 4096}
    return event


def _large(number: int, chance: random.Random) -> dict[str, object]:
    rows = [
        {
            "id": _uuid(chance),
            "title": _prose(40, chance),
            "score": round(chance.random(), 4),
            "open": chance.random() < 0.5,
        }
        for _ in range(350)
    ]
    return {"type": "tool_completed", "run_id": _uuid(chance), "seq": number, "result": {"rows": rows}}


def _prose(length: int, chance: random.Random) -> str:
    words = " ".join(chance.choices(_PROSE.split(), k=length // 3 + 1))
    return words[:length].ljust(length, ".")


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
