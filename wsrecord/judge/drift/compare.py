"""Recorded against live: all that differs, each fault once.

drifts = compare(recorded, live, Options(match="contract"), ContractOracle(contract))
findings = [drift.finding("chat.wsr") for drift in drifts]
"""

from collections.abc import Sequence
from dataclasses import replace

from wsrecord.contract.schemas import Ignore, nothing_ignored
from wsrecord.judge.codes import Code
from wsrecord.judge.severity import rank

from .bulk import compare_bulk
from .connection import compare_closes, compare_handshakes
from .drift import Drift
from .events import compare_events
from .exact import compare_exactly
from .options import Options
from .oracle import Oracle
from .profile import Profile
from .scale import Scale
from .variants import compare_variants

_BY_EXACT = (Code.ENUM_VALUE_NEW, Code.CONSTANT_CHANGED)


def compare(
    recorded: Profile,
    live: Profile,
    options: Options | None = None,
    oracle: Oracle | None = None,
    *,
    secret: Ignore = nothing_ignored,
) -> list[Drift]:
    """All that differs between what was recorded and what a live run showed, the heaviest first."""
    scale = Scale(options or Options(), oracle)
    if compare_handshakes(recorded, live, scale):
        return scale.told  # nothing that follows can be as it was
    broken = compare_closes(recorded, live, scale)
    compare_events(recorded, live, scale, broken=broken)
    for event, was in recorded.kinds.items():
        now = live.kinds.get(event)
        if now is not None:
            compare_bulk(event, was, now, scale)
            compare_variants(event, was.variants, now.variants, scale)
    _renamed_events(recorded, live, scale)
    compare_exactly(recorded, live, scale, secret)
    return sorted(_once(scale), key=lambda drift: rank(drift.severity))


def _renamed_events(recorded: Profile, live: Profile, scale: Scale) -> None:
    """An event that has another name is still compared, but for the field that holds the name."""
    for drift in list(scale.told):
        name = drift.extra.get("renamed")
        if drift.code is Code.EVENT_GONE and drift.event is not None and name:
            aside = Scale(scale.options, scale.oracle)
            compare_variants(
                drift.event, recorded.kinds[drift.event].variants, live.kinds[name].variants, aside
            )
            scale.told += [one for one in aside.told if one.got not in (f'"{name}"',)]


def _once(scale: Scale) -> list[Drift]:
    """One fault, one finding: the same change in every kind of event is told once, with all of them."""
    exact = {(one.event, one.path) for one in scale.told if one.code is Code.VALUE_DIFFERS}
    told = [one for one in scale.told if one.code not in _BY_EXACT or (one.event, one.path) not in exact]
    groups: dict[object, list[Drift]] = {}
    for drift in told:
        groups.setdefault(_sameness(drift), []).append(drift)
    return [_together(group) for group in groups.values()]


def _sameness(drift: Drift) -> object:
    """What makes two drifts one change."""
    if drift.path is None or drift.code is Code.VALUE_DIFFERS:
        return (drift.code, drift.event, drift.path, drift.got)
    return (drift.code, drift.severity, drift.path, drift.to)


def _together(group: Sequence[Drift]) -> Drift:
    first = group[0]
    if len(group) == 1:
        return first
    events = [drift.event for drift in group]
    message = f"{first.message} (and so in {len(group) - 1} other kinds of event)"
    return replace(first, message=message, extra={**first.extra, "events": events})
