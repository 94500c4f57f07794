"""`wsrecord demo`: the tour, the embedded agent server, and a small client for it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsrecord.cli.groups import Group
from wsrecord.cli.numbers import Finite
from wsrecord.errors import Exit, TargetError, UsageError

if TYPE_CHECKING:
    from wsrecord.demo.bugs.bug import Bug
    from wsrecord.demo.drifts.drift import Chosen


@click.group("demo", cls=Group, invoke_without_command=True)
@click.option(
    "--out",
    metavar="NAME",
    type=click.Path(path_type=Path),
    help="Where the tour's cassette lies.  [default: cassettes/demo-<time>.wsr]",
)
@click.pass_context
def command(ctx: click.Context, out: Path | None) -> int:
    """See it work, with nothing but this machine.

    Without a sub-command this is the tour: it starts the embedded agent server, records a chat with
    it through the proxy, shows what crossed the wire, checks it against the contract, and acts it out
    again: against the same server, and against one that has changed. Then it makes dialogues up that
    nobody recorded, and finds a bug.
    """
    if ctx.invoked_subcommand is not None:
        return Exit.CLEAN
    from wsrecord.demo.auth import USERS  # noqa: PLC0415 - keeps --help quick
    from wsrecord.demo.bugs.planted import choose as plant  # noqa: PLC0415
    from wsrecord.demo.drifts.gallery import choose  # noqa: PLC0415
    from wsrecord.live.tour import Guide, tour  # noqa: PLC0415

    shown = choose("results-renamed").drift
    bug = plant("cancel-twice")
    guide = Guide(USERS["ada"].password, shown.name, shown.change, bug.name, bug.wrong)
    return tour(out, click.echo, guide)


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one.")
@click.option("--pace", type=Finite(0), default=0.03, show_default=True, help="Seconds for a thought.")
@click.option("--seed", type=int, help="Make the agent's choices, and its ids, repeatable. For tests only.")
@click.option(
    "--drift",
    "drifts",
    multiple=True,
    metavar="NAME[@P]",
    help="Differ from the contract in this way, always or with probability P; repeatable.",
)
@click.option(
    "--bug",
    "bugs",
    multiple=True,
    metavar="NAME",
    help="Have this bug, which waits for a dialogue of its own; repeatable.",
)
def serve(
    host: str, port: int, pace: float, seed: int | None, drifts: tuple[str, ...], bugs: tuple[str, ...]
) -> int:
    """Run the demo agent server until Ctrl-C.

    Users log in with POST /login, as ada:analytical, grace:compiler, alan:enigma or mary:prometheus,
    and speak to agents at /ws. GET /health says how it is.

    With --drift it is a server that has changed since its contract was written; `wsrecord demo drifts`
    lists the ways. A probability is drawn once for each run (for each thread, where no run is concerned; for
    each connection, where its handshake is), and with --seed always in the same way.

    With --bug it is a server that behaves until a client does what nobody thought of; `wsrecord demo bugs`
    lists the bugs.
    """
    from wsrecord.demo import DemoError  # noqa: PLC0415
    from wsrecord.demo.bugs.planted import choose as plant  # noqa: PLC0415
    from wsrecord.demo.drifts.gallery import choose  # noqa: PLC0415
    from wsrecord.demo.options import DemoOptions  # noqa: PLC0415
    from wsrecord.demo.server import run_demo_server  # noqa: PLC0415

    try:
        chosen = tuple(choose(text) for text in drifts)
        planted = tuple(plant(name) for name in bugs)
    except DemoError as error:
        raise UsageError(str(error)) from None
    options = DemoOptions(pace=pace, seed=seed, drifts=chosen, bugs=planted)
    try:
        run_demo_server(host, port, options=options, announce=lambda line: _announce(line, chosen, planted))
    except DemoError as error:
        raise TargetError(str(error)) from None
    return Exit.CLEAN


def _announce(ready: str, chosen: tuple["Chosen", ...], bugs: tuple["Bug", ...]) -> None:
    click.echo(ready)
    for one in chosen:
        often = "" if one.probability == 1 else f", with a probability of {one.probability:g}"
        click.echo(f"  drift {one.drift.name}{often}: {one.drift.change}")
    for bug in bugs:
        click.echo(f"  bug {bug.name}: {bug.wrong}")


@command.command("drifts")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def drifts(as_json: bool) -> int:
    """List the ways in which the demo agent server can drift from its contract.

    Each has a name for `wsrecord demo serve --drift NAME`, a class (breaking, warning or benign), the
    findings that it leads to (WS8xx: by comparison with a recording only), and a line on what changes.
    """
    from wsrecord.demo.drifts.gallery import gallery  # noqa: PLC0415

    found = gallery()
    if as_json:
        rows = [
            {"name": one.name, "class": one.grade, "codes": list(one.codes), "change": one.change}
            for one in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return Exit.CLEAN
    width = max(len(one.name) for one in found)
    for one in found:
        codes = " ".join(one.codes) or "nothing"
        click.echo(f"{one.name:<{width}}  {one.grade:<8}  {codes:<12}  {one.change}")
    return Exit.CLEAN


@command.command("bugs")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs, with the dialogues.")
def bugs(as_json: bool) -> int:
    """List the bugs that can be planted into the demo agent server.

    Each has a name for `wsrecord demo serve --bug NAME`, the number of messages in the shortest dialogue that
    provokes it, the findings by which it may be known (one is enough), and a line on what goes wrong.
    """
    from wsrecord.demo.bugs.planted import planted  # noqa: PLC0415

    found = planted()
    if as_json:
        rows = [
            {
                "name": bug.name,
                "wrong": bug.wrong,
                "codes": list(bug.codes),
                "messages": bug.messages,
                "dialogue": [step.as_json() for step in bug.dialogue],
            }
            for bug in found
        ]
        click.echo(json.dumps(rows, indent=2))
        return Exit.CLEAN
    width = max(len(bug.name) for bug in found)
    for bug in found:
        click.echo(f"{bug.name:<{width}}  {' '.join(bug.codes):<11}  {bug.messages:>2}  {bug.wrong}")
    return Exit.CLEAN


@command.command("chat")
@click.option("--url", metavar="URL", help="The server.  [default: $WSRECORD_URL, or ws://127.0.0.1:8765/ws]")
@click.option("--user", default="ada", show_default=True, help="Who you are.")
@click.option("--password", help="[default: the demo user's own]")
@click.option("--prompt", "prompts", multiple=True, metavar="TEXT", help="Say this and leave; repeatable.")
@click.option("--report", is_flag=True, help="Ask for a final report.")
def chat(url: str | None, user: str, password: str | None, prompts: tuple[str, ...], report: bool) -> int:
    """Chat with the demo agent server.

    A line is a prompt, acted on in turn; /say TEXT, /cancel, /ping and /quit do what they say.
    """
    from wsrecord.demo import DemoError  # noqa: PLC0415
    from wsrecord.demo.auth import USERS  # noqa: PLC0415
    from wsrecord.demo.chat import ChatOptions, run_chat  # noqa: PLC0415

    if password is None:
        password = USERS[user].password if user in USERS else ""
    try:
        run_chat(ChatOptions(username=user, password=password, url=url, report=report), prompts or None)
    except DemoError as error:
        raise TargetError(str(error)) from None
    return Exit.CLEAN
