"""The flows of a draft: one for each key whose events follow an order, and one for the connection."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wsrecord.errors import ContractError

from ..flow.automaton import Automaton
from ..flow.expression import Expression, InOrder, Name, OneOf, Repeated, names
from ..flow.lint import lint
from ..flow.spec import Flows, FlowSpec
from ..model import EventKey
from ..pointer import written
from .carriers import by_chance
from .keys import DraftKey, Ids
from .order import any_of, in_order, order_of, requests_of
from .samples import Samples
from .traces import Sorted, Timeline, Trace, host_ends, lies_within, sort, traces_of

_FEW = 2  # traces


@dataclass(frozen=True)
class DraftFlow:
    """One flow, and on how much it leans."""

    name: str
    order: Expression
    key: tuple[str, ...] = ()
    inside: str | None = None
    but: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()  # events that may come without the key
    of_user: bool = False
    dedupe: str | None = None
    reuse: bool = False
    seen: int = 0
    cut: int = 0

    def spec(self) -> FlowSpec:
        """As the engine takes it."""
        return FlowSpec(
            name=self.name,
            order=self.order,
            key=self.key,
            inside=self.inside,
            but=frozenset(self.but),
            unkeyed=dict.fromkeys(self.skips, "skip"),
            scope="user" if self.of_user else "session",
            dedupe=self.dedupe,
            reuse=self.reuse,
        )


@dataclass
class _Work:
    """One key on its way to a flow."""

    key: DraftKey
    traces: list[Trace]
    sorted: Sorted
    parent: DraftKey | None = None
    owns: frozenset[EventKey] = frozenset()  # events that belong to its children alone
    but: list[EventKey] = field(default_factory=list)


class Namer:
    """What an order calls an event: its name, with its side where both have it."""

    def __init__(self, events: Iterable[EventKey]) -> None:
        self._twice = {name for name, count in Counter(key.name for key in events).items() if count > 1}

    def __call__(self, key: EventKey) -> str:
        """Return its name in orders."""
        return str(key) if key.name in self._twice else key.name


def find_flows(samples: Samples, ids: Ids) -> list[DraftFlow]:
    """All flows that the recordings show, outer ones first."""
    namer = Namer(samples.events)
    again, replays = _replays(samples, ids)
    keys = [_without(key, replays) for key in ids.keys]
    works = _works(keys, Timeline(samples))
    made: list[DraftFlow] = []
    if (greeting := _greeting(samples, ids, namer)) is not None:
        made.append(greeting)
    for work in works:
        parent = next((one for one in made if work.parent and one.name == work.parent.name), None)
        flow = _flow(work, samples, namer, again)
        if flow is None:
            continue
        if work.parent is not None and parent is None:
            flow = replace(flow, inside=None, but=())
        made.append(flow)
    if len(made) == (greeting is not None) and (whole := _conversation(samples, namer)) is not None:
        made = [whole]
    return _sound(made)


def _works(keys: Sequence[DraftKey], timeline: Timeline) -> list[_Work]:
    """The keys with what lies within what; parents first."""
    works = [_Work(key, traces := traces_of(key), sort(traces, timeline.outlived(traces))) for key in keys]
    works = [work for work in works if len(work.traces) >= _FEW]
    for work in works:
        hosts = [one for one in works if one is not work and lies_within(work.key, one.key, timeline)]
        if hosts:  # of several the innermost: there are most of it
            work.parent = max(hosts, key=lambda one: len(one.traces)).key
    works.sort(key=lambda work: _depth(work, works))
    for work in works:
        host = next((one for one in works if one.key is work.parent), None)
        if host is not None:
            _settle(work, host)
    return works


def _depth(work: _Work, works: Sequence[_Work]) -> int:
    depth, key = 0, work.parent
    while key is not None and depth < len(works):
        depth += 1
        key = next(one.parent for one in works if one.key is key)
    return depth


def _settle(work: _Work, host: _Work) -> None:
    """Look at a child again, knowing how its parents ended; take from the parent what is the child's."""
    by_value = {trace.value: trace for trace in host.traces}
    last = Counter(trace.said[-1].key for trace in host.sorted.whole)
    usual = last.most_common(1)[0][0] if last else None
    typical = []
    for trace in work.traces:
        parent = by_value.get(host.key.of(trace.said[0]) or "")
        if parent is not None and parent.said[-1].key == usual:
            typical.append(trace)
    work.sorted = sort(work.traces, (), typical)
    open_at = [trace for trace in work.sorted.cut if trace.said[0].key in work.sorted.starts]
    work.but = [key for key in host_ends(open_at, host.key, by_value) if key != usual]
    keep = host.sorted.starts | host.sorted.ends
    mine = {event for event in work.key.events if event not in keep}
    host.owns = host.owns | {event for event in mine if _always_carries(work.key, event, host.key)}


def _always_carries(child: DraftKey, event: EventKey, parent: DraftKey) -> bool:
    return child.events[event] >= parent.events.get(event, 0) > 0


