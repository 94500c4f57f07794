"""Which cassettes a command's words mean: one rule for all commands."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from wsrecord.cassette.store import PART, looks_like
from wsrecord.errors import UsageError, did_you_mean

USUAL = "cassettes"
_SUFFIXES = (".wsr", ".wsr.jsonl")
_PERHAPS = (".jsonl", ".ndjson", ".json")  # other names of lines: cassettes if they begin like one
_MOST_LISTED = 3


def cassettes(names: Iterable[str], *, parts: bool = False) -> Iterator[Path]:
    """The cassettes that these names mean, each once; `parts`: in folders unfinished ones, too."""
    found: dict[Path, None] = {}
    given = list(names) or ([USUAL] if os.path.isdir(USUAL) else [])
    if not given:
        raise UsageError(f"no cassette is named, and there is no folder {USUAL}/: name one")
    for name in given:
        mine = list(_named(name, parts=parts))
        if not mine:
            raise UsageError(
                f"{name}: there is no such cassette, and none in {USUAL}/ of that name"
                f"{did_you_mean(name, _near(name))}"
            )
        found.update(dict.fromkeys(mine))
    return iter(found)


def usual() -> list[Path]:
    """The cassettes in the usual folder; none, where there is no such folder, or nothing in it."""
    folder = Path(USUAL)
    return [path for path in sorted(folder.rglob("*")) if os.path.isfile(path) and _is_one(path)]


def cassette(name: str) -> Path:
    """The one cassette that this name means."""
    found = list(cassettes([name]))
    if len(found) > 1:
        raise UsageError(f"{name} means {len(found)} cassettes: name one of them, as {found[0]}")
    return found[0]


def _named(name: str, *, parts: bool) -> Iterator[Path]:
    if os.path.isdir(name):
        yield from _inside(name, parts=parts)
    elif os.path.exists(name):
        yield Path(name)
    elif glob.has_magic(name):
        yield from (Path(one) for one in sorted(glob.glob(name, recursive=True)) if os.path.isfile(one))
    else:
        for folder in (Path(), Path(USUAL)):
            for suffix in ("", *_SUFFIXES, *_PERHAPS):
                near = folder / f"{name}{suffix}"
                if os.path.isfile(near) or os.path.isfile(f"{near}{PART}"):
                    yield near
                    return


def _inside(name: str, *, parts: bool) -> list[Path]:
    files = [path for path in sorted(Path(name).rglob("*")) if os.path.isfile(path)]
    left = [path for path in files if path.name.endswith(tuple(f"{one}{PART}" for one in _SUFFIXES))]
    found = [path for path in files if _is_one(path) or (parts and path in left)]
    if not found and left:
        raise UsageError(
            f"{name}: no finished cassette is in this folder; {_listed(left)}: still being recorded,"
            " or cut off; name it to look at what there is"
        )
    if not found:
        raise UsageError(f"{name}: no cassette is in this folder (they end in {' or '.join(_SUFFIXES)})")
    if left and not parts:
        click.echo(f"wsrecord: left out, for it was not finished: {_listed(left)}", err=True)
    return found


def _is_one(path: Path) -> bool:
    return path.name.endswith(_SUFFIXES) or (path.suffix in _PERHAPS and looks_like(path))


def _listed(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - _MOST_LISTED} more" if len(paths) > _MOST_LISTED else ""
    return ", ".join(map(str, paths[:_MOST_LISTED])) + more


def _near(name: str) -> Iterator[str]:
    """What is there that may have been meant, as it would be named."""
    for folder, prefix in ((os.path.dirname(name), os.path.dirname(name)), (USUAL, "")):
        try:
            there = sorted(os.listdir(folder or "."))
        except (OSError, ValueError):
            continue
        for one in there:
            whole = one.removesuffix(PART)
            known = next((suffix for suffix in (*_SUFFIXES[::-1], *_PERHAPS) if whole.endswith(suffix)), None)
            if known is not None:
                yield os.path.join(prefix, whole)
                yield os.path.join(prefix, whole.removesuffix(known))
