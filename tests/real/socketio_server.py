"""A Socket.IO server by python-socketio, in a process of its own: a room, acknowledgements, bytes."""

import sys
from typing import Any

import socketio
import uvicorn


def application() -> socketio.ASGIApp:
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")

    @server.event
    async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
        await server.emit("welcome", {"user": (auth or {}).get("user"), "sid": sid}, to=sid)

    @server.event
    async def join(sid: str, room: str) -> dict[str, Any]:
        await server.enter_room(sid, room)
        await server.emit("joined", {"room": room, "members": 1}, room=room)
        return {"ok": True, "room": room}

    @server.event
    async def say(sid: str, data: dict[str, str]) -> None:
        for number, word in enumerate(data["text"].split()):
            await server.emit("said", {"number": number, "word": word}, room=data["room"])
        await server.emit("done", {"room": data["room"], "count": number + 1}, room=data["room"])

    @server.event
    async def blob(sid: str, data: bytes) -> bytes:
        return data[::-1]

    return socketio.ASGIApp(server)


if __name__ == "__main__":
    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
