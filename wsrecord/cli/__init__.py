"""The command line: parse, call, exit. One file per command, loaded when it is asked for."""

from typing import NoReturn


def main() -> NoReturn:
    """Run `wsrecord`: a Ctrl-C while it is still being loaded is no traceback either."""
    try:
        from wsrecord.cli.main import main as run  # noqa: PLC0415 - that is the point

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


__all__ = ["main"]
