"""How much a finding weighs."""

from typing import Literal, TypeAlias, get_args

Severity: TypeAlias = Literal["breaking", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the heaviest first


def rank(severity: Severity) -> int:
    """For sorting: the heaviest comes first."""
    return SEVERITIES.index(severity)
