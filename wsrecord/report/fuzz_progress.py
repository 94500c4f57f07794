"""How far a run of `fuzz` is, in a line: what matters most comes first, for a terminal cuts the rest off."""

from wsrecord.report.words import count


def line(failures: int, spent: float, most: float, dialogues: int, reached: object) -> str:
    """While dialogues are made up: `spent` of `most` seconds."""
    found = f"{count(failures, 'failure')}, {spent:.0f} of {most:g} s, {count(dialogues, 'dialogue')}"
    return f"{found}; {reached}"


def over(failures: int, what: str) -> str:
    """When a budget is used up, and failures are still being looked into."""
    return f"{count(failures, 'failure')}; {what}; looking into what was found"
