"""`check` alone: what one way of looking through a long cassette costs, printed as one JSON object.

`python -m benchmarks.checking NAME CASSETTE`. Each way runs in a process of its own, on one core, and is
timed by the CPU time of that process, from when the contract is loaded.
"""

import argparse
import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from wsrecord.cassette.model import Message, Opcode
from wsrecord.cassette.source import from_path
from wsrecord.contract.load import load_all
from wsrecord.contract.model import Contract
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown

SCHEMAS = Path(__file__).parents[1] / "schemas"
SLICE = 3000  # events for who would take too long over all of them, spread over the whole cassette
Way = Callable[[Path], tuple[int, float]]  # a cassette in; events looked at, seconds


def _contract() -> Contract:
    (contract,) = load_all((str(SCHEMAS),))
    return contract


def _flows_only(contract: Contract) -> Contract:
    """What is left when it is only read, decoded, classified, validated and put into its orders."""
    return replace(contract, rules=(), handshake=None, isolation=None, budgets=())


def _check(contract: Contract, path: Path) -> tuple[int, float]:
    gc.set_threshold(100_000, 50, 100)  # as the command does
    began = time.process_time()
    case = judge_cassette(from_path(path), [Shown(contract)], str(path))
    seconds = time.process_time() - began
    if case.findings or not case.events:
        raise AssertionError(f"{case.events} events, {len(case.findings)} findings: {case.findings[:3]}")
    return case.events, seconds


def _payloads(path: Path) -> list[bytes]:
    texts = [one.payload for one in _messages(path)]
    # Some are what the recorder of the demo sent on purpose to see it refused.
    return [one for one in texts if one.startswith(b"{")]


def _messages(path: Path) -> Iterator[Message]:
    return (one for one in from_path(path).messages() if one.opcode is Opcode.TEXT)


def _loads(path: Path) -> tuple[int, float]:
    payloads, loads = _payloads(path), json.loads
    began = time.process_time()
    for payload in payloads:
        loads(payload)
    return len(payloads), time.process_time() - began


def _events(path: Path) -> list[tuple[str, Any]]:
    """A slice of the cassette, decoded: schema files and values."""
    # A placeholder is no resume token: check knows that, a plain validator doesn't.
    payloads = [one for one in _payloads(path) if b'"wsr-' not in one]
    every = max(1, len(payloads) // SLICE)
    values = map(json.loads, islice(payloads, 0, None, every))
    known = {path.stem for path in SCHEMAS.glob("*.json")}
    return [(f"{value['type']}.json", value) for value in values if value.get("type") in known]


def _schemas() -> dict[str, Any]:
    """The contract's schemas by URIs that their references lead to."""
    return {f"https://bench/{path.name}": json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}


def _jsonschema(path: Path) -> tuple[int, float]:
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    made = ((uri, DRAFT202012.create_resource(schema)) for uri, schema in _schemas().items())
    registry: Registry[Any] = Registry().with_resources(made).crawl()
    validators = {
        uri.rpartition("/")[2]: Draft202012Validator(
            {"$ref": uri}, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for uri in _schemas()
    }
    return _validated([(validators[name].is_valid, value) for name, value in _events(path)])


def _jsonschema_rs(path: Path) -> tuple[int, float]:
    import jsonschema_rs

    registry = jsonschema_rs.Registry(list(_schemas().items()))
    validators = {
        uri.rpartition("/")[2]: jsonschema_rs.Draft202012Validator(
            {"$ref": uri}, registry=registry, offline=True, validate_formats=True
        )
        for uri in _schemas()
    }
    return _validated([(validators[name].is_valid, value) for name, value in _events(path)])


def _validated(asked: list[tuple[Callable[[Any], bool], Any]]) -> tuple[int, float]:
    for is_valid, value in asked[:100]:  # references are looked up at first use
        is_valid(value)
    began = time.process_time()
    right = sum(is_valid(value) for is_valid, value in asked)
    seconds = time.process_time() - began
    if right != len(asked):
        raise AssertionError(f"{len(asked) - right} of {len(asked)} events are said to be wrong")
    return right, seconds


def _ways() -> dict[str, Callable[[], Way]]:
    """By name, what makes them ready: that is not timed, and its memory not counted."""

    def judged(contract: Contract) -> Way:
        return lambda path: _check(contract, path)

    return {
        "wsrecord": lambda: judged(_contract()),
        "wsrecord, flows only": lambda: judged(_flows_only(_contract())),
        "jsonschema": lambda: _jsonschema,
        "jsonschema-rs": lambda: _jsonschema_rs,
        "json.loads": lambda: _loads,
    }


WAYS = tuple(_ways())


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _peak() -> int:
    """The most that this process ever held, in bytes."""
    try:
        # Not ru_maxrss: that of a process begins with its parent's.
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except OSError:
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return held if sys.platform == "darwin" else held * 1024


def main() -> None:
    """Measure one way."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=WAYS)
    options.add_argument("cassette", type=Path)
    chosen = options.parse_args()
    _one_core()
    way = _ways()[chosen.name]()
    before = _peak()
    events, seconds = way(chosen.cassette)
    print(json.dumps({"events": events, "seconds": seconds, "grown": _peak() - before}))


if __name__ == "__main__":
    main()
