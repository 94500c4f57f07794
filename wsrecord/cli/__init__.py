"""The command line: parse, call, exit. One file per command, loaded when it is asked for."""

from wsrecord.cli.main import main

__all__ = ["main"]
