"""The lines around findings, read from the cassette once more: there are few findings, and many units."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from wsrecord.cassette.source import Source
from wsrecord.codec.unit import Unit
from wsrecord.contract.classify import Classifier, classifier_of
from wsrecord.errors import ContractError
from wsrecord.judge.finding import ContextLine, Finding
from wsrecord.judge.heard import shown
from wsrecord.judge.told import Told, Wanted, make_codec

_LONGEST = 300


@dataclass
class _Pages:
    """The lines of one session that are wanted, and those that were found."""

    told: Told
    classifier: Classifier
    indexes: set[int] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    by_index: dict[int, ContextLine] = field(default_factory=dict)
    of_number: dict[int, int] = field(default_factory=dict)  # indexes
    of_value: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    units: int = 0

    def __post_init__(self) -> None:
        self.codec = make_codec(self.told)

    def take(self, unit: Unit) -> None:
        """Keep a unit's line if somebody wants it."""
        index = self.units
        self.units += 1
        wanted = index in self.indexes
        for number in unit.numbers[:1]:
            if number in self.numbers:
                wanted |= self.of_number.setdefault(number, index) == index
        if self.values:
            found = [value for value in self.values if value in unit.text]
            for value in found:
                self.of_value[value] = index
                self.values.discard(value)
            wanted |= bool(found)
        if wanted:
            self.by_index[index] = _line(unit, self.classifier)

    def find(self, line: Wanted) -> tuple[int, ContextLine] | None:
        """The line, and its place; None if there is none, as after the last unit."""
        index = line.index
        if index is None:
            index = self.of_value.get(line.value) if line.value else self.of_number.get(line.number or 0)
        found = None if index is None else self.by_index.get(index)
        return None if index is None or found is None else (index, replace(found, here=line.here))


def recall(findings: Sequence[Finding], source: Source) -> list[Finding]:
    """The findings with their lines."""
    pages: dict[Told, _Pages] = {}
    for line in _wanted(findings):
        page = pages.get(line.told)
        if page is None:
            page = pages[line.told] = _Pages(line.told, classifier_of(line.told.contract))
        if line.index is not None:
            page.indexes.add(line.index)
        elif line.value:
            page.values.add(line.value)
        else:
            page.numbers.add(line.number or 0)
    if not pages:
        return list(findings)
    _read(pages.values(), source)
    return [replace(finding, context=tuple(_lines(finding, pages))) for finding in findings]


def _wanted(findings: Iterable[Finding]) -> Iterator[Wanted]:
    for finding in findings:
        yield from (line for line in finding.context if isinstance(line, Wanted))


def _read(pages: Iterable[_Pages], source: Source) -> None:
    by_session: dict[int, list[_Pages]] = {}
    for page in pages:
        by_session.setdefault(page.told.number, []).append(page)
    for message in source.messages():
        for page in by_session.get(message.session, ()):
            page.messages += 1
            for unit in page.codec.feed(page.messages, message):
                page.take(unit)
    for listed in by_session.values():
        for page in listed:
            for unit in page.codec.finish():
                page.take(unit)


def _line(unit: Unit, classifier: Classifier) -> ContextLine:
    try:
        found = classifier.classify(unit)
        name = found.name
    except ContractError:
        name = classifier.name(unit)
    text = unit.text if unit.wire is None else unit.wire.own[: 4 * _LONGEST].decode("utf-8", "replace")
    number = unit.numbers[0] if unit.numbers else None
    return ContextLine(unit.t, unit.sender, shown(unit, name), text[:_LONGEST], number)


def _lines(finding: Finding, pages: dict[Told, _Pages]) -> Iterator[ContextLine]:
    """Each line once, those of one session in their order."""
    found: dict[tuple[int, int], ContextLine] = {}
    sessions: dict[int, int] = {}
    for line in finding.context:
        if not isinstance(line, Wanted):
            found[len(found), -1] = line
        elif (one := pages[line.told].find(line)) is not None:
            index, said = one
            at = sessions.setdefault(line.told.number, len(sessions)), index
            if at not in found or said.here:
                found[at] = said
    yield from (line for _, line in sorted(found.items(), key=lambda one: one[0]))
