"""microdot, as its page shows it; what it is made of had other names before 2.0."""

import sys

from talk import reply

try:
    from microdot import Microdot
    from microdot.websocket import with_websocket
except ImportError:
    from microdot_asyncio import Microdot
    from microdot_asyncio_websocket import with_websocket

app = Microdot()


@app.route("/ws")
@with_websocket
async def talk(request, session):  # type: ignore[no-untyped-def]
    while True:
        await session.send(reply(await session.receive()))


app.run("127.0.0.1", int(sys.argv[1]))
