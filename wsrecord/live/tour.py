"""`wsrecord demo`: what a newcomer sees first, done for real with the commands that it names."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wsrecord.cassette.store import open_cassette
from wsrecord.contract.shipped import agent_contract
from wsrecord.errors import Exit, TargetError
from wsrecord.report.timeline import View, end_lines, head_lines, timeline

_PROMPTS = (
    "what is (17 + 4) * 2, and how do frames carry a message?",
    "what does the archive say about the weather, and what is the stock price of ACME?",
)
_READY = re.compile(r"(ws://\S+)")
_FAILURES = Path(".wsrecord") / "failures"  # where `fuzz` keeps them, unless it is told otherwise
_SEED, _AT_ONCE = 4, 4  # with these it is found soon
_SELF = (sys.executable, "-m", "wsrecord")


@dataclass(frozen=True, slots=True)
class Guide:
    """What the tour must know of the demo server."""

    password: str  # of the user who chats: the cassette has a placeholder in its place
    drift: str  # one that is caught
    change: str  # what it changes
    bug: str  # one that is found
    wrong: str  # what goes wrong


def tour(out: Path | None, say: Callable[[str], None], guide: Guide) -> int:
    """Record a chat with the demo server, show, check and replay it, make others up; return the exit code."""
    out = out or Path("cassettes") / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}.wsr"
    say("1. A real agent server starts, on a port of its own:")
    say("     $ wsrecord demo serve")
    with _server() as url:
        say(f"   It listens on {url}\n")
        say("2. The recorder stands between it and a client, which logs in over HTTP and chats")
        say("   (one of the agent's tools, the stock ticker, fails: the agent goes on without it):")
        say(f"     $ wsrecord record --target {url} --out {out} -- wsrecord demo chat\n")
        code = _record(url, out)
        if code != Exit.CLEAN:
            return code
    say("\n3. What crossed the wire, secrets replaced before they reached the disk:")
    say(f"     $ wsrecord show {out}\n")
    _show(out, say)
    say("\n4. Does it keep the contract? Schemas, orders, who may see what; no server is needed for that:")
    contract = agent_contract()
    say(f"     $ wsrecord check {out} --contract {contract}\n")
    code = _run("check", str(out), "--contract", str(contract))
    if code != Exit.CLEAN:
        return code
    say("\n5. Does the server still do what was recorded? The chat is acted out again, with its new ids:")
    code = _verify(out, contract, guide, say)
    if code != Exit.CLEAN:
        return code
    say(f"\n6. And one that has changed? {guide.change}")
    code = _verify(out, contract, guide, say, guide.drift)
    if code != Exit.FINDINGS:
        raise TargetError("the drifted demo server was not caught, as it should have been")
    say("\n   That is exit code 1: a CI job would have stopped here.")
    say(f"\n7. And what nobody recorded? {guide.wrong}")
    say("   Dialogues are made up from the contract; the first that fails is tried again and made small:")
    code = _fuzz(out, contract, guide, say)
    if code != Exit.FINDINGS:
        raise TargetError("the demo server's bug was not found, as it should have been")
    say(f"\n   It is a cassette now: `wsrecord verify {_FAILURES}` fails until the bug is gone.")
    say(f"\nThe chat: {out}; what failed: {_FAILURES}{os.sep}")
    _next(out, say)
    return Exit.CLEAN


def _next(out: Path, say: Callable[[str], None]) -> None:
    me = _name()
    say("What to try next:")
    say(f"  {me} demo drifts\n      other ways in which the server can change, for demo serve --drift NAME")
    say(f"  {me} show {out} --event 'tool_*'\n      only the tools")
    say(f"  {me} convert {out} {out.with_suffix('.wsr.jsonl')}\n      lines of JSON, for review and for git")
    say(f"  {me} check {out} --contract demo --coverage\n      how much of the contract this chat has shown")
    say(f"  {me} contract init {out} -o contract\n      a contract of your own, drafted from recordings")
    say(f"  {me} contract lint contract\n      whether it is sound")
    say(f"  {me} demo bugs\n      other bugs for fuzz to find, for demo serve --bug NAME")
    say(f"  {me} fuzz --target ws://YOUR-SERVER --contract contract\n      and what does yours make of it?")
    say(f"  {me} scan {out}\n      make sure that no secret is in it")
    say(f"  {me} record --target ws://YOUR-SERVER\n      and point your client at the address it prints")


def _name() -> str:
    """What a shell calls this program: it may lie in an environment that is not on the PATH."""
    if shutil.which("wsrecord"):
        return "wsrecord"
    beside = Path(sys.executable).parent / "wsrecord"
    near = os.path.relpath(beside)
    return str(beside if near.startswith("..") else near) if beside.exists() else "python -m wsrecord"


def _verify(
    out: Path, contract: Path, guide: Guide, say: Callable[[str], None], drift: str | None = None
) -> int:
    """Replay the chat against a new server, drifted or not; comes back the exit code."""
    serve = ["--drift", drift] if drift else []
    if drift:
        say(f"     $ wsrecord demo serve --drift {drift}")
    with _server(*serve) as url:
        target = ["--target", url.removesuffix("/ws"), "--contract", str(contract)]
        say(f"     $ wsrecord verify {out} {' '.join(target)} --secret password=env:PASSWORD\n")
        secret = "--secret", "password=env:PASSWORD"
        return _run("verify", str(out), *target, *secret, PASSWORD=guide.password)


def _fuzz(out: Path, contract: Path, guide: Guide, say: Callable[[str], None]) -> int:
    """Make dialogues up for a server with a bug, until one finds it; comes back the exit code."""
    say(f"     $ wsrecord demo serve --bug {guide.bug}")
    with _server("--bug", guide.bug, quiet=True) as url:
        options = f"--phase valid --first --seed {_SEED} --concurrency {_AT_ONCE}"
        contracted = f"--contract {contract} --secret password=env:PASSWORD"
        say(f"     $ wsrecord fuzz --target {url} --from {out} {contracted} {options}\n")
        told = ["--target", url, "--from", str(out), "--contract", str(contract)]
        secret = "--secret", "password=env:PASSWORD"
        return _run("fuzz", *told, *secret, *options.split(), PASSWORD=guide.password)


def _run(*command: str, **environment: str) -> int:
    """Run a command of ours as a user would; comes back its exit code."""
    env = {**os.environ, **environment}
    return subprocess.run([*_SELF, *command], check=False, env=env).returncode  # noqa: S603 - our own


@contextlib.contextmanager
def _server(*options: str, quiet: bool = False) -> Iterator[str]:
    """Run the demo server as a process of its own; yield its URL. `quiet`: its crashes are told by others."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*_SELF, "demo", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = _READY.search(line)
        if found is None:
            raise TargetError("the demo server did not start: `wsrecord demo serve` says why")
        yield found[1]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _record(url: str, out: Path) -> int:
    chat = [*_SELF, "demo", "chat", *(word for prompt in _PROMPTS for word in ("--prompt", prompt))]
    command = [*_SELF, "record", "--target", url, "--out", str(out), "--", *chat]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command


def _show(out: Path, say: Callable[[str], None]) -> None:
    terminal = sys.stdout.isatty()
    view = View(
        width=shutil.get_terminal_size((110, 24)).columns,
        color=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
    )
    with open_cassette(out) as cassette:
        for line in (
            *head_lines(cassette.head),
            "",
            *timeline(cassette, view),
            "",
            *end_lines(cassette.end, None),
        ):
            say(f"   {line}".rstrip())
