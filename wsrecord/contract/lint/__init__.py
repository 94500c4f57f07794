"""Is a contract sound? Remarks on what can't be meant, before any session is judged by it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from wsrecord.errors import ContractError

from ..load import load
from ..model import Contract
from .events import event_remarks
from .flows import flow_remarks
from .names import name_remarks
from .places import place_remarks
from .remark import Remark
from .schemas import schema_remarks

__all__ = ["Remark", "lint", "lint_path"]

_LOOKS: tuple[Callable[[Contract], Iterator[Remark]], ...] = (
    schema_remarks,
    name_remarks,
    event_remarks,
    flow_remarks,
    place_remarks,
)
_ORDER = ("error", "warning", "info")


def lint(contract: Contract) -> list[Remark]:
    """What is odd about a contract, errors first."""
    remarks = [remark for look in _LOOKS for remark in look(contract)]
    return sorted(remarks, key=lambda remark: _ORDER.index(remark.level))


def lint_path(path: Path | str) -> list[Remark]:
    """What is odd about the contract of a folder; that it can't be used is one remark."""
    try:
        return lint(load(path))
    except ContractError as error:
        return [Remark("error", "unusable", "", str(error))]