def _flow(work: _Work, samples: Samples, namer: Namer, again: str | None) -> DraftFlow | None:
    starts = work.sorted.starts
    of_user = again is not None or any(trace.sessions > 1 for trace in work.traces)
    words = []
    crossing: dict[EventKey, None] = {}
    for trace in work.sorted.whole:
        said = [sample for sample in trace.said if sample.key not in work.owns]
        # What the client says later may cross any answer: it has no place of its own in the order.
        late = [
            s.key
            for index, s in enumerate(said)
            if s.key.sender == "client" and (index or s.key not in starts)
        ]
        crossing.update(dict.fromkeys(late))
        held = {key for key in late if key not in starts}
        words.append(tuple(namer(sample.key) for sample in said if sample.key not in held))
    order = requests_of(words) if work.key.asked else order_of(words)
    if order is None or len({one.name for one in names(order)}) < _FEW:
        return None
    order = _with_crossing(order, [namer(key) for key in crossing if key not in starts])
    parts = [work.key] if work.parent is None else [work.parent, work.key]
    used = {one.name for one in names(order)}
    return DraftFlow(
        name=work.key.name,
        order=order,
        key=tuple(part.name for part in parts),
        inside=None if work.parent is None else work.parent.name,
        but=tuple(namer(key) for key in work.but),
        skips=tuple(name for name in _skipped(parts, samples, namer) if name in used),
        of_user=of_user,
        dedupe=again,
        # A counter begins anew with each session of a user's.
        reuse=of_user and not all(by_chance(str(trace.value)) for trace in work.traces),
        seen=len(words),
        cut=len(work.sorted.cut),
    )


def _replays(samples: Samples, ids: Ids) -> tuple[str | None, frozenset[int]]:
    """Where events say which they are, if some came again in a later session; and those that did."""
    for carrier in ids.of_the_event:
        first: dict[str | int, int] = {}
        again = [
            id(sample)
            for (session, value), said in carrier.values.items()
            if isinstance(value, str) and by_chance(value)
            for sample in said
            if first.setdefault(value, session) != session
        ]
        if again:
            return written(carrier.pointer), frozenset(again)
    return None, frozenset()


def _without(key: DraftKey, replays: frozenset[int]) -> DraftKey:
    if not replays:
        return key
    left = {value: [one for one in said if id(one) not in replays] for value, said in key.values.items()}
    return replace(key, values={value: said for value, said in left.items() if said})


def _skipped(parts: Sequence[DraftKey], samples: Samples, namer: Namer) -> Iterable[str]:
    for event, said in samples.events.items():
        if any(part.of(sample) is None for part in parts for sample in said):
            yield namer(event)


def _with_crossing(order: Expression, late: Sequence[str]) -> Expression:
    """The order with what the client may say while it runs."""
    if not late:
        return order
    parts: list[Expression] = list(order.parts) if isinstance(order, InOrder) else [order]
    for index, part in enumerate(parts):
        if isinstance(part, Repeated) and part.most is None and isinstance(part.part, Name | OneOf):
            known = [one.name for one in names(part)]
            parts[index] = any_of([*known, *(name for name in late if name not in known)])
            return in_order(parts)
    return in_order([parts[0], any_of(late), *parts[1:]]) if len(parts) > 1 else order


def _greeting(samples: Samples, ids: Ids, namer: Namer) -> DraftFlow | None:
    """What the server says first in every session, and never again."""
    heard = [[s.key for s in session if s.key.sender == "server"] for session in samples.sessions]
    heard = [keys for keys in heard if keys]
    if len(heard) < _FEW:
        return None
    first = heard[0][0]
    others = [key for key in samples.events if key.sender == "server" and key != first]
    if any(first in key.events for key in ids.keys):  # a thing's event: with a second thing it comes again
        return None
    if not others or any(keys[0] != first or keys.count(first) > 1 for keys in heard):
        return None
    order = InOrder((Name(namer(first)), any_of([namer(key) for key in others])))
    return DraftFlow("connection", order, seen=len(heard))


def _conversation(samples: Samples, namer: Namer) -> DraftFlow | None:
    """No key: the order of whole sessions."""
    traces = [Trace(number, session) for number, session in enumerate(samples.sessions)]
    if len(traces) < _FEW:
        return None
    found = sort(traces, ())
    order = order_of(tuple(namer(sample.key) for sample in trace.said) for trace in found.whole)
    if order is None or len({one.name for one in names(order)}) < _FEW:
        return None
    return DraftFlow("session", order, seen=len(found.whole), cut=len(found.cut))


def _sound(flows: Sequence[DraftFlow]) -> list[DraftFlow]:
    """The flows with what lint would say put right."""
    made = [replace(flow, order=_readable(flow.order)) for flow in flows]
    made = [flow for flow in made if not _allows_all(flow.order)]
    at_once = {
        remark.flow
        for remark in lint(Flows([flow.spec() for flow in made]))
        if remark.code == "parent-ends-at-once"
    }
    return [replace(flow, inside=None, but=()) if flow.inside in at_once else flow for flow in made]


def _allows_all(order: Expression) -> bool:
    """Whether any event may come at any time: that is no order."""
    if not isinstance(order, InOrder) or len(order.parts) != 2:
        return False
    first, rest = order.parts
    every = {one.name for one in names(rest)}
    loose = isinstance(rest, Repeated) and isinstance(rest.part, OneOf) and rest.least == 0
    return loose and isinstance(first, OneOf) and {one.name for one in names(first)} == every


def _readable(order: Expression) -> Expression:
    """The order, or a simpler one that allows more, where it can be read in two ways."""
    try:
        if not lint(Flows([FlowSpec("draft", order)])):
            return order
    except ContractError:
        pass  # too large to look at: too large to read
    automaton = Automaton(order)
    first = [
        name
        for name in dict.fromkeys(one.name for one in names(order))
        if name in automaton.moves(automaton.start)
    ]
    every = list(dict.fromkeys(one.name for one in names(order)))
    opener: Expression = Name(first[0]) if len(first) == 1 else OneOf(tuple(map(Name, first)))
    return in_order([opener, any_of(every)])


def by_name(flows: Iterable[DraftFlow]) -> Mapping[str, DraftFlow]:
    """The flows by what they are called."""
    return {flow.name: flow for flow in flows}
