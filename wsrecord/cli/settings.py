"""Where a configuration is looked for: `wsrecord.toml`, or `[tool.wsrecord]` in pyproject.toml."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from wsrecord.config.parse import parse
from wsrecord.config.settings import Settings
from wsrecord.contract.model import Contract
from wsrecord.errors import UsageError
from wsrecord.judge import acceptance_file
from wsrecord.judge.acceptance import Acceptance, misnamed

OWN = "wsrecord.toml"
SHARED = "pyproject.toml"
_ROOT = ".git"  # the search goes no further than the project


def discover(start: Path) -> Settings:
    """The nearest configuration, from this folder upwards; its paths made usable from anywhere."""
    for folder in (start.absolute(), *start.absolute().parents):
        found = _in(folder)
        if found is not None:
            return _placed(found, folder)
        if (folder / _ROOT).exists():
            break
    return Settings()


def acceptances(
    settings: Settings, start: Path, contracts: Iterable[Contract] = ()
) -> tuple[Acceptance, ...]:
    """The accepted findings: those of the configured list, else those of the usual one if it is there."""
    if settings.accepted is None:
        folder = Path(settings.file).parent if settings.file else start
        path = folder / acceptance_file.NAME
        if not path.exists():
            return ()
    else:
        path = Path(settings.accepted)
    found = acceptance_file.read(_content(path), _shown(path, start))
    known = tuple(contracts)
    for one in found:
        wrong = misnamed(one, known)
        if wrong is not None:
            raise UsageError(f"{one.file}:{one.line}: {wrong}")
    return found


def _in(folder: Path) -> Settings | None:
    own, shared = folder / OWN, folder / SHARED
    table = _tables(shared).get("tool", {}).get("wsrecord") if shared.is_file() else None
    if own.is_file():
        if table is not None:
            raise UsageError(f"both {own} and [tool.wsrecord] in {shared} are there: keep one of them")
        return parse(_tables(own), file=str(own))
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{shared}: `tool.wsrecord` must be a table, not {table!r}")
    return parse(table, file=str(shared), name="tool.wsrecord")


def _placed(settings: Settings, folder: Path) -> Settings:
    here = Path.cwd()
    return replace(
        settings,
        contract=tuple(_shown(folder / path, here) for path in settings.contract),
        accepted=_from(folder, settings.accepted),
        verify=replace(
            settings.verify,
            target_ca=_from(folder, settings.verify.target_ca),
            save_failures=_from(folder, settings.verify.save_failures),
        ),
        fuzz=replace(
            settings.fuzz,
            database=_database(folder, settings.fuzz.database),
            profiles=_from(folder, settings.fuzz.profiles),
        ),
    )


def _from(folder: Path, path: str | None) -> str | None:
    return None if path is None else str(folder / path)


def _database(folder: Path, text: str | None) -> str | None:
    """A folder, unless it is an address, or none at all."""
    return text if text is None or text == "none" or "://" in text else _from(folder, text)


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_content(path))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from None


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not readable as UTF-8") from None


def _shown(path: Path, start: Path) -> str:
    """The path as someone in this folder would write it: reports point at it."""
    try:
        return str(path.absolute().relative_to(start.absolute()))
    except ValueError:
        return str(path)
