"""What came of a case -> findings: its own, and those of all judges that the client did not ask for."""

from collections.abc import Sequence

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.source import from_recording
from wsrecord.contract.model import Contract
from wsrecord.judge import fuzz
from wsrecord.judge.codes import Code, Group, find
from wsrecord.judge.finding import Finding
from wsrecord.judge.fuzz import Broke, Meant
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown
from wsrecord.live.outcome import Acted

_ENDS = (Code.CLOSE_CODE.number, Code.ABNORMAL_END.number)
_ASIDE = (Code.WIRE_ODDITY.number, Code.USER_UNKNOWN.number, Code.UNREAD.number)
_CALLED_FOR = (1002, 1003, 1007, 1008, 1009, 1010)
_POLICY = 1008  # the usual code for a no to what the client said, whether it was wrong or not allowed
_REFUSED = (Code.HANDSHAKE_STATUS.number, Code.REFUSED_OTHERWISE.number)
_TIMED = (Group.BUDGET,)
_LENIENT = (Group.FLOW, Group.RULE, Group.BUDGET)


def findings_of(acted: Acted, recording: Recording, shown: Sequence[Shown], name: str) -> list[Finding]:
    """All that is wrong, the client's own wrongs aside."""
    contract = shown[0].contract.name if shown else None
    found = fuzz.judge(acted.facts, name, contract)
    broke = {fact.session for fact in acted.facts if isinstance(fact, Broke)}
    for one in judge_cassette(from_recording(recording), shown, name).findings:
        if _counts(one, acted, broke, recording) and not (shown and _crossed(one, acted, shown[0].contract)):
            found.append(one)
    return found


def _counts(one: Finding, acted: Acted, broke: set[int | None], recording: Recording) -> bool:
    code = find(one.code)
    assert code is not None
    if one.severity == "info" or code.group is Group.COVERAGE or one.code in _ASIDE:
        return False
    place = one.place
    if one.code in _ENDS:
        if place.session in broke or place.session in acted.rough:
            return False
        wrong = any(session == place.session for session, _ in acted.tainted)
        close = next((s.close for s in recording.sessions if s.number == place.session), None)
        if close is None or one.code != Code.CLOSE_CODE.number:
            return True
        said = any(isinstance(fact, Meant) and fact.session == place.session for fact in acted.facts)
        return not ((wrong and close.code in _CALLED_FOR) or (said and close.code == _POLICY))
    if place.session in acted.daring and one.code in _REFUSED:
        return False
    if place.session in acted.excused and code.group in _LENIENT and code is not Code.FOREIGN_ID:
        return False
    if place.session in acted.stalled and code.group in _TIMED:
        return False
    if place.session is None or place.number is None:
        return True
    if place.session in acted.rough and _is_client_s(recording, place.session, place.number):
        return False
    if (place.session, place.number) in acted.tainted:
        own = _is_client_s(recording, place.session, place.number)
        own = own or code is Code.SURROGATE  # it says again what the client said
        if (place.session, place.number) in acted.accepted and code.group is Group.SCHEMA:
            return False  # what was let in comes out again
        return not own and (code.group not in _LENIENT or code is Code.FOREIGN_ID)
    return not (place.session in acted.rough and code.group in _LENIENT)


def _crossed(one: Finding, acted: Acted, contract: Contract) -> bool:
    """Whether an order was broken only as it was written down: the client did not wait for its turn."""
    code = find(one.code)
    flow = next((flow for flow in contract.flows.all if flow.name == one.flow), None)
    if code is None or code.group is not Group.FLOW or flow is None:
        return False
    names = {name.removeprefix("client:") for name in flow.automaton.names}
    return any(session == one.place.session and event in names for session, event in acted.hasty)


def _is_client_s(recording: Recording, session: int, number: int) -> bool:
    for one in recording.sessions:
        if one.number == session and 0 < number <= len(one.messages):
            return one.messages[number - 1].sender == "client"
    return False
