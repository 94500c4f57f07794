"""The command line: `python -m benchmarks [options]`, or `make bench ARGS="options"`."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from benchmarks import peers
from benchmarks.contestants import BY_NAME
from benchmarks.effort import QUICK, Effort
from benchmarks.measures import ALONE, MEASURES, latency
from benchmarks.page import Page, describe_machine
from benchmarks.processes import raise_file_limit
from benchmarks.rounds import Rounds, scratch


def _options() -> argparse.Namespace:
    names = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    measures = [*(measure.name for measure in MEASURES), *(single.name for single in ALONE)]
    names.add_argument("--only", type=_subset(BY_NAME), help=f"contestants: {', '.join(BY_NAME)}")
    names.add_argument("--measure", type=_subset(measures), help=f"measurements: {', '.join(measures)}")
    names.add_argument("--repeats", type=int, help="rounds; 5 unless told")
    names.add_argument(
        "--quick", action="store_true", help="3 short rounds: does everything run? Not a result"
    )
    names.add_argument("--json", type=Path, metavar="FILE", help="write every sample")
    names.add_argument("--markdown", action="store_true", help="print Markdown, for docs/benchmarks.md")
    names.add_argument(
        "--from", type=Path, metavar="FILE", dest="source", help="show a --json file; run nothing"
    )
    names.add_argument("--dir", metavar="DIR", help="where recordings go while they are needed")
    names.add_argument(
        "--install-peers", action="store_true", help="install the peers into .venv-peers first"
    )
    return names.parse_args()


def _subset(known: Iterable[str]) -> Callable[[str], list[str]]:
    """A parser of names with commas between them, all of them known."""
    names = list(known)

    def parse(text: str) -> list[str]:
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        if unknown := [name for name in chosen if name not in names]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(names)}")
        return chosen

    return parse


def _measure(options: argparse.Namespace) -> Page:
    effort: Effort = QUICK if options.quick else Effort()
    if options.repeats:
        effort = replace(effort, repeats=options.repeats)
    if raise_file_limit() < 2 * effort.idle_sessions + 200:
        sys.exit("too few open files allowed for the idle sessions: raise `ulimit -n` to 4096")
    with scratch(options.dir) as folder:
        began = time.monotonic()
        say = lambda text: print(f"{time.monotonic() - began:4.0f} s  {text}", file=sys.stderr, flush=True)  # noqa: E731
        rounds = Rounds(effort, folder, say)
        try:
            rounds.run(
                [one for one in BY_NAME.values() if not options.only or one.name in options.only],
                [one for one in MEASURES if not options.measure or one.name in options.measure],
                [one for one in ALONE if not options.measure or one.name in options.measure],
            )
        except KeyboardInterrupt:
            print("interrupted: showing what there is", file=sys.stderr)
    outcome = rounds.outcome
    latency.add_differences(outcome.results)
    quick = effort.quick or outcome.rounds < Effort().repeats
    return Page(
        outcome.results, outcome.rounds, quick, outcome.left_out, outcome.failures, describe_machine()
    )


def main() -> int:
    """Run, print, and say with the exit code whether every recording held what it had to hold."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.install_peers:
        peers.install()
    page = Page.load(json.loads(options.source.read_text())) if options.source else _measure(options)
    if options.json:
        options.json.write_text(json.dumps(page.plain(), indent=1) + "\n")
    print(page.markdown() if options.markdown else page.text())
    return 1 if page.failures else 0


if __name__ == "__main__":
    sys.exit(main())
