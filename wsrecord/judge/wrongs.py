"""What a client did wrong on purpose, as people say it: a rule by its name, what is below values in words."""

_WORDS = {
    "a text that is not empty": "as an empty text",
    "JSON": "as a text that is no JSON",
    "JSON, not words": "as words that are no JSON",
    "an object, not an array": "as an array where an object is due",
    "an object, not null": "as null where an object is due",
    "an object, not a string": "as a string where an object is due",
    "an object, not a number": "as a number where an object is due",
    "an object with a name": "as an object without a name",
    "JSON without NaN": "as JSON with NaN in it",
    "nesting that can be read": "nested too deeply to be read",
    "a text without NUL": "as a text with NUL in it",
    "one object, not an array of them": "as an array where one object is due",
    "an event that there is": "by a name that no event has",
    "text, not binary": "as binary where text is due",
    "no more than a megabyte": "larger than a megabyte",
}


def phrase(breaks: str) -> str:
    """How a message was wrong, to follow its name and a comma."""
    return _WORDS.get(breaks) or f"which breaks {breaks}"


def note(breaks: str) -> str:
    """The same, beside what was said."""
    return _WORDS.get(breaks) or f"breaks: {breaks}"
