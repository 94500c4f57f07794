"""What a made-up message says this time: its holes filled, as bytes; and by which ids its answer is known."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from wsrecord.cassette.model import Message
from wsrecord.codec.registry import make
from wsrecord.codec.unit import Unit, UnsayableError
from wsrecord.contract.classify import Event, classifier_of
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import ABSENT, at
from wsrecord.errors import ContractError
from wsrecord.wire.frames import Opcode

from .moves import CANARY, GIVEN, NEW, Say, filled, holes
from .roles import Given, Made
from .stand_ins import Secret, holds, spoken, spoken_bytes, unknown
from .vocabulary import Term

BETWEEN = b"between"  # what a ping between frames says
Says = Callable[[Any], Any]
_UUID = 36  # characters


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, ready to go out."""

    opcode: Opcode
    data: bytes
    ids: tuple[Any, ...]
    keys: Mapping[str, Any] = field(default_factory=dict)  # what it says of the contract's keys
    marks: frozenset[str] = frozenset()  # texts where it says what it belongs to, whoever made them


class Speech:
    """One client's: ids are made up once for each number."""

    def __init__(self, contract: Contract, random: Random) -> None:
        self._spec = contract.codec.spec
        self._classify = classifier_of(contract).classify
        self._random = random
        self._ids: dict[Any, str] = {}
        self.canaries: dict[Any, str] = {}
        self._opcode: Opcode | None = Opcode.TEXT if self._spec == "json" else None  # of what is right

    def utter(self, move: Say, term: Term | None, given: Says, secret: Secret = unknown) -> Utterance | None:
        """The message; None if its protocol has no bytes for it. `given` fills holes, if only with ABSENT.

        What is no wrong on purpose, and would be wrong with all that is made up for it, is not said either.
        `secret` stands in for placeholders of the case's own; one that a server says is a text like others.
        """

        def full(*, plain: bool = False) -> Any:
            said = spoken(move.value, secret)
            return filled(said, lambda kind, what: self._fill(kind, what, given, term, plain=plain))

        value = full()
        open_ = term is None or move.breaks is not None or move.data is not None or holds(move.value)
        if not open_ and term is not None and not _fits(term, value):
            value = full(plain=True)
            told = any(kind == GIVEN and given(what) is not ABSENT for kind, what in holes(move.value))
            if not told and not _fits(term, value):
                return None
        ids: list[Any] = [self._ids[what] for kind, what in holes(move.value) if kind == NEW]
        for pointer, role in term.roles.items() if term is not None else ():
            there = at(value, pointer)
            if isinstance(role, Made) and type(there) in (str, int) and there != "" and there not in ids:
                ids.append(str(there))  # a server that takes a number for a text gives it back as one
        opcode = Opcode.BINARY if move.binary else Opcode.TEXT
        if not move.binary and move.data is None:
            opcode = self._spoken(value)
        if move.data is not None:
            data = spoken_bytes(move.data, secret, json_text=self._spec == "json")
            return Utterance(opcode, data, tuple(ids))
        encoded = self._encoded(value, opcode)
        if encoded is None:
            return None
        return Utterance(opcode, encoded, tuple(ids), *self._belonging(value, term))

    def _belonging(self, value: Any, term: Term | None) -> tuple[Mapping[str, Any], frozenset[str]]:
        """The contract's keys in a value, and the texts that stand there or where the server gives them."""
        try:
            event = self._classify(Unit(value, "client"))
        except ContractError:
            return {}, frozenset()
        keys = event.keys if isinstance(event, Event) else {}
        places = term.roles if term is not None else ()
        said = [*keys.values(), *(at(value, pointer) for pointer in places)]
        return keys, frozenset(one for one in said if isinstance(one, str) and one)

    def _fill(self, kind: str, what: Any, given: Says, term: Term | None, *, plain: bool = False) -> Any:
        if kind == CANARY:
            if what not in self.canaries:
                self.canaries[what] = f"canary-{self._random.getrandbits(48):012x}"
            return self.canaries[what]
        if kind != NEW:
            live = given(what)
            return self._like(term, what, plain=plain) if live is ABSENT else live
        if what not in self._ids:
            self._ids[what] = self._new()
        return self._ids[what]

    def _like(self, term: Term | None, what: Any, *, plain: bool) -> Any:
        """What could be such a value, where the server gave none; `plain`: one that is known to be right."""
        for pointer, role in term.roles.items() if term is not None else ():
            if isinstance(role, Given) and [role.event, role.pointer] == list(what[:2]):
                sample = term.samples[pointer] if term is not None else None
                if plain:
                    return sample
                if type(sample) is int:
                    return self._random.randint(1 << 20, 1 << 30)
                return self._new() if isinstance(sample, str) and len(sample) == _UUID else sample
        return self._new()

    def _new(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _spoken(self, value: Any) -> Opcode:
        """Text or binary, whichever its protocol takes."""
        if self._opcode is None:
            data = self._encoded(value, Opcode.TEXT)
            if data is None:
                return Opcode.TEXT  # there is nothing to be said
            said = Message(session=1, sender="client", opcode=Opcode.TEXT, payload=data, t=0)
            faults = (unit.fault for unit in make(self._spec).feed(1, said))
            wrong = any(fault is not None and fault.code == "wrong-kind" for fault in faults)
            self._opcode = Opcode.BINARY if wrong else Opcode.TEXT
        return self._opcode

    def _encoded(self, value: Any, opcode: Opcode) -> bytes | None:
        if self._spec == "json":
            try:
                return json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                return json.dumps(value).encode()
        try:
            return make(self._spec).encode([Unit(value, "client", opcode)])[0][1]
        except (UnsayableError, IndexError):
            return None


def _fits(term: Term, value: Any) -> bool:
    """Whether a value is right, as far as the event's schema goes."""
    return term.spec.schema is None or term.spec.schema.is_valid(value)
