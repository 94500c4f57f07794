"""`ContractMachine`: a client under a contract, of a real server, as a Hypothesis state machine."""

import sys
import weakref
from collections.abc import Callable, Collection, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, rule

from wsrecord.contract.applies import applies
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.contract.pointer import rule_at
from wsrecord.errors import TargetError, UsageError, did_you_mean
from wsrecord.judge.finding import Finding

from .choosing import Choice, choice, ready
from .entrance import Entrance, door
from .judging import ViolationError, dialogue, violation
from .rules import rules
from .runner import Runner
from .session import NotLetInError, Session
from .terms import Term, Terms
from .testcase import CaseProperty, Halt

_PAUSES = 3  # times in one example that it is waited for the end of what is open: that takes time


class ContractMachine(RuleBasedStateMachine):
    """Subclass it, name a contract and a target, add rules and invariants; `TestX = X.TestCase` runs it.

    Each example is one session. `docs/guides/strategies.md` says what there is to set and to use.
    """

    contract: ClassVar[Contract | str | PathLike[str] | None] = None
    target: ClassVar[str | None] = None
    headers: ClassVar[Mapping[str, str]] = {}
    invalid: ClassVar[bool] = False  # say what breaks one rule, too, and expect a refusal or a close
    strict: ClassVar[bool] = False  # never say what a flow allowed a moment ago, and does not any more
    patience: ClassVar[float] = 2.0  # seconds for an answer, and of silence where more is to come
    refusals: ClassVar[Collection[str] | None] = None  # server's events that say no; None: by their names

    TestCase = CaseProperty()  # type: ignore[assignment]

    _terms: ClassVar[Terms]
    _made: ClassVar[frozenset[str]] = frozenset()  # the names of rules that are made for a class
    _found: ClassVar[ViolationError | None]  # the last one of this run

    def __init__(self) -> None:
        self.prepare()
        super().__init__()
        self._before = sys.exception()  # of whoever runs us: none of ours
        self._live: tuple[Runner, Session] | None = None
        self._stop: Callable[[], object] = lambda: None
        self._hidden: Mapping[str, str] = {}
        self._looked = 0  # at so many odd things
        self._start = 0  # where in what was heard `hear` begins
        self._taken: dict[str, int] = {}  # how far it came, by name
        self._judged = False
        self._pauses = 0
        self._spoken: set[str] = set()  # names of events that rules were to say
        self._greeted: set[str] = set()  # names of those that the greeting is enough for

    # -- for subclasses to override

    def connect(self) -> Entrance:
        """How this example's session comes in: override it to log in, or to choose a path."""
        assert self.target is not None
        return Entrance(self.target, self.headers)

    def counts(self, finding: Finding) -> bool:
        """Whether a finding fails the example."""
        return finding.severity == "breaking"

    # -- for rules and invariants to use

    @property
    def over(self) -> bool:
        """Whether the server has ended the session."""
        runner, session = self._session()
        return runner.ask(lambda: session.over)

    def say(self, name: str, value: Any, *, wait: bool = True) -> None:
        """Say an event; `wait`: until it is answered, where the contract says that something follows."""
        runner, session = self._session()
        self._spoken.add(name)
        known = [key.name for key in session.terms.contract.events if key.sender == "client"]
        if name not in known:
            raise UsageError(f"the contract has no event {name} of the client's{did_you_mean(name, known)}")
        said = _own(session.terms, name, value)
        self._said(runner, session)
        runner.wait(session.say(said, wait=wait))
        self._look()

    def hear(self, name: str, within: float | None = None) -> Any:
        """The next event of a name that came since the last `say`; it is waited for, and must come."""
        runner, session = self._session()
        within = self.patience if within is None else within
        start = max(self._start, self._taken.get(name, 0))
        found = runner.wait(session.hear(name, start, within))
        self._look()
        if found is None:
            why = "the session is over" if self.over else f"it did not come within {within:g} s"
            raise AssertionError(f"{name} was to be heard, but {why}")
        self._taken[name] = found[0] + 1
        return found[1]

    def heard(self, name: str) -> list[Any]:
        """All that the server has said by this name, the newest first."""
        runner, session = self._session()
        return runner.ask(lambda: session.values(name))

    def open(self, flow: str) -> list[Mapping[str, Any]]:
        """The keys of a flow's instances that have begun and not ended."""
        runner, session = self._session()
        flows = [one.name for one in session.terms.contract.flows.all]
        if flow not in flows:
            raise UsageError(f"the contract has no flow {flow}{did_you_mean(flow, flows)}")
        return runner.ask(lambda: session.open(flow))

    def settle(self) -> None:
        """Wait until all is answered and what is open has ended, or nothing comes any more."""
        runner, session = self._session()
        runner.wait(session.settle())
        self._look()

    @rule()
    def pause(self) -> None:
        """Settle now and then, for the sake of what is said after the end of something."""
        self._pauses += 1
        if self._pauses <= _PAUSES:
            self.settle()

    # -- what Hypothesis asks for

    @classmethod
    def prepare(cls) -> None:
        """Make this class's rules, once."""
        if "_terms" in vars(cls):
            return
        where = cls.__name__
        if cls.contract is None:
            raise UsageError(f'{where}: say which contract it is under: `contract = "schemas"`')
        if cls.target is None and cls.connect is ContractMachine.connect:
            raise UsageError(
                f'{where}: say which server it speaks to: `target = "ws://127.0.0.1:8000/ws"`, or override '
                "`connect`"
            )
        contract = cls.contract if isinstance(cls.contract, Contract) else load(Path(cls.contract))
        terms = Terms(contract, cls.refusals)
        made: dict[str, Any] = dict(rules(terms, _act, invalid=cls.invalid))
        inherited = {name for base in cls.__mro__[1:] for name in vars(base).get("_made", ())}
        own = {name for base in cls.__mro__ for name in vars(base) if name not in vars(base).get("_made", ())}
        made |= dict.fromkeys(inherited - made.keys())  # what another contract had a base class say: None
        for name in made.keys() - own:
            setattr(cls, name, made[name])
        cls._made = frozenset(made.keys() - own)
        cls._found = None
        cls._terms = terms

    def teardown(self) -> None:
        """End the session, and judge it; of an example that fails already, only end it."""
        if self._live is None:
            return
        runner, session = self._live
        error = sys.exception()
        failing = error is not None and error is not self._before
        try:
            if not failing:
                self._finish()
            elif isinstance(error, Exception) and not isinstance(error, ViolationError | HypothesisException):
                error.add_note(runner.ask(lambda: dialogue(session, self._hidden)))
        finally:
            self._live = None
            self._stop()  # once: nobody else stops it when this is collected

    def may(self, term: Term) -> bool:
        """Whether a rule is offered: what leads to what it needs was said, or the server begins with that."""
        if self._spoken.intersection(term.after):
            return True
        self._session()
        return term.key.name in self._greeted

    # -- inside

    def _session(self) -> tuple[Runner, Session]:
        """The session; opened when it is first needed."""
        if self._live is None:
            entrance = self._entrance()
            contract = self._terms.contract
            subprotocol = contract.handshake.subprotocol if contract.handshake is not None else None
            try:
                way = door(entrance, subprotocol)
            except UsageError as error:
                raise Halt(UsageError(f"{type(self).__name__}: {error}")) from None
            runner = Runner()
            self._stop = weakref.finalize(self, runner.stop)  # where a teardown forgets ours
            self._hidden = {f"header {name}": value for name, value in entrance.headers.items()}
            terms, patience = self._terms, self.patience
            session = runner.ask(lambda: Session(terms, patience))
            runner.last = session.drop
            self._live = runner, session
            self._enter(way, entrance.url)
        return self._live

    def _entrance(self) -> Entrance:
        entrance: Any = self.connect()
        if not isinstance(entrance, Entrance):
            raise Halt(UsageError(f"{type(self).__name__}.connect returns an Entrance, not {entrance!r}"))
        return entrance

    def _enter(self, way: Any, url: str) -> None:
        assert self._live is not None
        runner, session = self._live
        try:
            runner.wait(session.enter(way))
        except NotLetInError as error:
            raise Halt(self._shut_out(url, error)) from None
        terms = self._terms.by_name.values()
        self._greeted = runner.ask(lambda: {one.key.name for one in terms if ready(session, one)})
        asked = session.reel.recording().sessions[0]
        path = asked.request.path if asked.request is not None else ""
        contract = self._terms.contract
        if not applies(contract.applies, path, asked.subprotocol):
            paths = ", ".join(contract.applies.paths) or "other subprotocols"
            raise Halt(
                UsageError(f"{url}: the contract {contract.name} is not for this session, but for {paths}")
            )

    def _shut_out(self, url: str, error: NotLetInError) -> Exception:
        found = type(self)._found
        if error.gone and found is not None:  # it was there before
            found.add_note(f"The server is gone since ({error}): this could not be shrunk. Start it anew.")
            return found
        more = "" if error.gone else "; give `headers`, or override `connect` to log in"
        return TargetError(f"{type(self).__name__}: {url}: {error}{more}")

    def _act(self, term: Term, drawn: Any, which: int) -> None:
        """What a generated rule does."""
        runner, session = self._session()
        self._spoken.add(term.key.name)
        strict = self.strict
        said = runner.wait(session.choose(lambda: choice(session, term, drawn, which, strict=strict)))
        if said is not None:
            self._said(runner, session)
            runner.wait(session.say(said, wait=True))
        self._look()

    def _said(self, runner: Runner, session: Session) -> None:
        self._start = runner.ask(lambda: len(session.heard))

    def _look(self) -> None:
        """See whether something is wrong already."""
        runner, session = self._session()
        if runner.ask(lambda: session.over):
            self._finish()
            return
        odd = runner.ask(lambda: session.odd)
        if odd > self._looked:
            self._looked = odd
            self._judge(whole=False)

    def _finish(self) -> None:
        if self._judged or self._live is None:
            return
        runner, session = self._live
        runner.wait(session.end())
        self._judged = True
        self._judge(whole=True)

    def _judge(self, *, whole: bool) -> None:
        assert self._live is not None
        runner, session = self._live
        found = runner.ask(lambda: violation(session, self.counts, self._hidden, whole=whole))
        if found is None and whole:  # a failing one is played often, and says nothing more each time
            self._terms.customs.learn(runner.ask(session.acted).facts)
        if found is not None:
            type(self)._found = found
            raise found


def _act(machine: ContractMachine, term: Term, drawn: Any, which: int) -> None:
    machine._act(term, drawn, which)


def _own(terms: Terms, name: str, value: Any) -> Choice:
    """What a rule of the user's says, right or wrong, as the contract has it; its name is put in place."""
    contract = terms.contract
    at = contract.name_at
    if at is not None and len(at) == 1 and isinstance(value, dict) and at[0] not in value:
        value = {at[0]: name, **value}
    term = terms.by_name.get(name)
    ids: tuple[Any, ...] = ()
    breaks = None
    if term is not None:
        ids = term.ids(value)
        schema = term.events.generator.schema
        faults = schema.validate(value) if schema is not None else []
        breaks = rule_at(faults[0].keyword, faults[0].pointer) if faults else None
    return Choice(name, value, terms.unit(name, value), ids, breaks)
