"""What a made-up dialogue came to -> findings: messages answered otherwise than is right, broken servers.

What the contract says of the events themselves is for the other judges; these need to know what the client
meant: whether a message was right, and if not, which rule it broke.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wsrecord.contract.pointer import Pointer, written
from wsrecord.judge.codes import Code
from wsrecord.judge.finding import Finding, Place
from wsrecord.judge.wrongs import phrase

Answer: TypeAlias = Literal["answered", "refused", "closed", "none", "left"]
_BROKE = 1011


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A message of the client's, what it meant by it, and what came of it."""

    session: int
    number: int  # in its session
    t: int
    event: str  # its name; `a message`, if it has none
    breaks: str | None  # the rule that it breaks; None: it is right
    answer: Answer  # left: the client did not wait for one
    by: str = ""  # the event that answered, or how the server closed
    due: bool = True  # whether somebody has to answer
    welcome: bool = False  # whether nothing before gives a reason to refuse it
    before: tuple[str, ...] = ()  # what the server took of the client's in this session before, in order
    value: str = ""  # what it says, to be compared
    usual: bool = True  # whether the server takes the like of it at such a point
    odd: bool = False  # servers may differ on whether it is right
    waited: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Something below messages: a ping, frames in an odd order, a close. `got` is None if all was well."""

    session: int
    t: int
    what: str
    expected: str
    got: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """The server ended a session, or everything, as only a broken one does."""

    session: int | None
    t: int
    after: str  # what the client had done last
    how: str  # `a close with 1011`, `a reset`, `no connection any more`


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What was seen from outside while the dialogue ran, or after it."""

    kind: Literal["wait", "health", "memory"]
    after: str
    expected: str
    got: str
    session: int | None = None
    t: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """The server told a user what only another one knows."""

    session: int
    number: int
    t: int
    event: str
    pointer: Pointer


Fact: TypeAlias = Meant | Bare | Broke | Beside | Overheard
_BESIDE = {
    "wait": (Code.OTHERS_WAIT, "while {after}, another session had to wait"),
    "health": (Code.HEALTH_LOST, "after {after}, the server says that it is not well"),
    "memory": (Code.MEMORY_GROWS, "with each time that {after}, the server's memory grows"),
}


def judge(facts: Sequence[Fact], cassette: str, contract: str | None = None) -> list[Finding]:
    """All that is wrong."""
    return [finding for fact in facts for finding in _judged(fact, cassette, contract)]


def _judged(fact: Fact, cassette: str, contract: str | None) -> Iterator[Finding]:
    match fact:
        case Meant():
            yield from _meant(fact, cassette, contract)
        case Bare() if fact.got is not None:
            yield Code.WIRE_MISHANDLED.at(
                Place(cassette=cassette, session=fact.session, t=fact.t),
                f"{fact.what} was not handled as RFC 6455 has it",
                expected=fact.expected,
                got=fact.got,
                contract=contract,
                extra={"what": fact.what},
            )
        case Broke():
            yield Code.SERVER_BROKE.at(
                Place(cassette=cassette, session=fact.session, t=fact.t),
                f"the server broke after {fact.after}",
                expected="an answer, or a close with a code that says what the client did wrong",
                got=fact.how,
                contract=contract,
                extra={"what": fact.after, "how": fact.how},
            )
        case Overheard():
            yield Code.FOREIGN_WORDS.at(
                Place(
                    cassette=cassette,
                    session=fact.session,
                    number=fact.number,
                    t=fact.t,
                    event=fact.event,
                    pointer=written(fact.pointer),
                ),
                f"{fact.event} says what another user said",
                expected="what this user may know",
                got="a text that only another user knows",
                contract=contract,
            )
        case Beside():
            code, text = _BESIDE[fact.kind]
            yield code.at(
                Place(cassette=cassette, session=fact.session, t=fact.t),
                text.format(after=fact.after),
                expected=fact.expected,
                got=fact.got,
                contract=contract,
                extra={"what": fact.after},
            )


def _meant(one: Meant, cassette: str, contract: str | None) -> Iterator[Finding]:
    place = Place(
        cassette=cassette, session=one.session, number=one.number, t=one.t, event=one.event,
    )  # fmt: skip
    extra = {"breaks": one.breaks}
    broken = f", {phrase(one.breaks)}," if one.breaks is not None else ""
    if one.answer == "none" and one.due and not one.odd:
        yield Code.UNANSWERED.at(
            place,
            f"{one.event}{broken} was never answered",
            expected="an answer that says what is wrong, or a close" if one.breaks else "an answer",
            got=f"nothing within {one.waited:.3g} s",
            contract=contract,
            extra=extra,
        )
    elif one.breaks is not None and one.answer == "answered" and not one.odd:
        yield Code.INVALID_ACCEPTED.at(
            place,
            f"{one.event}{broken} was taken as if it were right",
            expected="a refusal",
            got=one.by,
            contract=contract,
            extra=extra,
        )
    elif one.breaks is None and one.answer == "refused" and one.welcome and one.usual:
        yield Code.VALID_REFUSED.at(
            place,
            f"{one.event} is right, and was refused",
            expected="its answer",
            got=one.by,
            contract=contract,
            extra=extra,
        )


def is_broken(code: int) -> bool:
    """Whether a close code says that the server itself broke."""
    return code == _BROKE
