"""Which events came: those that are gone, new, renamed, or that ended what the client asked for otherwise.

What must come is what regularly came after one kind of message of the client's (`required`). An event
that was seen once in the middle of things may be missing by chance, and weighs less.
"""

from collections import Counter
from dataclasses import replace

from wsrecord.judge.codes import Code
from wsrecord.judge.severity import Severity

from .drift import Drift
from .node import ANY, Node
from .profile import Cause, Profile
from .scale import Scale

REGULAR = 3  # stretches after which even an event that may come several times counts as due
_MOST_NEW = 100  # kinds of event
_REPLIES = ("result", "error", "ack")  # behind the name of what they answer


def compare_events(recorded: Profile, live: Profile, scale: Scale, *, broken: bool) -> None:
    """Tell the scale which events differ. `broken`: the live session ended too early to blame them."""
    fields = _Fields(recorded, live)
    told = set(_endings(recorded, live, fields, scale))
    gone = [name for name in recorded.kinds if name not in live.kinds and _due(recorded, live, name)]
    new = [name for name in live.kinds if name not in recorded.kinds]
    for name in gone:
        if name in told:
            continue
        other = next((one for one in new if one not in told and fields.alike(name, one)), None)
        drift = _gone(recorded, live, name)
        if other is not None:
            told.add(other)
            drift = _renamed(drift, live, name, other)
        scale.event(replace(drift, severity="info") if broken else drift)
    for name in new:
        if name not in told:
            scale.event(_new(live, name))
    for name in recorded.kinds:
        if name in live.kinds and not broken and name not in told:
            _fewer(recorded, live, name, scale)


def required(recorded: Profile, name: str) -> Cause | bool:
    """After which message of the client's an event must come; False: after none, True: at the beginning.

    Due is what came exactly once after every message of one kind, of which there were two or more; what
    came after every one, of which there were three or more; and, of a single one, the first and the last
    that followed it, if those came nowhere else. Where replies say what they answer (`X/result`), they alone
    are due after a single one, wherever they came.
    """
    kind = recorded.kinds[name]
    asker = _asker(name)
    if asker in recorded.stretches and recorded.asked(asker) == kind.count:
        return asker
    for cause, told in recorded.stretches.items():
        if told.having[name] != told.count:
            continue
        once = told.once[name] == told.count
        edge = told.first[name] == told.count or told.last[name] == told.count
        alone = edge and kind.count == told.count and not _replied(recorded, cause)
        if (once and told.count >= 2) or told.count >= REGULAR or alone:
            return True if cause is None else cause
    return False


def _asker(name: str) -> str:
    """Of `X/result`, `X/error` and `X/ack`: X."""
    asker, _, kind = name.rpartition("/")
    return asker if kind in _REPLIES else ""


def _replied(recorded: Profile, cause: Cause) -> bool:
    """Whether a question has replies that say so: its client need not wait for them before it asks on."""
    return any(f"{cause}/{kind}" in recorded.kinds for kind in _REPLIES)


def _due(recorded: Profile, live: Profile, name: str) -> bool:
    """Whether live anything happened that the event followed on in the recording."""
    return any(live.asked(cause) for cause in recorded.kinds[name].causes)


def _gone(recorded: Profile, live: Profile, name: str) -> Drift:
    cause = required(recorded, name)
    kind = recorded.kinds[name]
    sessions = len(recorded.sessions)
    severity: Severity = "warning" if kind.sessions == sessions else "info"
    if cause is not False:
        severity = "breaking"
    every = "every " if isinstance(cause, str) and recorded.asked(cause) > 1 else ""
    after = f" after {every}{cause}" if isinstance(cause, str) else ""
    if cause is True:
        after = " at the beginning"
    if not after and kind.sessions < sessions:
        after = f" in {kind.sessions} of {sessions} sessions"
    often = f"{_times(kind.count)},{after}" if after else _times(kind.count)
    return Drift(
        code=Code.EVENT_GONE, severity=severity, event=name,
        message=f"{name} never came; in the recording it came {often}",
        expected=f"{name}{after}", got="no such event", recorded=kind.root.spot,
    )  # fmt: skip


def _renamed(drift: Drift, live: Profile, name: str, other: str) -> Drift:
    return replace(
        drift,
        severity="breaking",
        message=f"{name} never came, and {other}, which is new, is like it: probably renamed",
        got=other,
        live=live.kinds[other].root.spot,
        extra={"renamed": other},
    )


