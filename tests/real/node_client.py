"""The scenario's client in node with the `ws` package: what it saw, as a list."""

import json
import subprocess
from pathlib import Path

from real import scenario as s
from real.scenario import Place

FOLDER = Path(__file__).parent / "node"


def run(place: Place) -> list[object]:
    told = {
        "ws": place.ws,
        "http": place.http,
        "ca": place.ca,
        "protocols": s.PROTOCOLS,
        "said": s.SAID,
        "answers": [len(s.answers(text)) for text in s.SAID],
        "binary": s.BINARY.hex(),
        "ping": s.PING.decode(),
        "clientClose": s.CLIENT_CLOSE,
        "serverClose": "close {} {}".format(*s.SERVER_CLOSE),
    }
    given = json.dumps(told)
    done = subprocess.run(
        ["node", "client.mjs"],
        cwd=FOLDER,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saw: list[object] = json.loads(done.stdout)
    return saw
