"""The small change of every page: times, counts, colours."""


def seconds(nanoseconds: int) -> str:
    """A time on a cassette's clock, to the microsecond."""
    return f"{nanoseconds // 1_000_000_000}.{nanoseconds // 1000 % 1_000_000:06}"


def count(number: int, thing: str) -> str:
    """So many of a thing."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def paint(text: str, codes: str) -> str:
    """The text in a terminal's colours."""
    return f"\x1b[{codes}m{text}\x1b[0m"
