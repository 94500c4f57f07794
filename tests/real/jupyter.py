"""A Jupyter server with a real kernel, in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.waiting import free_port, until_it_answers


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """Run it on a free port; its kernels end with it."""
    port = free_port()
    options = {
        "ServerApp.port": port, "ServerApp.port_retries": 0, "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": False, "ServerApp.allow_root": True, "ServerApp.root_dir": folder,
        "IdentityProvider.token": "", "ServerApp.disable_check_xsrf": True,
    }  # fmt: skip
    given = (f"--{name}={value}" for name, value in options.items())
    command = [sys.executable, "-m", "jupyter_server", *given]
    homes = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    with (folder / "jupyter.log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | homes, stdout=log, stderr=log, cwd=folder)
        try:
            until_it_answers(f"http://127.0.0.1:{port}/api", server)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
