"""contract.yaml as a person would write it: short, in one order, with a comment where someone must decide."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wsrecord.cassette.recording import Session
from wsrecord.codec.registry import Spec

from ..model import EventKey
from ..pointer import written
from .carriers import Carrier
from .flows import DraftFlow, Namer
from .keys import Ids
from .layout import laid_out
from .rules import DraftRule
from .samples import Samples
from .schema import ENOUGH, ENOUGH_SESSIONS
from .yaml_text import WIDTH, entry, flow, folded, remarks, scalar

_MOST_LISTED = 5


@dataclass(frozen=True)
class Page:
    """What the page is made of."""

    name: str
    source: str  # the recordings, in words
    samples: Samples
    schemas: Mapping[EventKey, str]  # a file, or a part of one
    ids: Ids
    flows: Sequence[DraftFlow]
    rules: Sequence[DraftRule]
    closed: Collection[EventKey] = ()  # whose schemas let no other field in

    def text(self) -> str:
        """The whole file."""
        parts = [
            self._head(), self._events(), self._keys(), self._flows(), self._rules(), self._handshake(),
            self._isolation(), self._budgets(),
        ]  # fmt: skip
        return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"

    def _head(self) -> list[str]:
        samples = self.samples
        lines = remarks(
            [
                f"A draft by `wsrecord contract init`, from {self.source}.",
                "It says what was seen, not what is meant: loosen what may differ, tighten what must not.",
                "`wsrecord contract lint` checks it; docs/contract.md explains each key.",
            ]
        )
        lines.append(entry("contract", self.name))
        lines += _applies(samples.handshakes)
        lines.append(f"codec: {_codec(samples.codec)}")
        if samples.name_at is not None:
            lines.append(entry("name", written(samples.name_at), comment="where an event's name stands"))
        return lines

    def _events(self) -> list[str]:
        lines: list[str] = []
        if self.closed:
            lines += remarks(
                [f"Closed: no other field may come. So are those that came {ENOUGH} times or more, in",
                 f"{ENOUGH_SESSIONS} sessions or more, always with the same fields. Where fields may be",
                 "added, delete additionalProperties (or unevaluatedProperties) from the schema."]
            )  # fmt: skip
        for side in ("server", "client"):
            mine = {key: file for key, file in self.schemas.items() if key.sender == side}
            if mine:
                lines.append(f"{side}:")
                lines += [
                    entry(key.name, self._event(key, file), 2, "closed" if key in self.closed else "")
                    for key, file in mine.items()
                ]
        odd = []
        if self.samples.unnamed:
            odd.append(f"{self.samples.unnamed} without a name")
        if self.samples.unread:
            odd.append(f"{self.samples.unread} that could not be read")
        note = (
            f"{' and '.join(odd)} stood in the recordings; then allow, warn or error"
            if odd
            else "or allow, or error"
        )
        return [*lines, entry("unknown", "warn", comment=note)]

    def _event(self, key: EventKey, file: str) -> object:
        number = self.samples.numbered.get(key)
        if number is None or self.samples.name_at is None:
            return file
        return {"schema": file, "when": {written(self.samples.name_at): number}}

    def _keys(self) -> list[str]:
        used = {part for one in self.flows for part in one.key}
        keys = [key for key in self.ids.keys if key.name in used]
        if not keys:
            return []
        lines = ["keys:"]
        for key in keys:
            places = [written(pointer) for pointer in key.pointers]
            lines.append(entry(key.name, places[0] if len(places) == 1 else places, 2))
        return lines

    def _flows(self) -> list[str]:
        if not self.flows:
            return remarks(
                ["No order was found: no id came back in several events. Say what follows what:",
                 "`flows: {run: {key: /run_id, order: started (step)* (done | failed)}}`."]
            )  # fmt: skip
        lines = ["flows:"]
        for index, one in enumerate(self.flows):
            lines += [""] * (index > 0) + _flow(one)
        return lines

    def _rules(self) -> list[str]:
        lines = [f"  - {one.kind}: {flow(one.says)}" for one in self.rules]
        return ["rules:", *lines] if lines else []

    def _handshake(self) -> list[str]:
        sessions = self.samples.handshakes
        chosen = {session.subprotocol for session in sessions if session.accepted}
        refused = {
            session.response.status for session in sessions if session.response and not session.accepted
        }
        lines = []
        if len(chosen) == 1 and (name := chosen.pop()) is not None:
            lines = ["handshake:", entry("subprotocol", name, 2)]
        if refused:
            shown = ", ".join(map(str, sorted(refused)))
            lines += remarks(
                [f"Upgrades were refused, with {shown}. What does an accepted one carry? For instance:",
                 f"refuse: [{{without: [authorization, token], status: {min(refused)}}}]"],
                2 if lines else 0,
            )  # fmt: skip
        return lines

    def _isolation(self) -> list[str]:
        whose = self.ids.of_the_session
        if not whose:
            return []
        user = next((one for one in whose if "user" in one.pointer[-1].lower()), None)
        values = [*whose, *(key for key in self.ids.keys if key.name != "request"), *self.ids.of_the_event]
        places = list(dict.fromkeys(_pointer(one) for one in values))
        at = "" if user is None else f"{self._first(user)}#{_pointer(user)}"
        if user is not None and any(one.of_user for one in self.flows):
            others = [place for place in places if place != _pointer(user)]
            lines = ["isolation:", entry("user", at, 2, "whose session it is, over reconnects")]
            lines += remarks(["Nobody else's session may show this. Perhaps nor these:"], 2)
            lines += remarks([", ".join(others)] if others else [], 2)
            return [*lines, entry("values", [_pointer(user)], 2)]
        lines = remarks(
            ["Whose is what? These looked like one user's own: nobody else's session may show them.",
             "If that is so, take the # away."]
        )  # fmt: skip
        lines.append("# isolation:")
        if at:
            lines.append(f"#   user: {at}")
        return [*lines, f"#   values: {flow(places)}"]

    def _first(self, carrier: Carrier) -> str:
        """The event that tells it first."""
        return Namer(self.samples.events)(next(key for key in self.samples.events if key in carrier.events))

    def _budgets(self) -> list[str]:
        asked = [one for one in self.flows if one.key == ("request",)]
        if not asked:
            return []
        slowest = _slowest(self.ids)
        if slowest is None:
            return []
        question, answers, took = slowest
        seen = f"{took / 1e6:.0f} ms" if took < 1e9 else f"{took / 1e9:.1f} s"
        within = f"{max(1, round(took * 10 / 1e9))}s"
        lines = remarks(
            [f"How long may an answer take? The slowest took {seen}. Without a budget a server that never",
             "answers passes: the flow of a client that gave up and left is cut off, and that is no fault.",
             "For instance:"]
        )  # fmt: skip
        namer = Namer(self.samples.events)
        names = [namer(answer) for answer in answers]
        to = names[0] if len(names) == 1 else names  # else another answer would never be in time
        said = {"from": namer(question), "to": to, "per": "request", "within": within}
        return [*lines, "# budgets:", f"#   - {flow(said)}"]


def _applies(sessions: Sequence[Session]) -> list[str]:
    paths = list(dict.fromkeys(session.path.partition("?")[0] for session in sessions if session.accepted))
    if len(paths) == 1 and paths[0].startswith("/"):
        return [entry("applies", {"path": paths[0]})]
    if paths:
        shown = ", ".join(paths[:_MOST_LISTED]) + (" …" if len(paths) > _MOST_LISTED else "")
        return remarks([f"applies: {{path: …}} says for which sessions this is; recorded were {shown}"])
    return []


def _codec(codec: Spec) -> str:
    return codec if isinstance(codec, str) else flow(codec)


def _flow(one: DraftFlow) -> list[str]:
    cut = f"; {one.cut} more were cut off, or had begun before" if one.cut else ""
    lines = remarks([f"seen {one.seen} time{'s' * (one.seen != 1)}{cut}"], 2)
    lines.append(f"  {scalar(one.name)}:")
    if one.key:
        lines.append(entry("key", one.key[0] if len(one.key) == 1 else list(one.key), 4))
    if one.inside is not None:
        lines.append(entry("inside", one.inside, 4))
    if one.but:
        note = f"these end the {one.inside}, and with it what is open in it"
        lines.append(entry("but", list(one.but), 4, note))
    if one.skips:
        lines.append(entry("unkeyed", dict.fromkeys(one.skips, "skip"), 4, "they came without the key, too"))
    if one.of_user:
        lines.append(entry("scope", "user", 4, "a later session went on where an earlier one had ended"))
    if one.dedupe is not None:
        lines.append(entry("dedupe", one.dedupe, 4, "what was sent again is one event"))
    if one.reuse:
        lines.append(entry("reuse", True, 4, "a later session counts from the beginning"))
    return [*lines, *folded("order", laid_out(one.order, WIDTH - 6), 4)]


def _pointer(one: object) -> str:
    return written(one.pointer if isinstance(one, Carrier) else one.pointers[0])  # type: ignore[attr-defined]


def _slowest(ids: Ids) -> tuple[EventKey, Sequence[EventKey], int] | None:
    """The question whose first answer took longest, and all that ever answered it first."""
    slowest: tuple[EventKey, int] | None = None
    answers: dict[EventKey, dict[EventKey, None]] = {}
    for key in ids.keys:
        if key.name == "request":
            for said in key.values.values():
                if len(said) > 1 and said[0].key.sender != said[1].key.sender:
                    took = said[1].t - said[0].t
                    answers.setdefault(said[0].key, {})[said[1].key] = None
                    if slowest is None or took > slowest[1]:
                        slowest = said[0].key, took
    return None if slowest is None else (slowest[0], list(answers[slowest[0]]), slowest[1])
