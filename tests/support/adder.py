"""A server that adds, in any codec's words, by its contract: `-m support.adder PORT CONTRACT [BUG]`."""

import asyncio
import sys
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from wsrecord.cassette.model import Message
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, Event
from wsrecord.contract.load import load
from wsrecord.wire.frames import Opcode


async def main(port: int, path: str, bug: str) -> None:
    """Serve until the end."""
    contract = load(path)
    spoken = Opcode.BINARY if contract.codec.spec == "msgpack" else Opcode.TEXT

    def answer(unit: Unit, classify: Any) -> dict[str, Any] | None:
        event = classify(unit) if unit.fault is None else None
        right = isinstance(event, Event) and event.spec.schema and event.spec.schema.is_valid(unit.value)
        asked = unit.value.get("id") if isinstance(unit.value, dict) else None
        if not right:
            known = asked if type(asked) is int else None
            return {"t": "error", "id": known}
        if bug == "mute" and unit.value["n"] == 0:
            return None
        return {"t": "sum", "id": asked, "of": unit.value["n"] + 1}

    async def client(connection: ServerConnection) -> None:
        codec, classify = make(contract.codec.spec), Classifier(contract).classify
        number = 0
        async for data in connection:
            number += 1
            opcode = Opcode.TEXT if isinstance(data, str) else Opcode.BINARY
            payload = data.encode() if isinstance(data, str) else data
            said = Message(session=1, sender="client", opcode=opcode, payload=payload, t=0)
            for unit in codec.feed(number, said):
                if (value := answer(unit, classify)) is not None:
                    [(_, out)] = make(contract.codec.spec).encode([Unit(value, "server", spoken)])
                    await connection.send(out if spoken is Opcode.BINARY else out.decode())

    async with serve(client, "127.0.0.1", port):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""))
