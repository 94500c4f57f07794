"""Codecs by name: those that come with wsrecord, and those of entry points in `wsrecord.codecs`.

A codec is named in a contract as `NAME` or `{NAME: {option: value, …}}`. What an entry point names is
called with the `Options`, once for each session, and gives a `Codec`.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from wsrecord.errors import ContractError

from .base import Codec
from .options import Options, suggestion

GROUP = "wsrecord.codecs"
Factory: TypeAlias = Callable[[Options], Codec]
Spec: TypeAlias = str | Mapping[str, Any]

_BUILTIN = {
    "json": "json:Json",
    "json-array": "json_array:JsonArray",
    "json-rpc": "json_rpc:JsonRpc",
    "ndjson": "ndjson:Ndjson",
    "msgpack": "msgpack:Msgpack",
    "prefix": "prefix:Prefix",
    "socket.io": "socketio:SocketIo",
    "jupyter": "jupyter:Jupyter",
    "mqtt": "mqtt:Mqtt",
    "by-frame": "by_frame:ByFrame",
    "text": "raw:text",
    "binary": "raw:binary",
    "raw": "raw:raw",
}
_DEEPEST = 4  # codecs within codecs


def names() -> list[str]:
    """The codecs that there are."""
    return sorted({*_BUILTIN, *(entry.name for entry in entry_points(group=GROUP))})


def make(spec: Spec, *, subprotocol: str | None = None, depth: int = 0) -> Codec:
    """A new codec for one session, as a contract names it."""
    name, given = _split(spec)
    if depth > _DEEPEST:
        raise ContractError(f"codec {name}: codecs within codecs, more than {_DEEPEST} deep")
    options = Options(name, given, subprotocol, depth)
    codec = _factory(name)(options)
    options.refuse_rest()
    return codec


def _split(spec: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(spec, str):
        return spec, {}
    if isinstance(spec, Mapping) and len(spec) == 1:
        [(name, given)] = spec.items()
        if isinstance(name, str) and (given is None or isinstance(given, Mapping)):
            return name, given or {}
    raise ContractError(f"codec: must be NAME or {{NAME: {{option: value}}}}, not {str(spec)[:60]!r}")


def _factory(name: str) -> Factory:
    where = _BUILTIN.get(name)
    if where is not None:
        module, _, attribute = where.partition(":")
        factory: Factory = getattr(import_module(f"{__package__}.builtin.{module}"), attribute)
        return factory
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise ContractError(f"codec: there is no codec {name[:60]!r}{suggestion(name, names())}")
    try:
        loaded: Factory = found.load()
    except Exception as error:
        where = f" of {found.dist.name}" if found.dist else ""
        raise ContractError(f"codec {name}: {found.value}{where} can't be imported: {error}") from error
    return loaded
