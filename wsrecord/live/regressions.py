"""A failure that fuzz kept, on a server that may have been mended: acted out and judged as fuzz does it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from wsrecord.cassette.model import Opcode, Record
from wsrecord.cassette.recording import Recording
from wsrecord.contract.model import Contract
from wsrecord.dialogue.steps import Connect as Upgrade
from wsrecord.dialogue.steps import Dialogue
from wsrecord.explore.failure import chosen
from wsrecord.explore.kept import Kept, note_of
from wsrecord.explore.moves import Connect, Say
from wsrecord.explore.proper import lifted, restated
from wsrecord.explore.refusals import server_events, usual_refusals
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.shown import Shown
from wsrecord.live.acted import findings_of
from wsrecord.live.care import Care
from wsrecord.live.casting import Actor
from wsrecord.live.client import Patience
from wsrecord.live.credentials import Purse
from wsrecord.live.door import Door, Way
from wsrecord.live.outcome import Acted
from wsrecord.live.printed import Printed
from wsrecord.live.reel import Reel
from wsrecord.live.rehearsal import Piece
from wsrecord.live.rules import Rules
from wsrecord.live.target import Target
from wsrecord.live.witness import Trial, Witness

Write = Callable[[Reel], tuple[Path, Recording]]
_CLOSE = 2.0  # seconds for the server's close


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it, once."""

    findings: list[Finding]
    live: Recording
    path: Path
    events: int
    unsaid: int  # messages of the case that were not said
    printed: Printed | None  # by the server, if it broke: with secrets, which stand in `heard`
    heard: Sequence[Record]  # all that was said, and the way in
    lifted: Sequence[str] = ()  # what was wrong in it, and is allowed by now


class Regressions:
    """Kept failures on one server."""

    def __init__(
        self, target: Target, learned: Sequence[Dialogue], health: str | None, random: Random
    ) -> None:
        self._target = target
        self._learned = learned  # recordings that teach what clients say, as they do for fuzz
        self._health = health
        self._random = random
        self._words: dict[str, Vocabulary] = {}

    async def replay(self, piece: Piece, actor: Actor, purses: Mapping[str, Purse], write: Write) -> Replay:
        """Act a kept failure out by itself, from its login on, and judge it."""
        kept, contract = piece.kept, piece.contracts[0]
        assert kept is not None
        rules = self._rules(kept, contract, list(ways(piece, actor, purses)))
        care = Care(self._target, rules, kept.health or self._health)
        witness = Witness(care, self._random, lambda _: None)
        case = restated(kept.case, rules(self._target).words)
        acted = await witness.alone(case, Trial(anew=True))
        acted.reel.told.append(note_of(kept, acted.reel.clock()))  # without secrets, as it was kept
        path, live = write(acted.reel)
        shown = Shown(contract)
        found = findings_of(acted, live, [shown], piece.name)
        # what is wrong with a text in which a secret stands can't be seen where that is taken out
        true = findings_of(acted, acted.reel.recording(), [Shown(contract)], piece.name)
        found += [one for one in true if all(one.code != other.code for other in found)]
        if kept.code == Code.MEMORY_GROWS.number and not acted.dead:
            leak = await witness.leaks(case)
            found += fuzz.judge([] if leak is None else [leak], piece.name, contract.name)
        found = [*_denied(acted, piece.name), *_told(found, kept)]
        return Replay(
            found,
            live,
            path,
            events=shown.events.total(),
            unsaid=0 if found else _unsaid(acted, live),
            printed=acted.printed,
            lifted=lifted(kept.case, case),
            heard=[*acted.reel.records, *(one for door in care.rules.doors for one in door.heads())],
        )

    def _rules(self, kept: Kept, contract: Contract, ways: Sequence[Way]) -> Callable[[Target], Rules]:
        if contract.name not in self._words:
            self._words[contract.name] = Vocabulary(contract, self._learned)
        words = self._words[contract.name]
        refusals = usual_refusals(contract).union(set(kept.refusals).intersection(server_events(contract)))

        def rules(target: Target) -> Rules:
            doors = [Door(way, target.upstream, Patience(close=_CLOSE)) for way in ways]
            return Rules(contract, words, refusals, doors)

        return rules


def ways(piece: Piece, actor: Actor, purses: Mapping[str, Purse]) -> Iterator[Way]:
    """How each user of a case comes in: as in the cassette that it was kept in."""
    assert piece.kept is not None
    values: dict[str, str] = {}
    for name, wanted in actor.wanted.items():
        values.update(purses[name].values(wanted))
    upgrades = [step for step in piece.dialogue.steps if isinstance(step, Upgrade)]
    seats: dict[int, Connect] = {}  # in the order in which they are opened
    for move in piece.kept.case.moves:
        seats.setdefault(move.on, move if isinstance(move, Connect) else Connect(on=move.on))
    opened = list(zip(seats.values(), upgrades, strict=False))
    opened.sort(key=lambda pair: pair[0].back is not None or bool(pair[0].query))  # plain ones first
    first: dict[int, Upgrade] = {}
    for seat, upgrade in opened:
        first.setdefault(seat.user, upgrade)
    if not first:
        yield Way(subprotocol=_subprotocol(piece.contracts[0]), purse=purses[""])
        return
    for user in range(max(first) + 1):
        upgrade = first.get(user) or next(iter(first.values()))
        purse = purses[actor.user(upgrade.connection)]
        filled = replace(purse, variables={**purse.variables, **values})
        yield Way(piece.dialogue, purse=filled, session=upgrade.session)


def _told(found: Sequence[Finding], kept: Kept) -> list[Finding]:
    """One failure, one finding, as fuzz tells it: what it was kept for, if that is still there."""
    same = [one for one in found if one.code == kept.code]
    first = chosen(same or found)
    return [] if first is None else [first]


def _subprotocol(contract: Contract) -> str | None:
    return contract.handshake.subprotocol if contract.handshake is not None else None


def _denied(acted: Acted, cassette: str) -> Iterator[Finding]:
    if acted.denied is not None:
        yield Code.CONNECTION_FAILED.at(
            Place(cassette=cassette),
            f"the kept failure could not be acted out: {acted.denied}",
            expected="to be let in",
            got=acted.denied,
        )


def _unsaid(acted: Acted, live: Recording) -> int:
    """How many of a case's messages were not said, for a server that gives less, or closes earlier."""
    data = (Opcode.TEXT, Opcode.BINARY)
    said = sum(
        one.sender == "client" and one.opcode in data for session in live.sessions for one in session.messages
    )
    return max(0, sum(isinstance(move, Say) for move in acted.case.moves) - said)
