"""Nothing checked is not green: what was not there to be judged, in a cassette and in a whole run."""

from collections.abc import Iterable, Iterator, Sequence

from wsrecord.cassette.recording import Recording, Session
from wsrecord.contract.model import Answer, Concat, Contract, Echo, Increasing, Rule, Unique
from wsrecord.contract.wording import joined, short
from wsrecord.judge.closing import abrupt
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.judge import Judge
from wsrecord.judge.shown import Shown
from wsrecord.judge.told import Told


class Quiet(Judge):
    """Sessions that ended before they said anything, where others did."""

    def finish(self) -> None:
        """Look at every session."""
        if any(told.events for told in self.sessions):
            self.found += [_too_short(told) for told in self.sessions if self._is_too_short(told)]

    def _is_too_short(self, told: Told) -> bool:
        quiet = not told.units or self.contract.unknown == "allow"
        return told.session.accepted and quiet and not abrupt(told) and not told.events


def judge_cassette(
    recording: Recording, unclaimed: Iterable[Session], contracts: Sequence[Contract], cassette: str
) -> Iterator[Finding]:
    """What is missing in one cassette."""
    place = Place(cassette=cassette)
    why = recording.unfinished
    if why is not None:
        yield Code.INCOMPLETE_CASSETTE.at(
            place, f"the cassette is not all that happened: {why}", expected="a whole recording", got=why
        )
    if not recording.sessions:
        yield Code.EMPTY_CASSETTE.at(
            place, "the cassette holds no session: nothing was checked", expected="a session", got="none"
        )
    for session in unclaimed:
        path = session.path.partition("?")[0]
        chosen = f" with subprotocol {session.subprotocol}" if session.subprotocol else ""
        yield Code.NO_CONTRACT_APPLIES.at(
            Place(cassette=cassette, session=session.number),
            f"no contract applies to session {session.number}, {short(path)}{chosen}",
            expected=joined([_applies(one) for one in contracts], "or"),
            got=f"{path}{chosen}",
        )


def judge_run(found: Iterable[Shown]) -> Iterable[Finding]:
    """What no cassette showed of each contract."""
    for one in found:
        contract = one.contract
        if one.events:
            yield from _flows(one)
            yield from _rules(one)
            yield from _isolation(one)
        elif not _refusals_only(one):
            yield Code.NO_EVENT_SEEN.at(
                Place(file=contract.file),
                f"no event of {contract.name} was seen: nothing was checked",
                expected="an event of the contract",
                got="sessions without one" if one.sessions else "no session that it applies to",
                contract=contract.name,
            )


def _refusals_only(one: Shown) -> bool:
    """Whether all there was to judge were handshakes that had to be refused."""
    wanted = one.contract.handshake
    return wanted is not None and bool(wanted.refuse) and 0 < one.refused == one.sessions


def _applies(contract: Contract) -> str:
    paths = joined(contract.applies.paths, "or") or "any path"
    protocols = joined([one or "none" for one in contract.applies.subprotocols], "or")
    return f"{paths}{f' with {protocols}' if protocols else ''} ({contract.name})"


def _too_short(told: Told) -> Finding:
    return Code.SESSION_TOO_SHORT.at(
        told.place(t=told.end),
        f"session {told.number} ended before it said anything that the contract names",
        expected="an event",
        got=f"the end, by the {told.ended_by}",
        context=told.recent(),
        contract=told.contract.name,
    )


def _flows(one: Shown) -> Iterator[Finding]:
    contract, flows = one.contract, one.contract.flows.all
    place = Place(file=contract.file)
    if flows and not one.broken and not any(covered.endings for covered in one.covered.values()):
        yield Code.NO_FLOW_COVERED.at(
            place,
            f"no flow of {contract.name} was seen from its beginning to its end",
            expected=joined([flow.name for flow in flows], "or"),
            got="none of them",
            contract=contract.name,
        )
        return
    for flow in flows:
        if not one.opened[flow.name]:
            begins = joined(flow.automaton.allowed(flow.automaton.start), "or")
            yield Code.FLOW_UNSEEN.at(
                place,
                f"no {flow.name} was seen",
                expected=f"a flow that begins with {begins}",
                got="none",
                contract=contract.name,
                flow=flow.name,
            )


def _rules(one: Shown) -> Iterator[Finding]:
    for number, rule in enumerate(one.contract.rules):
        tally = one.tallies.get(number)
        if tally is None or not tally.subjects:
            line = rule.where.split(":")[-2:-1]
            yield Code.RULE_UNTESTED.at(
                Place(file=one.contract.file, line=int(line[0]) if line and line[0].isdigit() else None),
                f"the rule {_said(rule)} had nothing to judge",
                expected=type(rule).__name__.lower(),
                got="no event that it is about",
                contract=one.contract.name,
            )


def _said(rule: Rule) -> str:
    """A rule in short, as its contract has it."""
    match rule:
        case Increasing() | Unique():
            about = str(rule.of)
        case Echo():
            about = f"from {joined(list(map(str, rule.sources)), 'or')} in {rule.target}"
        case Concat():
            about = f"of {rule.of} is {rule.whole}"
        case Answer():
            about = f"to {joined([one.name for one in rule.to], 'or')}"
    return f"{type(rule).__name__.lower()}: {about}"


def _isolation(one: Shown) -> Iterator[Finding]:
    if one.contract.isolation is not None and one.users < 2:
        yield Code.ISOLATION_UNTESTED.at(
            Place(file=one.contract.file),
            "no cassette has sessions of two users: that one sees the other's values can't show",
            expected="sessions of two users in one cassette",
            got="one user at most",
            contract=one.contract.name,
        )
