"""What an event is on the wire: text or binary, how large, how long after what it follows."""

from wsrecord.judge.codes import Code

from .drift import Drift
from .profile import Kind
from .scale import Scale

LARGER = 8  # times
LEAST_SIZE = 4096  # bytes by which sizes differ at least
LATER = 3  # times
LEAST_TIME = 1_000_000_000  # nanoseconds by which times differ at least


def compare_bulk(event: str, recorded: Kind, live: Kind, scale: Scale) -> None:
    """Tell the scale how one kind of event differs on the wire."""
    new = [frame for frame in live.frames if frame not in recorded.frames]
    if new:
        expected = " and ".join(recorded.frames)
        some = "" if live.frames[new[0]] == live.count else f" in {live.frames[new[0]]} of {live.count}"
        scale.connection(
            Drift(
                code=Code.KIND_CHANGED, severity="breaking", event=event,
                message=f"{event} came as {new[0]}{some}; in the recording it was {expected}",
                expected=expected, got=new[0], recorded=recorded.root.spot, live=live.root.spot,
            )
        )  # fmt: skip
    if recorded.sizes and live.sizes:
        _size(event, recorded, live, scale)
    if recorded.delay and live.delay:
        least, most = live.delay[0], recorded.delay[1]
        if least > max(LATER * most, most + LEAST_TIME):
            scale.aside(
                Drift(
                    code=Code.TIMING_OFF, severity="info", event=event,
                    message=f"{event} came {_seconds(least)} after the client's message at the earliest; "
                    f"in the recording {_seconds(most)} at the latest",
                    expected=_seconds(most), got=_seconds(least),
                    recorded=recorded.root.spot, live=live.root.spot,
                )
            )  # fmt: skip


def _size(event: str, recorded: Kind, live: Kind, scale: Scale) -> None:
    assert recorded.sizes is not None
    assert live.sizes is not None
    (low, high), (_, most) = recorded.sizes, live.sizes
    if most > LARGER * high and most - high > LEAST_SIZE:
        got, expected, bound = most, high, "at most"
    elif most * LARGER < low and low - most > LEAST_SIZE:
        got, expected, bound = most, low, "at least"
    else:
        return
    scale.aside(
        Drift(
            code=Code.SIZE_OFF, severity="info", event=event,
            message=f"{event} has up to {got} bytes; in the recording {bound} {expected}",
            expected=f"{bound} {expected} bytes", got=f"{got} bytes",
            recorded=recorded.root.spot, live=live.root.spot,
        )
    )  # fmt: skip


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e9:.3g} s"
