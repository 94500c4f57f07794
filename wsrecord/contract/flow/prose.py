"""What is missing, in words: `a, b or c`; `a, then b`; `a and b`."""

from .expression import Expression, Interleaved, Name, OneOf, Repeated, quoted

MOST_LISTED = 8


def prose(expression: Expression) -> str:
    """Say an expression in words."""
    if isinstance(expression, Name):
        return quoted(expression.name)
    if isinstance(expression, Repeated):
        return f"{_nested(expression.part)} {_times(expression)}"
    parts = [_nested(part) for part in expression.parts]
    if isinstance(expression, OneOf):
        return listed(parts, "or")
    if isinstance(expression, Interleaved):
        return listed(parts, "and")
    if len(parts) > MOST_LISTED:
        parts = [*parts[: MOST_LISTED - 1], f"{len(parts) - MOST_LISTED + 1} more"]
    return ", then ".join(parts)


def is_missing(expression: Expression) -> str:
    """Say that it is missing."""
    one = isinstance(expression, Name | OneOf)
    return f"{prose(expression)} {'is' if one else 'are'} missing"


def listed(parts: list[str], last: str) -> str:
    """Join words by commas, the last by `last`; a long list is cut."""
    if len(parts) > MOST_LISTED:
        rest = len(parts) - MOST_LISTED + 1
        parts = [*parts[: MOST_LISTED - 1], f"{rest} more"]
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _nested(part: Expression) -> str:
    return prose(part) if isinstance(part, Name) else f"({prose(part)})"


def _times(repeated: Repeated) -> str:
    if repeated.least == repeated.most:
        return f"{repeated.least} times"
    return (
        f"at least {repeated.least} times"
        if repeated.most is None
        else f"{repeated.least} to {repeated.most} times"
    )
