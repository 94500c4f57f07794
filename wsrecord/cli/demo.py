"""`wsrecord demo`: the tour, the embedded agent server, and a small client for it."""

from pathlib import Path

import click

from wsrecord.errors import Exit, TargetError


@click.group("demo", invoke_without_command=True)
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
    it through the proxy, shows what crossed the wire, and checks it against the contract.
    """
    if ctx.invoked_subcommand is not None:
        return Exit.CLEAN
    from wsrecord.live.tour import tour  # noqa: PLC0415 - keeps --help quick

    return tour(out, click.echo)


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one.")
@click.option(
    "--pace", type=click.FloatRange(0), default=0.03, show_default=True, help="Seconds for a thought."
)
@click.option("--seed", type=int, help="Make the agent's choices, and its ids, repeatable. For tests only.")
def serve(host: str, port: int, pace: float, seed: int | None) -> int:
    """Run the demo agent server until Ctrl-C.

    Users log in with POST /login, as ada:analytical, grace:compiler, alan:enigma or mary:prometheus,
    and speak to agents at /ws. GET /health says how it is.
    """
    from wsrecord.demo import DemoError  # noqa: PLC0415
    from wsrecord.demo.options import DemoOptions  # noqa: PLC0415
    from wsrecord.demo.server import run_demo_server  # noqa: PLC0415

    try:
        run_demo_server(host, port, options=DemoOptions(pace=pace, seed=seed), announce=click.echo)
    except DemoError as error:
        raise TargetError(str(error)) from None
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
