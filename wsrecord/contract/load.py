"""From a folder to a `Contract`: read, checked key by key, its schemas compiled and its flows built."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from wsrecord.errors import ContractError

from .document import Document, read
from .fragments import Merged
from .library import Library, schema_files
from .model import Applies, Codec, Contract, EventKey, EventSpec, Handshake, Isolation, Policy
from .parts.events import SIDES, Names, Source, read_event
from .parts.flows import read_flows
from .parts.keys import Keys
from .parts.links import read_links
from .parts.rules import read_budget, read_rule
from .parts.session import read_applies, read_codec, read_handshake, read_isolation, read_refusable
from .pointer import Pointer


def load(path: Path | str) -> Contract:
    """The contract of a folder, or of a file; ContractError says where it can't be used and what to do."""
    merged = Merged(Path(path), read_file)
    library = Library(read_file)
    events = _events(merged, library)
    library.seal()
    names = Names(events)
    keys = Keys(names)
    for name, part in merged.named("keys").items():
        keys.add(name, part.node)
    flows = read_flows({name: part.node for name, part in merged.named("flows").items()}, names, keys)
    rules = tuple(read_rule(node, names, keys) for node in merged.listed("rules"))
    budgets = tuple(read_budget(node, names, keys) for node in merged.listed("budgets"))
    return Contract(
        name=_name(merged),
        file=str(merged.main.path),
        applies=_applies(merged),
        codec=_codec(merged),
        name_at=_name_at(merged),
        events=events,
        unknown=_policy(merged),
        keys=keys.all,
        flows=flows,
        rules=rules,
        handshake=_handshake(merged),
        closes=frozenset(one.integer(1000, 4999) for one in merged.listed("closes")),
        refusable=frozenset(read_refusable(one, names) for one in merged.listed("refusable")),
        isolation=_isolation(merged, names),
        budgets=budgets,
        links=read_links(merged.listed("links"), names),
        unused=_unused(merged, library),
        library=library,
    )


def load_all(paths: Iterable[Path | str]) -> tuple[Contract, ...]:
    """Several contracts for one run, each with a name of its own."""
    found: dict[str, Contract] = {}
    for path in paths:
        contract = load(path)
        if contract.name in found:
            raise ContractError(
                f"{contract.file}: {found[contract.name].file} calls itself {contract.name} too; rename one"
            )
        found[contract.name] = contract
    return tuple(found.values())


def read_file(path: Path) -> Document:
    """Read a file of a contract. What it is called in errors is its path from here, where it lies below."""
    shown = str(path)
    if path.is_absolute():
        near = os.path.relpath(path)
        shown = shown if near.startswith("..") else near
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContractError(f"{shown}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except OSError as error:
        raise ContractError(f"{shown}: {error.strerror or error}") from None
    return read(text, shown)


def _events(merged: Merged, library: Library) -> dict[EventKey, EventSpec]:
    found: dict[EventKey, EventSpec] = {}
    for side in SIDES:
        for name, part in merged.named(side).items():
            if name.startswith("/"):
                part.node.refuse("an event's name doesn't begin with /: /… is a pointer everywhere else")
            key = EventKey(side, name)
            source = Source(part.fragment.path, part.fragment.folder)
            found[key] = read_event(key, part.node, source, library)
    if not found:
        raise ContractError(f"{merged.main.path}: no event is named; list them under server: and client:")
    return found


def _name(merged: Merged) -> str:
    part = merged.single("contract")
    if part is None:
        return Path(os.path.abspath(merged.main.folder)).name
    return part.node.text("agent-chat")


def _name_at(merged: Merged) -> Pointer | None:
    part = merged.single("name")
    return None if part is None else part.node.pointer()


def _policy(merged: Merged) -> Policy:
    part = merged.single("unknown")
    return "warn" if part is None else cast(Policy, part.node.one_of("allow", "warn", "error"))


def _applies(merged: Merged) -> Applies:
    part = merged.single("applies")
    return Applies() if part is None else read_applies(part.node)


def _codec(merged: Merged) -> Codec:
    part = merged.single("codec")
    return Codec() if part is None else read_codec(part.node)


def _handshake(merged: Merged) -> Handshake | None:
    part = merged.single("handshake")
    return None if part is None else read_handshake(part.node)


def _isolation(merged: Merged, names: Names) -> Isolation | None:
    part = merged.single("isolation")
    return None if part is None else read_isolation(part.node, names)


def _unused(merged: Merged, library: Library) -> tuple[str, ...]:
    """Schema files of the contract's own folder that nothing leads to."""
    used = library.files | {fragment.path.resolve() for fragment in merged.fragments}
    folder = merged.main.folder
    return tuple(str(path.relative_to(folder)) for path in schema_files(folder) if path.resolve() not in used)
