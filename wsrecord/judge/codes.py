"""Every code that a finding may carry. A number, once published, never changes its meaning.

The hundreds are groups. `docs/findings.md` has an entry for each code, with an example that passes
and one that fails; a test holds it.
"""

import re
from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Any, TypedDict, Unpack

from wsrecord.errors import did_you_mean
from wsrecord.judge.finding import ContextLine, Finding, Place
from wsrecord.judge.severity import Severity


class Group(IntEnum):
    """What a code is about: its hundreds."""

    SCHEMA = 1
    FLOW = 2
    RULE = 3
    CONNECTION = 4
    BUDGET = 5
    COVERAGE = 6
    ACCEPTANCE = 7
    DRIFT = 8
    FUZZ = 9

    @property
    def title(self) -> str:
        """For people."""
        return _GROUPS[self]


_GROUPS = {
    Group.SCHEMA: "schemas and codecs",
    Group.FLOW: "flows",
    Group.RULE: "rules and isolation",
    Group.CONNECTION: "handshake and close",
    Group.BUDGET: "budgets",
    Group.COVERAGE: "coverage",
    Group.ACCEPTANCE: "accepted findings",
    Group.DRIFT: "drift",
    Group.FUZZ: "fuzzing",
}


class More(TypedDict, total=False):
    """What a finding may carry besides its place and its message."""

    severity: Severity
    expected: str | None
    got: str | None
    context: tuple[ContextLine, ...]
    contract: str | None
    flow: str | None
    instance: str | None
    extra: Mapping[str, Any]


