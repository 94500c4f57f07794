"""Oddities of schemas: examples that are wrong, keywords that nobody knows, files that nobody uses."""

from collections.abc import Iterator
from pathlib import Path

from ..formats import FORMATS
from ..model import Contract
from ..patterns import is_costly
from ..pointer import written
from ..schemas import Schema
from ..subschemas import KEYWORDS, walk
from ..wording import short
from .remark import Remark


def schema_remarks(contract: Contract) -> Iterator[Remark]:
    """Look at every schema file and inline schema."""
    library = contract.library
    if library is None:
        return
    for uri, whole in library.schemas():
        for steps, schema in walk(whole):
            if not isinstance(schema, dict):
                continue
            where = library.where(uri, steps)
            unknown = [name for name in schema if name not in KEYWORDS and not name.startswith(("x-", "$"))]
            for name in unknown:
                yield Remark(
                    "warning",
                    "schema-unknown-keyword",
                    where,
                    f"{name} is no keyword of JSON Schema; x-{name} if it is your own",
                )
            if isinstance(kind := schema.get("format"), str) and kind not in FORMATS:
                yield Remark(
                    "info",
                    "schema-unchecked-format",
                    where,
                    f"the format {short(kind)} is not checked; a pattern is",
                )
            yield from _costly(schema.get("patternProperties"), where)
            yield from _examples(Schema(library, f"{uri}#{written(steps)}"), schema.get("examples"), where)
    for event in contract.events.values():
        if event.schema is not None and library.fast(event.schema.uri) is None:
            yield Remark(
                "warning",
                "schema-reference-only",
                event.where,
                f"{event.schema.name}: the fast validator can't use it",
            )
    folder = Path(contract.file).parent
    for name in contract.unused:
        yield Remark(
            "warning",
            "schema-unused",
            str(folder / name),
            "nothing refers to this file; name it in contract.yaml, or take it away",
        )


def _costly(patterns: object, where: str) -> Iterator[Remark]:
    """Names of fields come from traffic, and are matched by an engine that tries every way."""
    for pattern in patterns if isinstance(patterns, dict) else ():
        if is_costly(pattern):
            text = f"{short(pattern)}: a repetition within a repetition may take for ever on some names"
            yield Remark("warning", "pattern-costly", where, text)


def _examples(schema: Schema, examples: object, where: str) -> Iterator[Remark]:
    for index, example in enumerate(examples if isinstance(examples, list) else ()):
        faults = schema.validate(example)
        if faults:
            yield Remark("error", "schema-bad-example", where, f"example {index + 1}: {faults[0].message}")
