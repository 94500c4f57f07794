"""A schema as a question to a value: is it right, and if not, where and why.

Two validators answer. jsonschema-rs says yes or no for every event, in a microsecond. Only a value
that it refuses goes to jsonschema, the reference, which tells where. Both have the same formats
(`formats.py`), patterns (`patterns.py`) and view of what JSON hasn't (`values.py`), and no network.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import jsonschema_rs
from jsonschema.exceptions import ValidationError
from referencing.exceptions import Unresolvable

from .explain import SchemaFault, explained
from .library import Library
from .values import as_json

Ignore = Callable[[Any], bool]


def nothing_ignored(_value: Any) -> bool:
    """For a cassette without placeholders."""
    return False


def at_placeholder(nonce: str) -> Ignore:
    """Whether a value is, or holds, a placeholder of the cassette with this nonce."""
    mark = f"wsr-{nonce}-"

    def check(value: Any) -> bool:
        return isinstance(value, str) and mark in value

    return check if nonce else nothing_ignored


class Schema:
    """One event's schema, ready to validate."""

    def __init__(self, library: Library, uri: str) -> None:
        self.library = library
        self.uri = uri

    def __repr__(self) -> str:
        return f"Schema({self.name})"

    @property
    def name(self) -> str:
        """The file that it stands in, `agent_started.json#`."""
        return self.library.shown(self.uri)

    @property
    def value(self) -> Any:
        """The schema itself; what its references lead to is in the library."""
        return self.library.schema(self.uri)

    @cached_property
    def _fast(self) -> "jsonschema_rs.Draft202012Validator | None":
        return self.library.fast(self.uri)

    @cached_property
    def reference(self) -> Any:
        """The reference validator: slow, and able to say what is wrong."""
        return self.library.reference(self.uri)

    @cached_property
    def _explainer(self) -> Any:
        return self.library.explainer(self.uri)

    def is_valid(self, value: Any) -> bool:
        """Whether a value is right."""
        try:
            return self._is_valid(value)
        except (ValueError, RecursionError):
            return self._is_valid(as_json(value))

    def validate(self, value: Any, ignore: Ignore = nothing_ignored) -> list[SchemaFault]:
        """What is wrong with a value, the most telling first. Faults at a value to `ignore` are dropped."""
        return [] if self.is_valid(value) else self.faults(value, ignore)

    def faults(self, value: Any, ignore: Ignore = nothing_ignored) -> list[SchemaFault]:
        """What is wrong with a value that is not right."""
        value = as_json(value)
        if ignore is not nothing_ignored and self._only_ignored(value, ignore):
            return []
        return self._told(value, ignore)

    def _is_valid(self, value: Any) -> bool:
        if self._fast is not None:
            return self._fast.is_valid(value)
        return bool(self._explainer.is_valid(as_json(value)))

    def _only_ignored(self, value: Any, ignore: Ignore) -> bool:
        """Whether all that is wrong is to be ignored; a redacted event need not wait for the reference."""
        try:
            return self._fast is not None and all(
                ignore(error.instance) for error in self._fast.iter_errors(value)
            )
        except (ValueError, RecursionError):
            return False

    def _told(self, value: Any, ignore: Ignore) -> list[SchemaFault]:
        try:
            errors: list[ValidationError] = list(self._explainer.iter_errors(value))
        except (RecursionError, Unresolvable):
            errors = []
        if errors:
            return explained(errors, value, self.library.location, self._unevaluated, ignore)
        # The reference could not look, or disagrees, which no test has seen: the fast validator's own words.
        said = [self._fast_fault(error) for error in self._fast_errors(value) if not ignore(error.instance)]
        return said or [
            SchemaFault("", "depth", "less nesting", "more", self.name, "the value: nested too deeply")
        ]

    def _fast_errors(self, value: Any) -> list[Any]:
        return [] if self._fast is None else list(self._fast.iter_errors(value))

    def _fast_fault(self, error: Any) -> SchemaFault:
        pointer = "".join(f"/{step}" for step in error.instance_path)
        text = " ".join(error.message.split())[:200]
        return SchemaFault(pointer, error.kind.name, "", "", self.name, f"{pointer or 'the value'}: {text}")

    def _unevaluated(self, value: Any) -> dict[tuple[str | int, ...], list[str]]:
        """Names that no part of the schema speaks of; only the fast validator tells which."""
        found: dict[tuple[str | int, ...], list[str]] = {}
        for error in self._fast_errors(value):
            if error.kind.name == "unevaluatedProperties":
                found[tuple(error.instance_path)] = list(error.kind.unexpected)
        return found
