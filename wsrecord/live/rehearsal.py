"""One cassette against one target, once: played, written down without its secrets, and judged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from wsrecord.cassette.model import Opcode
from wsrecord.cassette.recording import Recording, Session, load
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.contract.model import Contract
from wsrecord.dialogue.bindings import Bindings
from wsrecord.dialogue.reading import Reading
from wsrecord.dialogue.steps import AnyStep, Dialogue, Gate
from wsrecord.explore.kept import Kept
from wsrecord.judge.codes import Code
from wsrecord.judge.drift import steps as awaited
from wsrecord.judge.drift import trial
from wsrecord.judge.drift.drift import Drift
from wsrecord.judge.drift.node import Spot
from wsrecord.judge.drift.options import Options
from wsrecord.judge.drift.steps import Awaited
from wsrecord.judge.drift.trial import Part, Trial
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.shown import Shown
from wsrecord.live.played import Played, Stall, Unsent
from wsrecord.live.player import play
from wsrecord.live.reel import Reel
from wsrecord.live.stage import Stage

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A cassette that is to be played: its dialogue, and what it is held against."""

    name: str  # as the user named it
    recorded: Recording
    dialogue: Dialogue
    contracts: Sequence[Contract] = ()
    kept: Kept | None = None  # it is a failure of fuzz's: then it is acted out as the case that it is

    @property
    def messages(self) -> int:
        """How many it has."""
        return sum(session.count for session in self.recorded.sessions)


async def perform(piece: Piece, stage: Stage, secrets: Mapping[str, str], fresh: Random | None) -> Played:
    """Act a cassette's dialogue out."""
    return await play(piece.dialogue, Bindings(piece.dialogue, secrets=secrets, fresh=fresh), stage)


def written(reel: Reel, path: Path, redactor: Redactor, nonce: str) -> tuple[Path, Recording]:
    """The live sessions as a cassette; judged is what stands in it, so that no secret reaches a page."""
    saved = reel.save(path, nonce, redactor)
    return saved, load(saved)


def judged(
    piece: Piece, played: Played, live: Recording, shown: Sequence[Shown], options: Options
) -> list[Finding]:
    """What is wrong in one run."""
    case = Trial(
        cassette=piece.name,
        recorded=piece.recorded,
        live=live,
        parts=tuple(_parts(piece, played, live)),
        options=replace(options, bound={**options.bound, **played.bound}),
        steps=[*_stalled(piece, played), *_unsent(piece, played)],
    )
    found = _pertinent(piece, trial.judge(case, shown))
    if not any(one.severity == "breaking" for one in found):
        found += _troubles(piece, played)
    return found


def compared(
    piece: Piece,
    mine: tuple[Played, Recording],
    theirs: tuple[Played, Recording],
    shown: Sequence[Shown],
    options: Options,
) -> list[Finding]:
    """What differs between two runs of one dialogue, on two targets: what the other one did is right."""
    played, live = mine
    other, before = theirs
    dialogue = {at: recorded for recorded, at in other.sessions.items()}
    case = Trial(
        cassette=piece.name,
        recorded=before,
        live=live,
        parts=tuple(
            _sides(
                replace(piece, recorded=before),
                dialogue,
                {at: played.sessions[one] for at, one in dialogue.items() if one in played.sessions},
                live,
            )
        ),
        options=options,
        steps=[*_stalled(piece, played), *_unsent(piece, played)],
    )
    found = trial.judge(case, shown)
    found = [*_pertinent(piece, found), *_other(piece, other)]
    if not any(one.severity == "breaking" for one in found):
        found += _troubles(piece, played)
    return found


def whole(played: Played) -> bool:
    """Whether all that was recorded was done again, and all that was awaited came."""
    return not (played.stalls or played.unsent or played.troubles or played.timed_out)


def vacuous(piece: Piece) -> Iterator[Finding]:
    """What a cassette can't show, however often it is played."""
    place, recorded = Place(cassette=piece.name), piece.recorded
    why = recorded.unfinished
    if why is not None:
        yield Code.INCOMPLETE_CASSETTE.at(
            place, f"the cassette is not all that happened: {why}", expected="a whole recording", got=why
        )
    accepted = [session for session in recorded.sessions if session.accepted]
    read = [one for one in accepted if piece.dialogue.readings[one.number].contract is None]
    if accepted and read == accepted and not any(map(_heard, accepted)):
        yield Code.SESSION_TOO_SHORT.at(
            place,
            "the server says nothing in this recording, and no contract says what it should: "
            "nothing is compared",
            severity="breaking",
            expected="a message of the server's",
            got="none",
        )


def _heard(session: Session) -> bool:
    data = (Opcode.TEXT, Opcode.BINARY)
    return any(one.sender == "server" and one.opcode in data for one in session.messages)


def _pertinent(piece: Piece, found: list[Finding]) -> list[Finding]:
    """All but that there is no session, where the recording has some and it is told why there is none."""
    rest = [one for one in found if one.code != Code.EMPTY_CASSETTE.number]
    told = any(one.severity == "breaking" for one in rest)
    return rest if piece.recorded.sessions and told else found


def _other(piece: Piece, other: Played) -> Iterator[Finding]:
    """The one that is held for right did not play its part: then a comparison says little."""
    if not whole(other):
        texts = [*(one.text for one in other.troubles), *(one.text for one in other.stalls)]
        why = next(iter(texts), "it took too long")
        yield Code.CONNECTION_FAILED.at(
            Place(cassette=piece.name),
            f"the replay on --against was not a whole one: {why}",
            expected="a whole replay",
            got=why,
        )


