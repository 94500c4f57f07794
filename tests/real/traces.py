"""Traces of published protocols, as tables: words that stand for messages, and what they must lead to.

`said` has the words: `>` or `<`, and a text in which $1 to $4 stand for what is behind the word's colons
(`piece:m:a`; `_` is nothing). Two words are built in: `bye`, the server closes with 1000, and `leave`, the
client does.
A trace is judged as `check` does it: codec, classification, all judges.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from judge.transcript import judged

from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.judge.finding import Finding

FOLDER = Path(__file__).parent / "contracts"
BUILT_IN = {"bye": "x server 1000", "leave": "x client 1000"}


@dataclass(frozen=True)
class Trace:
    """What is said, and the one code that comes of it; none: all is right."""

    protocol: str
    fact: str
    text: str
    code: str | None = None

    def __str__(self) -> str:
        return f"{self.protocol}: {self.fact}"

    def findings(self) -> list[Finding]:
        """What the judges find, without what is only information."""
        return [one for one in judged(CONTRACTS[self.protocol], *self.lines()) if one.severity != "info"]

    def lines(self) -> list[str]:
        """The trace as a transcript."""
        words = {**BUILT_IN, **TABLES[self.protocol]["said"]}
        return [_line(words, word) for word in self.text.split()]


def _line(words: dict[str, str], word: str) -> str:
    name, *values = word.split(":")
    line = words[name]
    for number, value in enumerate(values, 1):
        line = line.replace(f"${number}", "" if value == "_" else value)
    assert "$" not in line, f"{word} lacks a value: {line}"
    return line if line.startswith("x ") else line[0] + line


def _table(protocol: str) -> Any:
    return yaml.safe_load((FOLDER / f"{protocol}-traces.yaml").read_text(encoding="utf-8"))


CONTRACTS: dict[str, Contract] = {
    path.parent.name: load(path) for path in sorted(FOLDER.glob("*/contract.yaml"))
}
TABLES: dict[str, Any] = {protocol: _table(protocol) for protocol in CONTRACTS}
RIGHT = [Trace(one, fact, text) for one in TABLES for fact, text in TABLES[one]["right"].items()]
WRONG = [
    Trace(one, fact, text, code) for one in TABLES for fact, (code, text) in TABLES[one]["wrong"].items()
]
