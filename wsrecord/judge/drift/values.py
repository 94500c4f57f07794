"""One place that both sides have: its types, nulls, wrappings, and the few values it may have."""

from typing import Any

from wsrecord.contract.pointer import written
from wsrecord.contract.wording import joined, short
from wsrecord.judge.codes import Code
from wsrecord.judge.severity import Severity

from .drift import Drift
from .looks import VARYING, varies_by_name
from .moves import Pair, fits
from .node import ANY, Node, Spot
from .scale import Scale

ENOUGH = 3
_FEW = 8  # distinct values that are a choice of words
_CHOSEN = 3  # how often each of them came, on average
_ARTICLES = {"array": "a list", "object": "an object", "null": "null", "bytes": "bytes"}


def compare_values(event: str, pair: Pair, scale: Scale) -> tuple[Pair, bool]:
    """Tell how one place differs. Comes back: what to compare below it, and whether that makes sense."""
    place = _Place(event, pair, scale)
    recorded, live = pair.recorded, pair.live
    new = live.kinds - recorded.kinds
    if new and recorded.kinds:
        unwrapped = place.wrapped(new)
        if unwrapped is not None:
            return unwrapped, unwrapped is not pair
        place.retyped(new)
    elif new and recorded.types:
        place.filled(new)
    elif "number" in live.types and "number" not in recorded.types and "integer" in recorded.types:
        place.fraction()
    if "null" in live.types and "null" not in recorded.types:
        place.null()
    if not new and recorded.kinds:
        place.looked()
        place.said()
    return pair, True


