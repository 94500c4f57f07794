"""What `--from-python` names, as a JSON Schema: a model, several of them, or an exported file."""

import json
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from wsrecord.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsrecord.contract.draft.models import Model

_PLAIN = (dict, list, str, int, float, bool, type(None))
_METHODS = ("model_json_schema", "json_schema")  # a model's, and those of Pydantic's TypeAdapter


def model(spec: str) -> "Model":
    """The schemas behind `MODULE:MODEL` or `FILE.json`."""
    from wsrecord.contract.draft.models import Model  # noqa: PLC0415

    if spec.endswith(".json"):
        return Model(Path(spec).stem, _read(spec))
    module, _, attribute = spec.partition(":")
    if not module or not attribute:
        raise UsageError(
            f"--from-python {spec}: expected MODULE:MODEL, such as app.events:ServerEvent, or a FILE.json"
        )
    with _here():
        found = _imported(spec, module, attribute)
        if isinstance(found, Mapping) and not _is_schema(found):
            return _registered(spec, found)
        return Model(spec, _exported(spec, found))


def _read(spec: str) -> Any:
    try:
        value = json.loads(Path(spec).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--from-python {spec}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--from-python {spec}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"--from-python {spec}: a JSON Schema is an object")
    return value


@contextmanager
def _here() -> "Iterator[None]":
    """Modules of the current folder can be imported, as with `python -m`."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _imported(spec: str, module: str, attribute: str) -> Any:
    try:
        found: Any = import_module(module)
    except (Exception, SystemExit) as error:
        _fail(spec, f"{module} can't be imported: {_said(error)}")
    way = module
    for name in attribute.split("."):
        try:
            found = getattr(found, name)
        except Exception:
            hint = did_you_mean(name, [one for one in dir(found) if not one.startswith("_")])
            _fail(spec, f"there is no {name} in {way}{hint}")
        way += f".{name}"
    return found


def _is_schema(found: Mapping[Any, Any]) -> bool:
    return all(isinstance(value, _PLAIN) for value in found.values())


def _exported(spec: str, found: Any) -> Any:
    if isinstance(found, Mapping):
        return dict(found)
    if isinstance(found, list | tuple | set | frozenset):
        if not found:
            _fail(spec, "it is empty; name models")
        return _adapted(spec, _union(found))
    for method in _METHODS:
        export = getattr(found, method, None)
        if callable(export):
            break
    else:
        return _adapted(spec, found)
    try:
        value = export()
    except Exception as error:
        _fail(spec, f"{method}() failed: {_said(error)}")
    if not isinstance(value, dict):
        _fail(spec, f"{method}() gave no JSON Schema, but {type(value).__name__}")
    return value


def _union(found: Any) -> Any:
    made: Any = None
    for one in found:
        made = one if made is None else made | one
    return made


def _adapted(spec: str, found: Any) -> Any:
    """A type that Pydantic understands, such as a union of models."""
    if isinstance(found, _PLAIN):
        _fail(spec, f"it is of the type {type(found).__name__}; name a Pydantic model, or several of them")
    try:
        value = _pydantic(spec).TypeAdapter(found).json_schema()
    except Exception as error:
        _fail(spec, f"no Pydantic model, nor a type of them: {_said(error)}")
    return value


def _registered(spec: str, found: Mapping[Any, Any]) -> "Model":
    """Models by the name of the event that each is for."""
    from wsrecord.contract.draft.models import Model  # noqa: PLC0415

    if not all(isinstance(name, str) for name in found):
        _fail(spec, "a registry has the events' names as its keys")
    adapter = _pydantic(spec).TypeAdapter
    try:
        asked = [(name, "validation", adapter(one)) for name, one in found.items()]
        parts, shared = adapter.json_schemas(asked)
    except Exception as error:
        _fail(spec, f"not all of it are Pydantic models, or types of them: {_said(error)}")
    defs = dict(shared.get("$defs", {}))
    events = {}
    for (name, _), part in parts.items():
        ref = part.get("$ref", "") if len(part) == 1 else ""
        if not ref:
            defs[name] = part
        events[name] = ref.removeprefix("#") or f"/$defs/{name.replace('~', '~0').replace('/', '~1')}"
    return Model(spec, {"$defs": defs}, events)


def _pydantic(spec: str) -> Any:
    try:
        return import_module("pydantic")
    except ImportError:
        _fail(spec, "it has no model_json_schema(), and Pydantic, which may know it, is not installed here")


def _said(error: BaseException) -> str:
    """An error in one line."""
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _fail(spec: str, what: str) -> NoReturn:
    raise UsageError(f"--from-python {spec}: {what}") from None
