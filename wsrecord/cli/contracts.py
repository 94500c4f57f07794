"""Where the contracts are: one rule for all commands."""

import os
from pathlib import Path

from wsrecord.cli import settings as configuration
from wsrecord.config.settings import Settings
from wsrecord.contract.fragments import NAMES
from wsrecord.errors import UsageError

USUAL = ("contract", "schemas")  # what `contract init` is told to write in the README; what the demo has


def contracts(settings: Settings) -> tuple[str, ...]:
    """By flag or configuration, else the usual folder that has one; none is no error here."""
    if settings.contract:
        return settings.contract
    return next(
        ((folder,) for folder in USUAL for name in NAMES if os.path.isfile(os.path.join(folder, name))), ()
    )


def needed(settings: Settings) -> tuple[str, ...]:
    """The same, for a command that can't do without."""
    found = contracts(settings)
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
    found = needed(configuration.discover(Path.cwd()))
    if len(found) > 1:
        raise UsageError(f"the configuration has {len(found)} contracts: name one of them, as {found[0]}")
    return Path(found[0])