class Code(Enum):
    """Name, number, default severity and title. The slug is the name in small letters with hyphens.

    What a codec calls its fault, and a flow its own, is the slug here.
    """

    SCHEMA_INVALID = 101, "breaking", "an event does not match its schema"
    UNKNOWN_EVENT = 102, "warning", "the contract does not name this event"
    UNNAMED_UNIT = 103, "breaking", "a unit has no name"
    AMBIGUOUS_EVENT = 104, "breaking", "several events of the contract match one unit"
    INVALID_JSON = 111, "breaking", "a payload is not JSON"
    NOT_UTF8 = 112, "breaking", "a text is not UTF-8"
    INVALID_MSGPACK = 113, "breaking", "a payload is not msgpack"
    MALFORMED = 114, "breaking", "a payload is not what its protocol lays around its values"
    WRONG_KIND = 115, "breaking", "a binary message in a protocol of text, or text in a binary one"
    INCOMPLETE = 116, "breaking", "a unit of several messages was never completed"
    DUPLICATE_KEY = 117, "warning", "an object has one key twice"
    SURROGATE = 118, "breaking", "a string holds half of a character"
    NUMBER_RANGE = 119, "warning", "a number is beyond what most readers can hold"
    TOO_DEEP = 120, "breaking", "a payload is nested deeper than anyone reads"
    UNREAD = 121, "warning", "a payload is not in the cassette, or not all of it, so nobody judged it"
    UNASKED = 122, "breaking", "a reply answers no request that was made"

    NOT_STARTED = 201, "breaking", "a flow began with an event that can't begin it"
    OUT_OF_ORDER = 202, "breaking", "an event came where its flow does not allow it"
    AFTER_END = 203, "breaking", "an event came after the end of its flow"
    KEY_MISSING = 204, "breaking", "an event does not say which flow it belongs to"
    OUTSIDE = 205, "breaking", "a flow began outside of the one it belongs in"
    OPEN_AT_END = 206, "breaking", "a flow was still open when the one around it ended"
    NEVER_ENDED = 207, "breaking", "a flow never ended"
    CUT = 208, "info", "a flow was cut off by the client or by the end of the recording"

    NOT_INCREASING = 301, "breaking", "a value that must increase did not"
    NOT_UNIQUE = 302, "breaking", "a value that must be unique came again"
    NOT_ECHOED = 303, "breaking", "a value that must repeat an earlier one does not"
    CONCAT_DIFFERS = 304, "breaking", "pieces that must add up to a whole do not"
    ANSWER_LATE = 305, "breaking", "an answer came too late"
    ANSWER_MISSING = 306, "breaking", "an answer never came"
    FOREIGN_ID = 311, "breaking", "a value of one user was seen by another"
    USER_UNKNOWN = 312, "warning", "a session does not say whose it is"

    SUBPROTOCOL_DIFFERS = 401, "breaking", "the server chose another subprotocol than the contract wants"
    HANDSHAKE_STATUS = 402, "breaking", "the server refused a handshake that it should accept"
    NOT_REFUSED = 403, "breaking", "the server accepted a handshake that it must refuse"
    REFUSED_OTHERWISE = 404, "breaking", "the server refused a handshake with another status than it should"
    CLOSE_CODE = 411, "breaking", "a connection was closed with an unexpected code"
    ABNORMAL_END = 412, "breaking", "a connection ended without a close message (1006)"
    WIRE_ODDITY = 421, "warning", "what crossed the wire breaks the WebSocket protocol"

    FIRST_ANSWER_LATE = 501, "breaking", "an answer took longer than its budget"
    GAP_TOO_LONG = 502, "breaking", "two events were further apart than their budget"
    RUN_TOO_LONG = 503, "breaking", "a whole run took longer than its budget"
    COUNT_OUTSIDE = 504, "breaking", "there were more or fewer events than the budget allows"

    EMPTY_CASSETTE = 601, "breaking", "a cassette holds no session: nothing was checked"
    NO_EVENT_SEEN = 602, "breaking", "no event of a contract was seen: nothing was checked"
    NO_CONTRACT_APPLIES = 603, "warning", "no contract applies to a session"
    NO_FLOW_COVERED = 604, "breaking", "no flow of a contract was seen from its beginning to its end"
    FLOW_UNSEEN = 605, "info", "a flow was never seen"
    RULE_UNTESTED = 606, "info", "a rule had nothing to judge"
    ISOLATION_UNTESTED = 607, "info", "isolation was not put to the test: there was one user only"
    SESSION_TOO_SHORT = 608, "warning", "a session ended before it said anything"
    INCOMPLETE_CASSETTE = 609, "warning", "a cassette is not all that happened"
    COVERAGE_LOW = 611, "breaking", "less of the contract was covered than is wanted"
    SCORE_LOW = 612, "breaking", "the score is lower than is wanted"

    ACCEPTANCE_EXPIRED = 701, "warning", "an accepted finding is accepted no longer: its date is past"
    ACCEPTANCE_UNUSED = 702, "warning", "an accepted finding was not found any more"

    EVENT_GONE = 801, "breaking", "an event of the recording does not come any more"
    EVENT_NEW = 802, "warning", "an event came that the recording does not have"
    FIELD_GONE = 803, "breaking", "a field of the recording is gone"
    FIELD_ADDED = 804, "info", "a field came that the recording does not have"
    FIELD_RETYPED = 805, "breaking", "a value has another type than in the recording"
    ENUM_VALUE_NEW = 806, "warning", "a value came that is none of the few in the recording"
    CONSTANT_CHANGED = 807, "warning", "a value that never varied in the recording is another now"
    FIELD_RENAMED = 808, "breaking", "a field probably has another name than in the recording"
    FIELD_MOVED = (
        809,
        "breaking",
        "a value stands elsewhere, or otherwise wrapped, than in the recording",
    )
    ENDING_CHANGED = 810, "breaking", "what the client asked for ended otherwise than in the recording"
    HANDSHAKE_CHANGED = 811, "breaking", "a handshake was answered otherwise than in the recording"
    CLOSE_CHANGED = 812, "breaking", "a connection was closed otherwise than in the recording"
    KIND_CHANGED = (
        813,
        "breaking",
        "an event is binary that was text in the recording, or the other way round",
    )
    SIZE_OFF = 814, "info", "an event has a very different size than in the recording"
    TIMING_OFF = 815, "info", "an event came much later than in the recording"
    FIELD_NULLABLE = 816, "warning", "a value is null that never was in the recording"
    VALUE_DIFFERS = 820, "breaking", "a value is not exactly that of the recording"
    STALLED = 821, "breaking", "what a step of the replay waited for never came"
    NOT_SENT = 822, "breaking", "a step of the replay was not sent, for a value that it carries never came"
    CONNECTION_FAILED = 823, "breaking", "a connection to the server did not work as every client needs it to"
    TARGET_DIED = 824, "breaking", "the server under test ended while it was tested"

    MESSAGE_UNEXPECTED = 831, "breaking", "a client said what the recording does not have there"
    MESSAGE_UNSAID = 832, "breaking", "a client never said what it says in the recording"
    REQUEST_UNEXPECTED = 833, "warning", "a client asked over HTTP for what the recording does not have"
    SESSION_UNEXPECTED = 834, "breaking", "a client opened a session that the recording does not have"
    SESSION_UNOPENED = 835, "breaking", "no client opened a session that the recording has"
    CLIENT_FAILED = 836, "breaking", "a client did not speak as every server needs it to"

    UNANSWERED = 901, "breaking", "a message of the client's was never answered"
    VALID_REFUSED = 902, "breaking", "a message was refused that is right"
    SERVER_BROKE = 903, "breaking", "the server broke under what a client did"
    OTHERS_WAIT = 904, "breaking", "one session kept the others waiting"
    HEALTH_LOST = 905, "breaking", "the server was not well any more"
    MEMORY_GROWS = 906, "breaking", "the server's memory grows without end"
    INVALID_ACCEPTED = 907, "breaking", "a message was accepted that breaks a rule"
    FOREIGN_WORDS = 908, "breaking", "a user was told what another one said"
    WIRE_MISHANDLED = 909, "breaking", "what RFC 6455 asks of a server was not done"

    def __init__(self, digits: int, severity: Severity, title: str) -> None:
        self.number = f"WS{digits}"
        self.severity: Severity = severity
        self.title = title
        self.group = Group(digits // 100)
        self.slug = self.name.lower().replace("_", "-")

    def at(self, place: Place, message: str, **more: Unpack[More]) -> Finding:
        """Make a finding of this code, with its default severity unless another is given."""
        weighed: More = {"severity": self.severity, **more}
        return Finding(code=self.number, message=message, place=place, **weighed)


_NUMBER = re.compile(r"(?i)ws?[\d ]*$")
_BY_NAME = {name: code for code in Code for name in (code.number, code.slug)}
NAMES = tuple(_BY_NAME)


def find(name: str) -> Code | None:
    """Look up the code of this number (WS101) or slug (schema-invalid)."""
    return _BY_NAME.get(name)


def suggest(name: str) -> str:
    """What to say after a name that is none: one that it is like, else where all stand."""
    # Numbers are as like to each other as they are different: only a slip in writing tells which was meant.
    known = (
        [code.number for code in Code if code.number.lower() == name.lower()]
        if _NUMBER.match(name)
        else NAMES
    )
    return did_you_mean(name, known) or "; docs/findings.md has all of them"