def _new(live: Profile, name: str) -> Drift:
    kind = live.kinds[name]
    return Drift(
        code=Code.EVENT_NEW, severity="warning", event=name,
        message=f"{name} came {_times(kind.count)}; the recording does not have it",
        expected="no such event", got=name, live=kind.root.spot,
    )  # fmt: skip


def _fewer(recorded: Profile, live: Profile, name: str, scale: Scale) -> None:
    """An event that came exactly once for each message of one kind, and does not any more."""
    for cause, told in recorded.stretches.items():
        if cause is None or told.count < 2 or told.once[name] != told.count:
            continue
        if recorded.kinds[name].count != told.count:
            continue
        asked, came = live.asked(cause), live.kinds[name].count
        if came < asked:
            spot = live.kinds[name].last
            scale.event(
                Drift(
                    code=Code.EVENT_GONE, severity="breaking", event=name,
                    message=f"{name} came {_times(came)} for {asked} {cause}; in the recording every {cause} "
                    "was followed by one",
                    expected=_times(asked), got=_times(came),
                    recorded=recorded.kinds[name].root.spot, live=spot,
                )
            )  # fmt: skip
            return


def _endings(recorded: Profile, live: Profile, fields: "_Fields", scale: Scale) -> list[str]:
    """Tell of endings that changed; comes back: the events that are explained by that."""
    explained: list[str] = []
    last = Counter[str]()
    for told in recorded.stretches.values():
        last.update(told.last)
    for cause, was in recorded.stretches.items():
        now = live.stretches.get(cause)
        if now is None or cause is None:
            continue
        # What is told to end something came last whenever it came at all, after whatever it came.
        ends = [name for name in was.last if last[name] == recorded.kinds[name].count]
        if _replied(recorded, cause):
            ends = [name for name in ends if _asker(name) == cause]
        for name, spot in now.ends.items():
            # What came in the recording and never was last is no ending: the next message overtook it.
            passing = name in recorded.kinds and not last[name]
            changed = name not in was.having and ends and not passing
            if not changed or name in explained or name == ends[0] or fields.alike(ends[0], name):
                continue
            missing = [one for one in ends if now.having[one] < now.count]
            if not missing:
                continue
            how = f"in {now.last[name]} of {now.count}" if now.last[name] < now.count else ""
            often = f" {how}" if how else ""
            scale.event(
                Drift(
                    code=Code.ENDING_CHANGED, severity="breaking", event=name,
                    message=f"{cause} ended with {name}{often}; in the recording with {' or '.join(ends)}",
                    expected=" or ".join(ends), got=name,
                    recorded=was.ends[ends[0]], live=spot, extra={"after": cause},
                )
            )  # fmt: skip
            explained += [name, *missing, *_before(recorded, cause, ends)]
    return explained


def _before(recorded: Profile, cause: Cause, ends: list[str]) -> list[str]:
    """What came only ever together with these endings, once: an ending may be two events."""
    told = recorded.stretches[cause]
    return [
        name
        for name in told.having
        if told.once[name] == told.having[name] == sum(told.last[one] for one in ends)
        and recorded.kinds[name].count == told.having[name]
        and not told.first[name]
    ]


class _Fields:
    """The fields of all kinds of event, and of how many recorded ones each is."""

    def __init__(self, recorded: Profile, live: Profile) -> None:
        self._old = {name: _fields(kind.root) for name, kind in recorded.kinds.items()}
        self._new = {
            name: _fields(kind.root) for name, kind in live.kinds.items() if name not in recorded.kinds
        }
        self._shared = Counter(field for fields in self._old.values() for field in fields)
        # Somebody who makes up names without end gets none of them recognized.
        self._hopeless = len(self._new) > _MOST_NEW

    def alike(self, name: str, other: str) -> bool:
        """Whether a new event may be an old one under another name: by its fields."""
        before, after = self._old[name], self._new.get(other)
        if self._hopeless or not before or not after:
            return False
        distinct = {field for field in before if self._shared[field] == 1}
        same = len(before & after) / len(before | after)
        return same >= 0.75 and (distinct <= after if distinct else same == 1 and _similar(name, other))


def _similar(name: str, other: str) -> bool:
    """Whether two names share a beginning or an end."""
    return name[:4].lower() == other[:4].lower() or name[-4:].lower() == other[-4:].lower()


def _fields(root: Node) -> frozenset[str]:
    return frozenset(name for name in root.children if name != ANY)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
