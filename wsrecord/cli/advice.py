"""The page of findings that comes with wsrecord: in the package once installed, in docs/ in a checkout."""

from collections.abc import Mapping
from pathlib import Path

from wsrecord.report import advice
from wsrecord.report.advice import Advice


def shipped() -> Mapping[str, Advice]:
    """What it says of each code; nothing if it is missing: a report is whole without it."""
    package = Path(__file__).parents[1]
    for page in (package / "findings.md", package.parent / "docs" / "findings.md"):
        try:
            return advice.read(page.read_text(encoding="utf-8"))
        except OSError:
            continue
    return {}
