"""simple-websocket under Flask, as its page shows it."""

import sys

from flask import Flask, request
from simple_websocket import ConnectionClosed, Server
from talk import reply

app = Flask(__name__)


@app.route("/ws", websocket=True)
def talk() -> str:
    session = Server(request.environ)
    try:
        while True:
            session.send(reply(session.receive()))
    except ConnectionClosed:
        return ""


app.run(port=int(sys.argv[1]))
