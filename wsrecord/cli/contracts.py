"""Where the contracts are: one rule for all commands."""

import os
from pathlib import Path

import click

from wsrecord.cli import settings as configuration
from wsrecord.config.settings import Settings
from wsrecord.contract.fragments import NAMES
from wsrecord.errors import UsageError

USUAL = ("contract", "schemas")  # what `contract init` is told to write in the README; what the demo has


def contracts(settings: Settings, by: str = "--contract PATH") -> tuple[str, ...]:
    """By flag or configuration, else the usual folder that has one; none is no error here.

    Where both usual folders have one, which was taken is said; `by` is how the command is told another.
    """
    if settings.contract:
        return settings.contract
    there = [folder for folder in USUAL if _has_one(folder)]
    for other in there[1:]:
        click.echo(
            f"wsrecord: the contract taken is {there[0]}/; there is one in {other}/, too: "
            f"choose by {by}, or by `contract` in the configuration",
            err=True,
        )
    return tuple(there[:1])


def needed(settings: Settings, by: str = "--contract PATH") -> tuple[str, ...]:
    """The same, for a command that can't do without."""
    found = contracts(settings, by)
    if not found:
        there = " nor ".join(f"{folder}/{NAMES[0]}" for folder in USUAL)
        raise UsageError(
            f"no contract: give its path, or `contract` in the configuration; neither {there} is there"
        )
    return found


def one(path: Path | None) -> Path:
    """The one that is given, or that the rule finds."""
    if path is not None:
        return path
    found = needed(configuration.discover(Path.cwd()), "its PATH")
    if len(found) > 1:
        raise UsageError(f"the configuration has {len(found)} contracts: name one of them, as {found[0]}")
    return Path(found[0])


def _has_one(folder: str) -> bool:
    return any(os.path.isfile(os.path.join(folder, name)) for name in NAMES)
