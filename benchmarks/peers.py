"""Peers from PyPI, in a virtual environment of their own: their pins clash with ours."""

import re
import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

PEERS = Path(__file__).parent.parent / ".venv-peers"
REQUIREMENTS = ("mitmproxy>=11", "cassetter[websockets]", "wsproto", "schemathesis")
_OLDEST_MITMPROXY = 11


def install() -> None:
    """Make the environment and install every peer; what can't be had is named."""
    if not (PEERS / "bin" / "python").exists():
        venv.create(PEERS, with_pip=True)
    (PEERS / ".gitignore").write_text("*\n")
    for requirement in REQUIREMENTS:
        command = [
            str(PEERS / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        if subprocess.run([*command, requirement], check=False).returncode:
            print(f"{requirement} could not be installed: it is left out", file=sys.stderr)


@cache
def mitmdump() -> str | None:
    """The path of a mitmdump that is new enough."""
    for found in (str(PEERS / "bin" / "mitmdump"), shutil.which("mitmdump")):
        if found is None or not Path(found).exists():
            continue
        version = re.search(r"(\d+)\.", version_line([found, "--version"]))
        if version is not None and int(version[1]) >= _OLDEST_MITMPROXY:
            return found
    return None


@cache
def peer_python(module: str) -> str | None:
    """A Python that can import `module`: this one, or that of the peers' environment."""
    for candidate in (sys.executable, str(PEERS / "bin" / "python")):
        if not Path(candidate).exists():
            continue
        probe = [candidate, "-c", f"import {module}"]
        if subprocess.run(probe, check=False, capture_output=True, timeout=60).returncode == 0:
            return candidate
    return None


def version_line(command: list[str]) -> str:
    """The first line that a program prints about itself; empty when it can't be run."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0]
