"""What can't be generated, by name and place; and how a draw that came to nothing says where."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Unservable:
    """A schema, or a part of one, that no value is made for."""

    place: str  # file and pointer
    keyword: str
    why: str
    kind: Literal["unsatisfiable", "unsupported"]

    def __str__(self) -> str:
        where = f"{self.place}/{self.keyword}" if self.keyword else self.place
        return f"{where}: {self.why}"


class DeadEndError(Exception):
    """A draw that came to nothing: what was asked for, and where. It never leaves this package."""

    def __init__(self, place: str, keyword: str) -> None:
        super().__init__(place, keyword)
        self.place = place
        self.keyword = keyword
