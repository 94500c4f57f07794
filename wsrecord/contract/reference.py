"""The reference validator: jsonschema with the formats and patterns of this package, and no network."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY as PUBLISHED
from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY, SchemaRegistry

from .formats import FORMATS
from .patterns import bounded, compiled, translated

_checker = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    _checker.checks(_name)(lambda value, check=_check: not isinstance(value, str) or check(value))


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not compiled(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _bounded(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not bounded(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
_Explainer: Any = extend(Draft202012Validator, {"pattern": _bounded})  # type: ignore[no-untyped-call]
_META = Draft202012Validator(Draft202012Validator.META_SCHEMA)


def registry(schemas: dict[str, Any]) -> SchemaRegistry:
    """Schemas by URI, for `Reference`; nothing else is ever fetched, the drafts' own schemas are there."""
    made = EMPTY_REGISTRY.with_resources(
        (uri, DRAFT202012.create_resource(_readable(schema))) for uri, schema in schemas.items()
    )
    combined: SchemaRegistry = PUBLISHED.combine(made).crawl()
    return combined


def reference(uri: str, schemas: SchemaRegistry) -> Any:
    """The validator of the schema at a URI."""
    return _Validator({"$ref": uri}, registry=schemas, format_checker=_checker)


def explainer(uri: str, schemas: SchemaRegistry) -> Any:
    """The same for what comes from traffic: no text of it can keep a pattern busy for ever."""
    return _Explainer({"$ref": uri}, registry=schemas, format_checker=_checker)


def misuse(schema: Any) -> ValidationError | None:
    """What is wrong with a schema as a schema: the deepest error, which says most."""
    errors = list(_META.iter_errors(schema))
    leaves = [leaf for error in errors for leaf in _leaves(error)]
    return max(leaves, key=lambda error: len(error.absolute_path), default=None)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    if error.context:
        for inner in error.context:
            yield from _leaves(inner)
    else:
        yield error


def _readable(schema: Any) -> Any:
    """The schema with its patternProperties as Python reads patterns.

    `$schema` is left out: at one, jsonschema would go on with its own validator in place of ours.
    """
    if isinstance(schema, list):
        return [_readable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "$schema":
            continue
        if keyword in ("const", "enum", "default", "examples"):
            made[keyword] = value
        elif keyword == "patternProperties" and isinstance(value, dict):
            made[keyword] = {translated(pattern): _readable(inner) for pattern, inner in value.items()}
        elif keyword in ("properties", "$defs", "definitions", "dependentSchemas") and isinstance(
            value, dict
        ):
            made[keyword] = {name: _readable(inner) for name, inner in value.items()}
        else:
            made[keyword] = _readable(value)
    return made
