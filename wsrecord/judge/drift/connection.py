"""How sessions began and ended: handshakes and closes, recorded and live."""

from collections.abc import Iterable

from wsrecord.judge.codes import Code
from wsrecord.judge.severity import Severity

from .drift import Drift
from .profile import Closing, Opening, Profile
from .scale import Scale

_FRIENDLY = (1000, 1001, 1005)  # done, going away, no code given


def compare_handshakes(recorded: Profile, live: Profile, scale: Scale) -> bool:
    """Tell how handshakes differ; comes back whether one was answered with another status."""
    before = recorded.openings
    seen: set[Opening] = set(before)
    refused = False
    for now in live.openings:
        if now in seen or not before:
            continue
        seen.add(now)
        if now.status not in {one.status for one in before}:
            refused = True
            _handshake(
                scale, "breaking", "the status", _each(one.status for one in before), _shown(now.status)
            )
            continue
        alike = [one for one in before if one.status == now.status]
        if now.subprotocol not in {one.subprotocol for one in alike}:
            known = _each(one.subprotocol for one in alike)
            _handshake(scale, "breaking", "the subprotocol", known, _shown(now.subprotocol))
            continue
        if now.extensions not in {one.extensions for one in alike}:
            known = _each(", ".join(sorted(one.extensions)) or None for one in alike)
            shown = ", ".join(sorted(now.extensions)) or "none"
            _handshake(scale, "warning", "extensions", known, shown)
    return refused


def compare_closes(recorded: Profile, live: Profile, scale: Scale) -> bool:
    """Tell how closes differ; comes back whether a session ended in a way that explains what is missing."""
    before = recorded.closings
    if not before:
        return False
    broken = False
    seen: set[Closing] = set()
    for now in live.closings:
        if now in seen or now in before:
            continue
        seen.add(now)
        same_side = [one for one in before if one.by == now.by]
        if now.by != "server" and (same_side or now.by == "recorder"):
            continue  # what the player says itself is its own affair
        if any(one.code == now.code for one in same_side):
            _reason(scale, same_side, now)
            continue
        hard = now.by == "server" and now.code not in _FRIENDLY
        broken |= hard
        severity: Severity = "breaking" if hard else "warning"
        expected, got = _each(_close(one) for one in before), _close(now)
        scale.connection(
            Drift(
                code=Code.CLOSE_CHANGED, severity=severity, expected=expected, got=got,
                message=f"the session ended by {got}; in the recording by {expected}",
            )
        )  # fmt: skip
    return broken


def _reason(scale: Scale, before: list[Closing], now: Closing) -> None:
    reasons = [one.reason for one in before if one.code == now.code]
    if now.by == "server" and now.reason not in reasons:
        expected, got = _each(one or None for one in reasons), now.reason or "none"
        scale.connection(
            Drift(
                code=Code.CLOSE_CHANGED, severity="info", expected=expected, got=got,
                message=f"the server closed with {now.code} because of {got}; in the recording {expected}",
            )
        )  # fmt: skip


def _handshake(scale: Scale, severity: Severity, what: str, expected: str, got: str) -> None:
    verb = "are" if what == "extensions" else "is"
    scale.connection(
        Drift(
            code=Code.HANDSHAKE_CHANGED, severity=severity, expected=expected, got=got,
            message=f"{what} of the handshake {verb} {got} now; in the recording {expected}",
        )
    )  # fmt: skip


def _close(closing: Closing) -> str:
    by = {"client": "the client's", "server": "the server's"}.get(closing.by, "the recorder's")
    return f"{by} {'drop (1006)' if closing.code is None else f'close {closing.code}'}"


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _each(values: Iterable[object]) -> str:
    return " or ".join(dict.fromkeys(_shown(value) for value in values))
