"""The events of each key's values as words, sorted into whole ones and those that were cut."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model import EventKey
from .carriers import by_chance
from .keys import DraftKey
from .samples import Sample, Samples, all_of

_PLAUSIBLE = 0.2  # of the words that hold a name: so many must end, or begin, with it
_NEARLY_ALL = 0.95


@dataclass(frozen=True, eq=False)
class Trace:
    """What belonged to one value of a key."""

    value: str | int
    said: tuple[Sample, ...]
    sessions: int = 1

    @property
    def from_server(self) -> bool:
        """Whether the server said anything of it."""
        return any(sample.key.sender == "server" for sample in self.said)


class Timeline:
    """Where each event stands among all."""

    def __init__(self, samples: Samples) -> None:
        self._at = {id(sample): index for index, sample in enumerate(all_of(samples))}
        self._last = {said[-1].session: self._at[id(said[-1])] for said in samples.sessions}

    def __getitem__(self, sample: Sample) -> int:
        return self._at[id(sample)]

    def outlived(self, traces: Sequence[Trace]) -> frozenset[Trace]:
        """Traces whose session went on for longer than any of them was ever silent: their end is one."""
        gaps = [
            self[after] - self[before]
            for trace in traces
            for before, after in zip(trace.said, trace.said[1:], strict=False)
            if before.session == after.session
        ]
        silence = max(gaps, default=1)
        return frozenset(
            trace for trace in traces if self._last[trace.said[-1].session] - self[trace.said[-1]] > silence
        )


def traces_of(key: DraftKey) -> list[Trace]:
    """One trace for each value; a value made by chance is the same in every session."""
    joined: dict[object, list[tuple[int, Sequence[Sample]]]] = defaultdict(list)
    for (session, value), said in key.values.items():
        everywhere = isinstance(value, str) and by_chance(value)
        joined[value if everywhere else (session, value)].append((session, said))
    made = []
    for held in joined.values():
        held.sort(key=lambda one: one[0])
        said = tuple(sample for _, part in held for sample in part)
        first = key.of(said[0])
        assert first is not None
        made.append(Trace(first, said, len(held)))
    return [trace for trace in made if trace.from_server]


def lies_within(child: DraftKey, parent: DraftKey, timeline: Timeline) -> bool:
    """Whether what belongs to the one lies within what belongs to the other, and says so."""
    spans: dict[str | int, tuple[int, int]] = {}
    for trace in traces_of(parent):
        spans[trace.value] = timeline[trace.said[0]], timeline[trace.said[-1]]
    hosts: dict[str | int, int] = Counter()
    good = 0
    traces = traces_of(child)
    for trace in traces:
        found = {parent.of(sample) for sample in trace.said}
        host = found.pop() if len(found) == 1 else None
        if host is None or host not in spans:
            continue
        first, last = spans[host]
        good += first < timeline[trace.said[0]] and timeline[trace.said[-1]] <= last
        hosts[host] += 1
    return bool(traces) and good >= _NEARLY_ALL * len(traces) and max(hosts.values(), default=0) > 1


@dataclass(frozen=True)
class Sorted:
    """The traces that were whole, those that were cut, and how words begin and end."""

    whole: tuple[Trace, ...]
    cut: tuple[Trace, ...]
    starts: frozenset[EventKey]
    ends: frozenset[EventKey]


def sort(traces: Sequence[Trace], ended: Iterable[Trace], typical: Sequence[Trace] = ()) -> Sorted:
    """Tell whole traces from cut ones, by how words begin and end as a rule.

    `ended` are traces that are known to be over. `typical` are those that had the time to end: what never
    ends one of them is no end.
    """
    starts = _plausible([trace.said for trace in traces], 0)
    ends = _plausible([trace.said for trace in traces], -1)
    if typical:
        known = {sample.key for trace in typical for sample in trace.said}
        ends -= known - _plausible([trace.said for trace in typical], -1)
    else:
        ends |= {trace.said[-1].key for trace in ended if trace.said[-1].key.sender == "server"}
    whole: list[Trace] = []
    cut: list[Trace] = []
    for trace in traces:
        good = trace.said[0].key in starts and _end(trace, ends) is not None
        (whole if good else cut).append(trace)
    return Sorted(tuple(whole), tuple(cut), starts, ends)


def _end(trace: Trace, ends: Iterable[EventKey]) -> EventKey | None:
    """The name that it ended with: what the client said after that had crossed it on its way."""
    for sample in reversed(trace.said):
        if sample.key in ends:
            return sample.key
        if sample.key.sender == "server":
            return None
    return None


def _plausible(words: Sequence[Sequence[Sample]], at: int) -> frozenset[EventKey]:
    edge: Counter[EventKey] = Counter(word[at].key for word in words)
    holds: Counter[EventKey] = Counter(key for word in words for key in {sample.key for sample in word})
    found = {key for key, count in edge.items() if count >= _PLAUSIBLE * holds[key]}
    return frozenset(found or edge)


def host_ends(cut: Sequence[Trace], parent: DraftKey, hosts: Mapping[str | int, Trace]) -> list[EventKey]:
    """How the parents of cut traces ended, in the order of appearance."""
    found: dict[EventKey, None] = {}
    for trace in cut:
        host = hosts.get(parent.of(trace.said[0]) or "")
        if host is not None:
            found[host.said[-1].key] = None
    return list(found)