class _Place:
    """One place, while it is told about."""

    def __init__(self, event: str, pair: Pair, scale: Scale) -> None:
        self._event = event
        self._pair = pair
        self._scale = scale
        self._name = written(pair.path) or "the event"

    def wrapped(self, new: frozenset[str]) -> Pair | None:
        """The same thing in a wrapping: as text, in a list, in an object of its own, or out of one."""
        path, recorded, live = self._pair
        if "string" in new and live.jsons and recorded.kinds <= {"object", "array"}:
            self._moved("as JSON in a text", _types(recorded), "a text that holds JSON")
            return self._pair
        if recorded.jsons and recorded.jsons == recorded.types.get("string") and new <= {"object", "array"}:
            self._moved(f"as {_types(live)}, not as JSON in a text", "a text that holds JSON", _types(live))
            return self._pair
        if "array" in new and (inner := live.children.get(ANY)) and _same(recorded, inner):
            self._moved("in a list", _types(recorded), "a list of them")
            return Pair((*path, ANY), recorded, inner)
        if new == {"object"} and (step := _only_child(live)) and _same(recorded, live.children[step]):
            self._moved(f"in an object, under {step}", _types(recorded), f"an object with {step}")
            return Pair((*path, step), recorded, live.children[step])
        if "array" in recorded.kinds and (inner := recorded.children.get(ANY)) and _same(inner, live):
            self._moved("without the list around it", "a list", _types(live))
            return Pair(path, inner, live)
        if recorded.kinds == {"object"} and (step := _only_child(recorded)):
            inner = recorded.children[step]
            if _same(inner, live):
                self._moved("without the object around it", f"an object with {step}", _types(live))
                return Pair(path, inner, live)
        return None

    def retyped(self, new: frozenset[str]) -> None:
        """Another type of value."""
        _, recorded, live = self._pair
        mine = [kind for kind in live.types if ("number" if kind == "integer" else kind) in new]
        kind, count = mine[0], sum(live.types[one] for one in mine)
        some = f" in {count} of {live.count}" if count < live.count else ""
        self._value(
            Code.FIELD_RETYPED, "breaking", f"is {_article(kind)} now{some}; in the recording it was "
            f"{_types(recorded)}", _types(recorded), short(live.samples[kind]), live.spots[kind],
            live.samples[kind], some=count if some else 0,
        )  # fmt: skip

    def filled(self, new: frozenset[str]) -> None:
        """Something, where there was always null."""
        live = self._pair.live
        kind = next(kind for kind in live.types if kind in new or kind == "integer")
        self._value(
            Code.FIELD_RETYPED, "info", f"is {_article(kind)} now; in the recording it was always null",
            "null", short(live.samples[kind]), live.spots[kind], live.samples[kind],
        )  # fmt: skip

    def fraction(self) -> None:
        """A number with a fraction, where there were whole ones only."""
        _, recorded, live = self._pair
        value = live.samples["number"]
        severity: Severity = "warning" if recorded.types["integer"] >= ENOUGH else "info"
        self._value(
            Code.FIELD_RETYPED, severity, "has a fraction now; in the recording it was always whole",
            "a whole number", short(value), live.spots["number"], value,
        )  # fmt: skip

    def null(self) -> None:
        """Null, where there was always something."""
        _, recorded, live = self._pair
        always = live.types["null"] == live.count
        severity: Severity = "breaking" if always and recorded.count >= ENOUGH else "warning"
        often = "always" if always else f"in {live.types['null']} of {live.count}"
        self._value(
            Code.FIELD_NULLABLE, severity, f"is null now, {often}; in the recording it never was",
            _types(recorded), "null", live.spots["null"], None,
        )  # fmt: skip

    def looked(self) -> None:
        """Texts that were all times or all UUIDs, and are none now."""
        _, recorded, live = self._pair
        for look, name in (("date-time", "a date-time"), ("uuid", "a UUID")):
            enough = sum(recorded.looks.values()) >= 2
            if enough and recorded.all_look(look) and live.looks and look not in live.looks:  # type: ignore[arg-type]
                text = live.samples["string"]
                self._value(
                    Code.FIELD_RETYPED, "warning", f"is not {name} any more; in the recording it always was",
                    name, short(text), live.spots["string"], text,
                )  # fmt: skip

    def said(self) -> None:
        """One value that was always the same, or one of a few, and is none of them now."""
        _, recorded, live = self._pair
        if recorded.free or live.free or not recorded.values or not live.values or not self._steady():
            return
        fresh = [value for value in live.values if value not in recorded.values]
        if not fresh or any(kind not in ("string", "boolean", "integer", "number") for kind, _ in fresh):
            return
        total = sum(recorded.values.values())
        spot, value = live.spots[fresh[0][0]], fresh[0][1]
        if len(recorded.values) == 1 and len(live.values) == 1 and total >= 2:
            ((kind, old),) = recorded.values
            settled = recorded.sessions >= 2 or (kind == "string" and total >= ENOUGH)
            sure = settled and total >= ENOUGH
            if kind not in ("string", "boolean") and recorded.sessions < 2:
                return  # a number that stays through one session is chance
            self._value(
                Code.CONSTANT_CHANGED, "warning" if sure else "info",
                f"is always {short(value)} now; in the recording it was always {short(old)}",
                short(old), short(value), spot, value,
            )  # fmt: skip
        elif self._chosen(total):
            known = [short(old) for _, old in recorded.values]
            self._value(
                Code.ENUM_VALUE_NEW, "warning" if total >= 2 * _CHOSEN * len(recorded.values) else "info",
                f"is {joined([short(one) for _, one in fresh], 'or')} now; in the recording it was only "
                f"{joined(known, 'or')}", joined(known, "or"), short(value), spot, value,
            )  # fmt: skip

    def _chosen(self, total: int) -> bool:
        """Whether these are words out of a short list, and not just any texts."""
        _, recorded, live = self._pair
        words = recorded.all_look("word") and live.all_look("word") and recorded.kinds == {"string"}
        few = len(recorded.values) <= _FEW and len(live.values) <= _FEW
        return words and few and total >= _CHOSEN * len(recorded.values)

    def _steady(self) -> bool:
        """Whether its values are of a kind that does not vary by nature."""
        path, recorded, live = self._pair
        if path and varies_by_name(path[-1]) and recorded.sessions < ENOUGH:
            return False
        if recorded.looks.keys() & VARYING or live.looks.keys() & VARYING:
            return False
        looks = recorded.looks.keys() | live.looks.keys()
        if looks & {"text", "url"} or (looks & {"number"} and not self._version()):
            return recorded.sessions >= ENOUGH and len(recorded.values) == 1
        bound = self._scale.options.bound
        return not any(_is_bound(value, bound) for _, value in recorded.values)

    def _version(self) -> bool:
        """Whether a text of digits is one number with a point, always the same: 1.2."""
        values = [value for _, value in self._pair.recorded.values]
        return len(values) == 1 and isinstance(values[0], str) and "." in values[0]

    def _moved(self, now: str, expected: str, got: str) -> None:
        path, recorded, live = self._pair
        spot = live.spot
        drift = Drift(
            code=Code.FIELD_MOVED, severity="breaking", event=self._event, path=path,
            message=f"{self._event}: {self._name} stands {now}; in the recording it was {expected}",
            expected=expected, got=got, recorded=recorded.spot, live=spot,
        )  # fmt: skip
        sample = next(value for kind, value in live.samples.items() if kind != "null")
        self._scale.value(drift, sample)

    def _value(
        self, code: Code, severity: Severity, told: str, expected: str, got: str, spot: Spot, value: Any,
        some: int = 0,
    ) -> None:  # fmt: skip
        drift = Drift(
            code=code, severity=severity, event=self._event, path=self._pair.path,
            message=f"{self._event}: {self._name} {told}",
            expected=expected, got=got, recorded=self._pair.recorded.spot, live=spot,
            extra={"some": some} if some else {},
        )  # fmt: skip
        self._scale.value(drift, value)


def _same(recorded: Node, live: Node) -> bool:
    """Whether a thing in a wrapping is that thing."""
    return bool(recorded.kinds & live.kinds) and fits(recorded, live)


def _only_child(node: Node) -> str | None:
    names = [name for name in node.children if name != ANY]
    return names[0] if len(names) == 1 and len(node.children) == 1 else None


def _is_bound(value: Any, bound: Any) -> bool:
    try:
        return not isinstance(value, bool) and value in bound
    except TypeError:
        return False


def _article(kind: str) -> str:
    return _ARTICLES.get(kind, f"an {kind}" if kind[0] in "aeiou" else f"a {kind}")


def _types(node: Node) -> str:
    return joined([_article(kind) for kind in node.types if kind != "null"] or ["null"], "or")
