"""How connections ended: with a close message, and with which code.

That a server closes properly before a flow is over is the flow's matter. That it drops the connection, or
closes with a code that says something broke, is this one's; the flows it cut are not told again.
"""

from collections.abc import Iterator

from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.judge import Judge
from wsrecord.judge.told import Told

# What says that something broke; what says that a client did what it must not is the client's.
_MEANING = {
    1002: "one side broke the protocol",
    1003: "a kind of data that was not wanted",
    1007: "data that is not what it says, as text that is not UTF-8",
    1008: "against a policy",
    1009: "a message was too large",
    1010: "an extension was wanted that was not agreed on",
    1011: "the server met with an error",
    1014: "a gateway got a bad answer",
}
_PROPER = frozenset((1000, 1001, 1012, 1013))
_LAST_OF_STANDARD = 2999
_LAST = 4999


class Closings(Judge):
    """Ends of sessions that should have been otherwise, and what broke the protocol on the wire."""

    def end(self, told: Told) -> None:
        """Look at the end of one session."""
        self.found += _end(told)
        self.found += _oddities(told)


def abrupt(told: Told) -> bool:
    """Whether the end of a session is a fault by itself, so that what it cut is none."""
    close = told.session.close
    if close is None:
        return told.session.accepted and told.ended_by == "server"
    return close.code is not None and not is_proper(close.code)


def is_proper(code: int) -> bool:
    """Whether nothing is wrong with a close code. From 3000 on they are an application's own."""
    return code in _PROPER or _LAST_OF_STANDARD < code <= _LAST


def _end(told: Told) -> Iterator[Finding]:
    if not abrupt(told):
        return
    close = told.session.close
    where = Place(cassette=told.cassette, session=told.number, t=told.end)
    if close is None:
        how = told.session.ended[0].how
        yield Code.ABNORMAL_END.at(
            where,
            f"the server ended session {told.number} without a close message",
            expected="a close message",
            got="a reset" if how == "reset" else "the end of the connection",
            context=told.recent(here=True),
            contract=told.contract.name,
        )
        return
    assert close.code is not None
    if close.sender == "server" and close.code in told.contract.closes:
        return
    meaning = _MEANING.get(close.code, "a code that may not be sent")
    reason = f" {close.reason}" if close.reason else ""
    yield Code.CLOSE_CODE.at(
        where,
        f"the {close.sender} closed session {told.number} with {close.code}: {meaning}",
        expected="1000, 1001, 1012, 1013, or from 3000 on",
        got=f"{close.code}{reason}",
        context=told.recent(here=True),
        contract=told.contract.name,
    )


def _oddities(told: Told) -> Iterator[Finding]:
    """One finding for each kind of remark; payloads that were not kept are told of by themselves."""
    groups: dict[tuple[str, str | None], int] = {}
    for note in told.session.notes:
        groups[note.code, note.sender] = groups.get((note.code, note.sender), 0) + 1
    for (code, sender), number in groups.items():
        if code in _NOT_ODD or (code == "cut-frame" and told.ended_by == "recorder"):
            continue
        note = next(one for one in told.session.notes if (one.code, one.sender) == (code, sender))
        times = f", {number} times" if number > 1 else ""
        yield Code.WIRE_ODDITY.at(
            Place(cassette=told.cassette, session=told.number, t=note.t),
            f"{f'the {sender} sent' if sender else 'there was'} what breaks the protocol: {code}{times}",
            expected="frames as RFC 6455 has them",
            got=note.text,
            contract=told.contract.name,
            extra={"note": code, "times": number},
        )


_NOT_ODD = frozenset(("interim-answer", "many-frames", "more", "bomb", "broken"))
