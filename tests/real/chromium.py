"""Chromium as it comes from Debian, without a window, to be steered over its DevTools protocol."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.waiting import free_port, until_it_answers


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """Run it on a free port."""
    port = free_port()
    command = [
        "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-extensions", "--disable-sync", f"--user-data-dir={folder / 'profile'}",
        f"--remote-debugging-port={port}", "about:blank",
    ]  # fmt: skip
    with (folder / "chromium.log").open("wb") as log:
        browser = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            until_it_answers(f"http://127.0.0.1:{port}/json/version", browser)
            yield port
        finally:
            os.killpg(browser.pid, signal.SIGTERM)
            browser.wait(30)
