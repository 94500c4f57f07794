"""Old releases from the package index, each in an environment of its own, which stays for the next run."""

import shlex
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

WHERE = Path(__file__).parents[3] / ".venv-releases"
NO_NETWORK = ("after connection broken by", "Could not fetch URL")  # what pip says then, and only then


def installed(*packages: str) -> Path:
    """The Python of an environment with these packages; skips where there is no network to get them by."""
    home = WHERE / packages[0].replace("==", "-")
    python, done = home / "bin" / "python", home / "packages"
    wanted = "\n".join(packages)
    if done.exists() and done.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True, symlinks=True)
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
    ]
    made = subprocess.run([*command, *packages], capture_output=True, text=True, timeout=300, check=False)
    if made.returncode and any(line in made.stderr for line in NO_NETWORK):
        pytest.skip(f"no network to install {packages[0]} by")
    assert made.returncode == 0, made.stderr
    done.write_text(wanted)
    return python


def serving(python: Path, script: Path) -> str:
    """The command that starts a server script by it, on `{port}`."""
    return f"exec {shlex.quote(str(python))} {shlex.quote(str(script))} {{port}}"
