"""An order as a picture: the smallest automaton, in dot and in mermaid."""

from collections.abc import Iterator

from .automaton import Automaton
from .minimal import Table, minimal

MOST_DRAWN = 500  # states; nobody reads a larger picture


def dot(automaton: Automaton, title: str = "flow") -> str:
    """Draw for Graphviz. A double circle is where the order may end."""
    table = minimal(automaton, MOST_DRAWN)
    lines = [
        f"digraph {_dot_quoted(title)} {{",
        "  rankdir=LR;",
        '  node [shape=circle, label=""];',
        "  begin [shape=point];",
        "  begin -> s0;",
    ]
    lines += [f"  s{state} [shape=doublecircle];" for state in sorted(table.accepts)]
    lines += [
        f"  s{state} -> s{target} [label={_dot_quoted(' | '.join(names))}];"
        for state, target, names in _edges(table)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(automaton: Automaton) -> str:
    """Draw for Mermaid, which pages on GitHub show. An arrow to the end says where the order may end."""
    table = minimal(automaton, MOST_DRAWN)
    lines = ["stateDiagram-v2", "  direction LR", "  [*] --> s0"]
    lines += [f'  state " " as s{state}' for state in range(len(table.moves))]
    lines += [
        f"  s{state} --> s{target}: {' | '.join(map(_mermaid_escaped, names))}"
        for state, target, names in _edges(table)
    ]
    lines += [f"  s{state} --> [*]" for state in sorted(table.accepts)]
    return "\n".join(lines) + "\n"


def _edges(table: Table) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the arrows; names that lead the same way share one."""
    for state, row in enumerate(table.moves):
        by_target: dict[int, list[str]] = {}
        for name, target in row.items():
            by_target.setdefault(target, []).append(name)
        for target, names in sorted(by_target.items()):
            yield state, target, names


def _dot_quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _mermaid_escaped(name: str) -> str:
    return "".join(char if char.isalnum() or char in "_-./ " else f"#{ord(char)};" for char in name)
