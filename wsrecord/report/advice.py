"""What `docs/findings.md` says of each code, for pages whose readers do not have that page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ENTRY = re.compile(r"^### (WS\d{3}) ", re.MULTILINE)
_POINT = re.compile(r"^- \*\*(\w+):\*\* (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Advice:
    """What it means, what usually causes it, what to do: in Markdown, each a paragraph."""

    points: tuple[tuple[str, str], ...]

    @property
    def markdown(self) -> str:
        """For pages that show Markdown."""
        return "\n\n".join(f"**{label}:** {said}" for label, said in self.points)

    @property
    def text(self) -> str:
        """For the others."""
        return "\n".join(f"{label}: {said.replace('`', '')}" for label, said in self.points)


def read(page: str) -> Mapping[str, Advice]:
    """The page's entries, by number."""
    parts = _ENTRY.split(page)[1:]
    return {
        number: Advice(tuple(_POINT.findall(entry)))
        for number, entry in zip(parts[::2], parts[1::2], strict=True)
    }
