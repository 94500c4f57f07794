"""The `wsrecord` command: finds its sub-commands, and turns every end into the right exit code."""

import errno
import os
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

import click

from wsrecord import __version__
from wsrecord.cli.groups import Group
from wsrecord.errors import Exit, WsrecordError

_OUTPUT_ERRORS = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF)

COMMANDS = {
    "record": "Record live WebSocket sessions through a proxy into a cassette.",
    "verify": "Replay cassettes against the real server, and judge what it does now.",
    "serve": "Play a cassette's server to real clients, and judge what they say.",
    "check": "Check cassettes against contracts, offline.",
    "show": "Show a cassette as a timeline.",
    "fuzz": "Make dialogues up, and see whether the real server stands them.",
    "links": "Show which values a replay carries over from the live server.",
    "contract": "Draft a contract from recordings, check it, look at it.",
    "convert": "Convert a cassette between its two encodings.",
    "scan": "Look for secrets in cassettes.",
    "demo": "See it work: the tour, the embedded agent server, a small client.",
}


class LazyGroup(Group):
    """Imports a command's module when it is asked for: `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"wsrecord.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings, 2 usage, 3 bad cassette or contract, 4 target unreachable, "
    "5 recording incomplete, 70 a bug of ours, 130 interrupted.",
)
@click.version_option(__version__, prog_name="wsrecord")
def group() -> None:
    """Record real WebSocket sessions, and look at what crossed the wire.

    Start with `wsrecord demo`.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run, and exit by the one table of exit codes."""
    _open_streams()
    code = run(arguments)
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _no_output(error)
    sys.exit(code)


def _open_streams() -> None:
    """Output that is closed is thrown away; characters that a terminal lacks are shown as signs."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - it stays open to the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _no_output(error: OSError) -> int:
    """What was to be shown can't be written: a full disk behind a redirection, for instance."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python must not complain about it again at exit
    if error.errno == errno.EPIPE:
        return Exit.CLEAN  # whoever read it has seen enough
    return _say(f"the output can't be written: {error.strerror}", Exit.USAGE)


def run(arguments: list[str] | None = None) -> int:
    """Run; return the exit code."""
    try:
        # Not group.main(): it would turn a broken pipe into exit code 1, which says "findings" here.
        with group.make_context("wsrecord", list(sys.argv[1:] if arguments is None else arguments)) as ctx:
            result: Any = group.invoke(ctx)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.Abort:
        return _say("interrupted", Exit.INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return Exit.USAGE
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except WsrecordError as error:
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _say("interrupted", Exit.INTERRUPTED)
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_ERRORS:
            return _bug(error)
        return _no_output(error)
    except Exception as error:
        return _bug(error)
    return result if isinstance(result, int) else Exit.CLEAN


def _say(text: str, code: int) -> int:
    click.echo(f"wsrecord: {text}", err=True)
    return code


def _bug(error: Exception) -> int:
    if os.environ.get("WSRECORD_DEBUG"):
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(last.filename)}:{last.lineno}"
    return _say(
        f"a bug of ours: {type(error).__name__} at {where}: {error}\n"
        "  set WSRECORD_DEBUG=1 for the whole story, and please report it",
        Exit.BUG,
    )
