"""One kind of event, recorded and live: which of its fields are gone, new, elsewhere, or of another type."""

from wsrecord.contract.pointer import written
from wsrecord.judge.codes import Code
from wsrecord.judge.severity import Severity, rank

from .drift import Drift
from .moves import Lost, Move, Pair, moved, renamed
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
        self._rare: list[Lost] = []  # missing now and then
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
                missing = live.objects - now.count
                if name != ANY and not free and missing > 0 and was.count >= recorded.objects:
                    self._rare.append(Lost(path, was, recorded, live, missing))
                self._pair(Pair(path, was, now))
            elif name != ANY and live.objects and not free:
                self._gone.append(Lost(path, was, recorded, live))
        for name, now in live.children.items():
            if name not in recorded.children and name != ANY and recorded.objects and not free:
                self._added.append(Lost((*pair.path, name), now, live, recorded))

    def _matched(self) -> list[Pair]:
        """What went elsewhere; the rest is gone, or new. Comes back: places to compare all the same."""
        gone, rare, added = self._gone, self._rare, self._added
        self._gone, self._rare, self._added = [], [], []
        pairs: list[Pair] = []
        for missed in (gone, rare):
            for code, found in (
                (Code.FIELD_RENAMED, renamed(missed, added, strict=True)),
                (Code.FIELD_MOVED, moved(missed, added)),
                (Code.FIELD_RENAMED, renamed(missed, added, strict=False)),
            ):
                for move in found:
                    self._scale.field(self._went(code, move))
                    pairs += move.pairs
        for lost in gone:
            self._scale.field(self._is_gone(lost))
        for lost in rare:
            self._scale.field(self._is_rarer(lost))
        for lost in added:
            self._scale.field(self._is_added(lost))
        return pairs

    def _went(self, code: Code, move: Move) -> Drift:
        first = move.lost[0]
        heaviest = min((severity_of_loss(lost) for lost in move.lost), key=rank)
        some = f" (in {first.missing} of {first.other.objects})" if first.missing else ""
        return Drift(
            code=code, severity=heaviest, message=f"{self._event}: {move.message}{some}",
            event=self._event, path=move.path, to=move.to, expected=move.expected, got=move.got,
            recorded=first.node.spot, live=move.live, extra={"some": first.missing} if some else {},
        )  # fmt: skip

    def _is_rarer(self, lost: Lost) -> Drift:
        of = lost.other.objects
        return Drift(
            code=Code.FIELD_GONE, severity=severity_of_loss(lost), event=self._event, path=lost.path,
            message=f"{self._event}: {written(lost.path)} is missing in {lost.missing} of {of}; "
            f"in the recording it was always there ({_times(lost.parent.objects)})",
            expected="always there", got=f"missing in {lost.missing} of {of}",
            recorded=lost.node.spot, live=lost.other.lacking.get(lost.path[-1]), extra={"some": lost.missing},
        )  # fmt: skip

    def _is_gone(self, lost: Lost) -> Drift:
        was, parents = lost.node.count, lost.parent.objects
        often = "always" if was >= parents else f"in {was} of {parents}"
        return Drift(
            code=Code.FIELD_GONE, severity=severity_of_loss(lost), event=self._event, path=lost.path,
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


def severity_of_loss(lost: Lost) -> Severity:
    """What the loss of a field weighs: everything if it was always there, little if it came and went."""
    if lost.missing:
        return "breaking" if lost.parent.objects >= ENOUGH else "warning"
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
