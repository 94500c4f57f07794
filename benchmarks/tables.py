"""Results as plain text and as Markdown: medians, the ends in brackets, ratios to named bases."""

from dataclasses import dataclass

from benchmarks.aims import AIMS
from benchmarks.figures import Figure, Results, Spread

_NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A title, the heads of its columns, and rows of text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_table(figure: Figure, results: Results) -> Table | None:
    """One figure, a row for each contestant; None when nobody has a sample."""
    names = results.contestants(figure.key)
    if not names:
        return None
    bases = [base for base in figure.bases if base in names]
    rows = []
    for name in names:
        value = results.value(figure.key, name)
        assert value is not None
        ratios = (_ratio(results.ratio(figure.key, name, base)) if base != name else "1" for base in bases)
        rows.append((name, _number(value.median), f"{_number(value.low)} – {_number(value.high)}", *ratios))
    unit = f"{figure.unit}, {'more' if figure.higher_is_better else 'less'} is better"
    return Table(
        f"{figure.title} ({unit})", ("", "median", "min – max", *(f"× {base}" for base in bases)), tuple(rows)
    )


def aims_table(results: Results) -> Table:
    """What was aimed at and what came out."""
    rows = []
    for aim in AIMS:
        found = aim.measured(results)
        if found is None:
            rows.append((aim.text, _NOTHING, _NOTHING, "not measured"))
        else:
            ends = f"{_number(found.low)} – {_number(found.high)}"
            rows.append(
                (aim.text, _number(found.median), ends, "reached" if aim.reached(found) else "missed")
            )
    return Table("aims", ("", "measured", "min – max", ""), tuple(rows))


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _ratio(spread: Spread | None) -> str:
    if spread is None:
        return _NOTHING
    return f"{_number(spread.median)} ({_number(spread.low)}–{_number(spread.high)})"


def as_text(table: Table) -> str:
    """Columns lined up, the first to the left and the others to the right."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(table.columns))]
    shown = (
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
    return "\n".join([table.title, *(f"  {line.rstrip()}" for line in shown)])


def as_markdown(table: Table) -> str:
    """The same for a page."""
    lines = [table.columns, ("---", *("---:" for _ in table.columns[1:])), *table.rows]
    return "\n".join([f"**{table.title}**", "", *(f"| {' | '.join(line)} |" for line in lines)])
