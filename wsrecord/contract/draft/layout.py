"""A long order over several lines, broken where a reader would pause."""

from collections.abc import Iterable, Sequence

from ..flow.expression import Expression, InOrder, Interleaved, Name, OneOf, Repeated, text


def laid_out(order: Expression, width: int) -> list[str]:
    """The lines of an order. Joined with spaces they say the same."""
    whole = text(order)
    if len(whole) <= width or isinstance(order, Name):
        return [whole]
    if isinstance(order, InOrder):
        return _packed([_part(part, width) for part in order.parts], "", width)
    if isinstance(order, OneOf | Interleaved):
        sign = "| " if isinstance(order, OneOf) else "& "
        parts = [
            laid_out(part, width - 2) if isinstance(part, InOrder | Name) else _part(part, width)
            for part in order.parts
        ]
        return _packed(parts, sign, width)
    sign = text(Repeated(Name("a"), order.least, order.most))[1:]
    return _bracketed(laid_out(order.part, width - 1 - len(sign)), sign)


def _part(part: Expression, width: int) -> list[str]:
    """A part of a row, in parentheses where it needs them."""
    whole = text(InOrder((part,)))
    if len(whole) <= width:
        return [whole]
    return laid_out(part, width) if isinstance(part, Repeated) else _bracketed(laid_out(part, width - 2), "")


def _bracketed(lines: Sequence[str], sign: str) -> list[str]:
    made = [*lines]
    made[0] = f"({made[0]}"
    made[-1] = f"{made[-1]}){sign}"
    return made


def _packed(parts: Iterable[Sequence[str]], sign: str, width: int) -> list[str]:
    """As many parts on a line as there is room for; a part of several lines has its own."""
    lines: list[str] = []
    room = False
    for part in parts:
        lead = sign if lines else ""
        if room and len(part) == 1 and len(lines[-1]) + 1 + len(lead) + len(part[0]) <= width:
            lines[-1] += f" {lead}{part[0]}"
        else:
            lines += [lead + part[0], *part[1:]]
            room = len(part) == 1
    return lines
