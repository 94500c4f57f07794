"""A broker by mosquitto, as it comes from Debian: MQTT over WebSocket on a free port."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.needs import program
from support.waiting import free_port, until_it_listens

# A broker of 2.0 ends if it listens nowhere but for WebSockets: it does not count those.
CONFIGURATION = """\
user root
allow_anonymous true
set_tcp_nodelay true
listener 0 plain.sock
listener {port} 127.0.0.1
protocol websockets
"""


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """Run it on a free port."""
    port, broker = free_port(), program("mosquitto")
    assert broker
    (folder / "mosquitto.conf").write_text(CONFIGURATION.format(port=port))
    with (folder / "mosquitto.log").open("wb") as log:
        server = subprocess.Popen([broker, "-v", "-c", "mosquitto.conf"], cwd=folder, stdout=log, stderr=log)
        try:
            until_it_listens(port, server)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