def _parts(piece: Piece, played: Played, live: Recording) -> Iterator[Part]:
    numbers = {one: one for one in piece.dialogue.readings}
    yield from _sides(piece, numbers, played.sessions, live)


def _sides(
    piece: Piece, readings: Mapping[int, int], numbers: Mapping[int, int], live: Recording
) -> Iterator[Part]:
    """Sessions that are read alike. `readings` leads from the first side's numbers to the dialogue's."""
    groups: dict[object, tuple[Reading, list[Session], list[Session]]] = {}
    lived = {session.number: session for session in live.sessions}
    for session in piece.recorded.sessions:
        reading = piece.dialogue.readings.get(readings.get(session.number, -1))
        if reading is None:
            continue
        contract = reading.contract.name if reading.contract is not None else None
        codec = reading.codec if isinstance(reading.codec, str) else repr(reading.codec)
        _, before, now = groups.setdefault((contract, codec, reading.name_at), (reading, [], []))
        before.append(session)
        mine = lived.get(numbers.get(session.number, -1))
        if mine is not None:
            now.append(mine)
    for reading, before, now in groups.values():
        yield Part(
            codec=reading.codec,
            name=lambda unit, reading=reading: reading.kind(unit)[0],  # type: ignore[misc]
            recorded=tuple(before),
            live=tuple(now),
            contract=reading.contract,
            name_at=reading.name_at,
        )


def _stalled(piece: Piece, played: Played) -> Iterator[Drift]:
    unsent = {one.step for one in played.unsent}
    for stall in played.stalls:
        step = piece.dialogue.steps[stall.step]
        if stall.why == "link" and stall.step in unsent:
            continue  # that it was not sent says it
        waited = [_awaited(piece.dialogue, gate) for gate in step.gates if gate.text == stall.text]
        named = waited or [Awaited(stall.text)]
        drift = awaited.stalled(_step(piece.dialogue, step), named, round(stall.waited * _SECOND))
        flows = [gate.flow for gate in step.gates if gate.text == stall.text and gate.flow is not None]
        extra = {**drift.extra, "flows": flows} if flows else drift.extra
        yield replace(drift, message=_said(piece.dialogue, step, stall), expected=stall.text, extra=extra)


def _said(dialogue: Dialogue, step: AnyStep, stall: Stall) -> str:
    name = _name(dialogue, step)
    if stall.ended:
        return f"{name} waited for {stall.text}, and the session ended without it"
    return f"{name} waited {stall.waited:.3g} s for {stall.text}, which never came"


def _unsent(piece: Piece, played: Played) -> Iterator[Drift]:
    """What was not sent: of each session the first, and how much more after it."""
    left: dict[object, list[Unsent]] = {}
    for unsent in played.unsent:
        alone = ("step", unsent.step) if unsent.session is None else ("session", unsent.session)
        left.setdefault(alone, []).append(unsent)
    for first, *others in left.values():
        yield _not_sent(piece.dialogue, piece.dialogue.steps[first.step], first, others)


def _not_sent(dialogue: Dialogue, step: AnyStep, unsent: Unsent, others: Sequence[Unsent]) -> Drift:
    waited = [_awaited(dialogue, gate) for gate in step.gates if gate.why == "link"]
    names = [_name(dialogue, dialogue.steps[one.step]) for one in others]
    more = f"; nor was {names[0]}" if len(names) == 1 else f"; nor were {len(names)} more" if names else ""
    return Drift(
        code=Code.NOT_SENT,
        severity="breaking",
        event=_name(dialogue, step),
        recorded=_spot(dialogue, step),
        message=f"{_name(dialogue, step)} was not sent: {unsent.why}{more}",
        expected="that it can be sent",
        got=unsent.why,
        extra={"awaited": [str(one) for one in waited], "unsent": [_name(dialogue, step), *names]},
    )


def _troubles(piece: Piece, played: Played) -> Iterator[Finding]:
    """What went wrong with connections, where no judge has seen anything."""
    for trouble in played.troubles:
        spot = None if trouble.session is None else Spot(trouble.session, None, trouble.t)
        yield awaited.failed(trouble.text, trouble.kind, spot).finding(piece.name)
    if played.timed_out is not None:
        yield Code.STALLED.at(
            Place(cassette=piece.name),
            f"the replay took longer than {played.timed_out:g} s, and was ended",
            expected=f"an end within {played.timed_out:g} s (--timeout)",
            got="none",
        )


def _awaited(dialogue: Dialogue, gate: Gate) -> Awaited:
    if gate.source is not None:
        source = dialogue.occurrences[gate.source]
        return Awaited(source.kind, _path(dialogue, gate))
    return Awaited(" or ".join(gate.kinds) or gate.text)


def _path(dialogue: Dialogue, gate: Gate) -> tuple[str, ...] | None:
    if gate.variable is None:
        return None
    for place in dialogue.variables[gate.variable].sources:
        if place.occurrence == gate.source:
            return tuple(str(step) for step in place.path if isinstance(step, str | int))
    return None


def _step(dialogue: Dialogue, step: AnyStep) -> awaited.Step:
    return awaited.Step(_name(dialogue, step), _spot(dialogue, step))


def _spot(dialogue: Dialogue, step: AnyStep) -> Spot:
    numbers = getattr(step, "numbers", ())
    return Spot(getattr(step, "session", 0), numbers[0] if numbers else None, step.at)


def _name(dialogue: Dialogue, step: AnyStep) -> str:
    """What a step is called: its event, else what kind of step it is."""
    if step.occurrences:
        return dialogue.occurrences[step.occurrences[0]].kind
    return f"the {type(step).__name__.lower()}"
