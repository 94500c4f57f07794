"""What the tests of `wsrecord verify` share: a project, the command, what it came to."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from wsrecord.cli.main import group
from wsrecord.errors import WsrecordError

QUICK = ("--wait", "0.5", "--timeout", "5")


def verify(*arguments: str | Path, **env: str) -> Result:
    return CliRunner().invoke(group, ["verify", *map(str, arguments), *QUICK], env=env)


def against(port: int, *arguments: str | Path, **env: str) -> Result:
    return verify(*arguments, "--target", f"ws://127.0.0.1:{port}", **env)


def codes(result: Result) -> list[str]:
    """The codes in a report that went to standard output."""
    return [one["code"] for one in json.loads(result.stdout)["findings"]]


def code(result: Result) -> int:
    """The exit code as the command would end with."""
    if isinstance(result.exception, WsrecordError):
        return int(result.exception.exit_code)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code
