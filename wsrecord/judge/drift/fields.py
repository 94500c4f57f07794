"""One kind of event, recorded and live: which of its fields are gone, new, elsewhere, or of another type."""

from wsrecord.contract.pointer import written
from wsrecord.judge.codes import Code
from wsrecord.judge.severity import Severity

from .drift import Drift, Path
from .moves import Lost, Pair, moved, renamed
from .node import ANY, Node
from .scale import Scale
from .values import compare_values

ENOUGH = 3  # values after which always and never are more than chance


def compare_fields(event: str, recorded: Node, live: Node, scale: Scale) -> None:
    """Tell the scale how the values of one kind of event differ."""
    _Walk(event, scale).all(recorded, live)


class _Walk:
    """Two trees, side by side; what is gone and what is new is matched at the end."""

    def __init__(self, event: str, scale: Scale) -> None:
        self._event = event
        self._scale = scale
        self._gone: list[Lost] = []
        self._added: list[Lost] = []

    def all(self, recorded: Node, live: Node) -> None:
        """All places."""
        waiting = [Pair((), recorded, live)]
        while waiting:
            for pair in waiting:
                self._pair(pair)
            waiting = self._matched()

    def _pair(self, pair: Pair) -> None:
        """One place that both have, and what is below."""
        pair, seen_through = compare_values(self._event, pair, self._scale)
        if not seen_through:
            return
        recorded, live = pair.recorded, pair.live
        free = recorded.is_map or live.is_map or _alike(recorded, live)
        for name, was in recorded.children.items():
            now = live.children.get(name)
            path = (*pair.path, name)
            if now is not None:
                if name != ANY and not free:
                    self._rarer(path, Lost(path, was, recorded, live), now)
                self._pair(Pair(path, was, now))
            elif name != ANY and live.objects and not free:
                self._gone.append(Lost(path, was, recorded, live))
        for name, now in live.children.items():
            if name not in recorded.children and name != ANY and recorded.objects and not free:
                self._added.append(Lost((*pair.path, name), now, live, recorded))

    def _matched(self) -> list[Pair]:
        """What went elsewhere; the rest is gone, or new. Comes back: places to compare all the same."""
        gone, added = self._gone, self._added
        self._gone, self._added = [], []
        pairs: list[Pair] = []
        for code, found in (
            (Code.FIELD_RENAMED, renamed(gone, added, strict=True)),
            (Code.FIELD_MOVED, moved(gone, added)),
            (Code.FIELD_RENAMED, renamed(gone, added, strict=False)),
        ):
            for move in found:
                heaviest = min((severity_of_gone(lost) for lost in move.lost), key=_RANK.index)
                self._scale.field(
                    Drift(
                        code=code, severity=heaviest, message=f"{self._event}: {move.message}",
                        event=self._event, path=move.path, to=move.to,
                        expected=move.expected, got=move.got,
                        recorded=move.lost[0].node.spot, live=move.live,
                    )
                )  # fmt: skip
                pairs += move.pairs
        for lost in gone:
            self._scale.field(self._is_gone(lost))
        for lost in added:
            self._scale.field(self._is_added(lost))
        return pairs

    def _rarer(self, path: Path, lost: Lost, now: Node) -> None:
        """A field that was always there is missing now and then."""
        was, parents = lost.node.count, lost.parent.objects
        missing = lost.other.objects - now.count
        if was < parents or missing <= 0:
            return
        severity: Severity = "breaking" if parents >= ENOUGH else "warning"
        of = lost.other.objects
        self._scale.field(
            Drift(
                code=Code.FIELD_GONE, severity=severity, event=self._event, path=path,
                message=f"{self._event}: {written(path)} is missing in {missing} of {of}; "
                f"in the recording it was always there ({_times(parents)})",
                expected="always there", got=f"missing in {missing} of {of}",
                recorded=lost.node.spot, live=lost.other.spots.get("object"), extra={"some": missing},
            )
        )  # fmt: skip

    def _is_gone(self, lost: Lost) -> Drift:
        was, parents = lost.node.count, lost.parent.objects
        often = "always" if was >= parents else f"in {was} of {parents}"
        return Drift(
            code=Code.FIELD_GONE, severity=severity_of_gone(lost), event=self._event, path=lost.path,
            message=f"{self._event}: {written(lost.path)} is gone; in the recording it was there {often}",
            expected=f"there {often}", got=f"missing in all {lost.other.objects}",
            recorded=lost.node.spot, live=lost.other.spots.get("object"),
        )  # fmt: skip

    def _is_added(self, lost: Lost) -> Drift:
        always = lost.node.count >= lost.parent.objects
        systematic = always and min(lost.parent.objects, lost.other.objects) >= ENOUGH
        where = "always" if always else f"in {lost.node.count} of {lost.parent.objects}"
        return Drift(
            code=Code.FIELD_ADDED, severity="warning" if systematic else "info",
            event=self._event, path=lost.path,
            message=f"{self._event}: {written(lost.path)} is new, {where}; the recording never has it",
            expected="no such field", got=f"there {where}",
            recorded=lost.other.spots.get("object"), live=lost.node.spot,
        )  # fmt: skip


_RANK = ("breaking", "warning", "info")


def severity_of_gone(lost: Lost) -> Severity:
    """What the loss of a field weighs: everything if it was always there, little if it came and went."""
    return "breaking" if lost.node.count >= lost.parent.objects else "info"


def _alike(recorded: Node, live: Node) -> bool:
    """Whether both are maps of things that are all alike, under keys that tell nothing of their shape."""
    if recorded.children.keys() == live.children.keys():
        return False
    shapes = set()
    for node in (recorded, live):
        if len(node.children) < 2:
            return False
        for child in node.children.values():
            if child.kinds != {"object"}:
                return False
            shapes.add(frozenset(child.children))
    return len(shapes) == 1


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
