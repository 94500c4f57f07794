"""Contracts written down in a test: files in, a folder out."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from wsrecord.codec.unit import Unit
from wsrecord.contract.document import Document
from wsrecord.contract.library import Library
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.contract.schemas import Schema
from wsrecord.errors import ContractError


def write(folder: Path, contract: str, **files: Any) -> Path:
    """A folder with a contract.yaml and schema files; `a__b` is the file `a/b.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(dedent(contract))
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def loaded(folder: Path, contract: str, **files: Any) -> Contract:
    return load(write(folder, contract, **files))


def refused(folder: Path, contract: str, **files: Any) -> str:
    """Why a contract can't be used, without the folder's path."""
    try:
        loaded(folder, contract, **files)
    except ContractError as error:
        return str(error).replace(f"{folder}/", "").replace(str(folder), "FOLDER")
    raise AssertionError("it was accepted")


def schema(value: Any) -> Schema:
    """A schema on its own."""

    def nothing(path: Path) -> Document:
        raise AssertionError(path)

    library = Library(nothing)
    path = Path("/nowhere/contract.yaml")
    uri = library.add_inline(Document("contract.yaml", value, ""), ("inline",), value, path, path.parent)
    library.seal()
    return Schema(library, uri)


def server(value: Any, **more: Any) -> Unit:
    return Unit(value=value, sender="server", numbers=(1,), **more)


def client(value: Any, **more: Any) -> Unit:
    return Unit(value=value, sender="client", numbers=(1,), **more)
