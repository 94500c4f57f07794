"""The upgrade and its answer: refused where it must be, accepted where it may, with the right subprotocol."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlsplit

from wsrecord.cassette.recording import Session
from wsrecord.contract.model import Handshake, Refusal
from wsrecord.contract.wording import joined
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding
from wsrecord.judge.judge import Judge
from wsrecord.judge.told import Told


class Handshakes(Judge):
    """Handshakes that were answered otherwise than the contract says."""

    def end(self, told: Told) -> None:
        """Look at the upgrade of one session."""
        wanted = self.contract.handshake
        finding = None if wanted is None else _of_session(wanted, told, self.contract.name)
        if finding is not None:
            self.found.append(finding)


def _of_session(wanted: Handshake, told: Told, contract: str) -> Finding | None:
    session = told.session
    if session.request is None or session.response is None:
        return None
    status = session.response.status
    refusal = next((one for one in wanted.refuse if lacks(session, one.without)), None)
    place = told.place(t=session.response.t)
    if refusal is not None:
        return _refused(refusal, told, status, contract)
    if not session.accepted:
        # With all that it needs it may still be refused: whether a token is a good one nobody here knows.
        known = {one for refuse in wanted.refuse for one in refuse.statuses}
        if status in known:
            return None
        return Code.HANDSHAKE_STATUS.at(
            place,
            f"the server refused session {told.number} with {status}, though nothing is lacking",
            expected="101",
            got=f"{status} {session.response.reason}".strip(),
            contract=contract,
        )
    chosen = f"subprotocol {session.subprotocol}" if session.subprotocol else "no subprotocol"
    if wanted.subprotocol is not None and session.subprotocol != wanted.subprotocol:
        return Code.SUBPROTOCOL_DIFFERS.at(
            place,
            f"the server chose {chosen} for session {told.number}",
            expected=wanted.subprotocol,
            got=session.subprotocol or "none",
            contract=contract,
        )
    return None


def _refused(refusal: Refusal, told: Told, status: int, contract: str) -> Finding | None:
    lacking = f"carries no {joined(refusal.without, 'or')}"
    expected = joined([str(one) for one in refusal.statuses], "or")
    if status in refusal.statuses:
        return None
    response = told.session.response
    assert response is not None
    if status == 101:
        return Code.NOT_REFUSED.at(
            told.place(t=response.t),
            f"the server accepted session {told.number}, which {lacking}",
            expected=expected,
            got="101",
            context=told.recent(),
            contract=contract,
        )
    return Code.REFUSED_OTHERWISE.at(
        told.place(t=response.t),
        f"the server refused session {told.number}, which {lacking}, with another status than it should",
        expected=expected,
        got=str(status),
        contract=contract,
    )


def lacks(session: Session, names: tuple[str, ...]) -> bool:
    """Whether an upgrade carries none of these headers, cookies or query parameters."""
    wanted = {name.lower() for name in names}
    return not wanted & _carried(session)


def _carried(session: Session) -> set[str]:
    found = {name.lower() for name, _ in parse_qsl(urlsplit(session.path).query, keep_blank_values=True)}
    for name, value in session.request.headers if session.request else ():
        found.add(name.lower())
        if name.lower() == "cookie":
            found.update(_cookies(value))
    return found


def _cookies(text: str) -> set[str]:
    try:
        return {name.lower() for name in SimpleCookie(text)}
    except CookieError:
        return {part.partition("=")[0].strip().lower() for part in text.split(";")}
