"""Whether a failure may come of how soon one thing was said after another, so that it is the client's own."""

from wsrecord.explore.moves import Case
from wsrecord.judge.codes import Code
from wsrecord.live.outcome import Acted

_FEW = 2  # messages that no server finds too many


def may_be_haste(case: Case, code: str, acted: Acted | None) -> bool:
    """A right message may be one too many; one that crosses the server's close has no answer."""
    if code == Code.VALID_REFUSED.number:
        return case.messages > _FEW
    if code != Code.NEVER_ENDED.number or acted is None:
        return False
    closes = [session.close for session in acted.reel.recording().sessions]
    return any(close is not None and close.sender == "server" for close in closes)
