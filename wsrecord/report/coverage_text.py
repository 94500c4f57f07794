"""What of the contracts was exercised, as a table for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wsrecord.report import escape, words

_MOST = 8  # names in a line
_SIDE = 12


def text(coverage: Mapping[str, Any], *, color: bool = False) -> str:
    """The whole table."""
    return "".join(f"{line}\n" for line in lines(coverage, color=color))


def lines(coverage: Mapping[str, Any], *, color: bool = False) -> Iterator[str]:
    """The lines of the table: a block for each contract."""
    for name, contract in coverage.get("contracts", {}).items():
        title = f"coverage of {_one(name)}: {contract['percent']:g} % of events and flows"
        yield words.paint(title, "1") if color else title
        yield from _aligned(list(_rows(contract)))


def _rows(contract: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    events = contract["events"]
    unseen = [name for name, number in events.items() if not number]
    yield "events", _of(len(events) - len(unseen), len(events)), _never("seen", unseen)
    for name, flow in contract["flows"].items():
        yield f"flow {name}", _of(*flow["places"]), _never("read", flow["unread"])
        yield "  endings", _of(*flow["endings"]), _never("last", flow["unended"])
    totals: dict[str, list[int]] = {}
    missing: dict[str, list[str]] = {}
    for event, kinds in contract["schemas"].items():
        for kind, points in kinds.items():
            total = totals.setdefault(kind, [0, 0])
            total[0] += points["seen"][0]
            total[1] += points["seen"][1]
            name = event.partition(":")[2]
            missing.setdefault(kind, []).extend(f"{name} {point['label']}" for point in points["unseen"])
    for kind, (seen, there) in totals.items():
        yield kind.replace("_", " "), _of(seen, there), _never("seen", missing[kind])
    untested = [rule["rule"] for rule in contract["rules"] if not rule["judged"]]
    if contract["rules"]:
        yield (
            "rules",
            _of(len(contract["rules"]) - len(untested), len(contract["rules"])),
            _never("tested", untested),
        )
    parts = ", ".join(f"{name} {value:g}" for name, value in contract["parts"].items() if value is not None)
    yield "score", f"{contract['score']:g}", parts


def _aligned(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    first = max([_SIDE, *(len(row[0]) for row in rows)])
    second = max(len(row[1]) for row in rows)
    for name, number, rest in rows:
        yield f"  {_one(name):<{first}}  {number:>{second}}  {_one(rest)}".rstrip()


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}"


def _never(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"never {what}: {', '.join(names[:_MOST])}{more}"


def _one(text: str) -> str:
    return escape.github_log(escape.terminal(text))
