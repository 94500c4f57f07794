"""Live sessions that are kept: beside the recordings because they failed, or in their place."""

import shutil
import stat
from pathlib import Path

from wsrecord.cassette.store import CassetteWriter, open_cassette
from wsrecord.errors import UsageError

_MOST = 10_000


def keep(live: Path, folder: Path, cassette: str, number: int) -> Path:
    """Copy a live cassette into a folder, under a name that says of what and which run; return its place."""
    stem = Path(cassette).name.removesuffix(".part").removesuffix(".jsonl").removesuffix(".wsr")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for at in range(number, number + _MOST):
            place = folder / f"{stem}-{at}.wsr"
            try:
                with place.open("xb") as new, live.open("rb") as old:
                    place.chmod(0o600)
                    shutil.copyfileobj(old, new)
            except FileExistsError:
                continue
            return place
    except OSError as error:
        raise UsageError(f"{folder}: what failed can't be saved there ({error.strerror or error})") from None
    raise UsageError(f"{folder}: there are too many of {stem} already: remove some")


def replace(cassette: Path, live: Path) -> None:
    """Put a live cassette in a recording's place, in its encoding; the old one stays until that is whole."""
    if not cassette.exists() or cassette.name.endswith(".part"):
        raise UsageError(f"{cassette} is not a finished cassette: record it anew")
    with open_cassette(cassette) as old:
        encoding = old.encoding
    place = cassette.resolve()  # behind a link: what the link leads to
    mode = stat.S_IMODE(place.stat().st_mode)
    writer = CassetteWriter.create(place, encoding=encoding, replace=True)
    try:
        with open_cassette(live) as reader:
            writer.copy(reader)
        writer.close()
        place.chmod(mode)
    except BaseException:
        writer.abandon()
        raise
