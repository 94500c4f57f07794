"""Which of Hypothesis' databases is meant: a folder, a Redis, none."""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from wsrecord.errors import UsageError

NONE = "none"
_REDIS = ("redis", "rediss")
_PATIENCE = 3.0  # seconds for an answer


def opened(text: str, warn: Callable[[str], None]) -> ExampleDatabase | None:
    """The database that a text names; a folder that can't be used is no reason to end a run."""
    if text == NONE:
        return None
    if "://" in text:
        return _redis(text)
    folder = Path(text)
    if not _is_usable(folder):
        warn(f"{shown(text)} is no folder that can be read and written: it is left aside")
        return None
    return DirectoryBasedExampleDatabase(folder)


def shown(text: str) -> str:
    """Its name, without a password."""
    if "://" not in text:
        return f"the database {text}"
    address = urlsplit(text)
    where = address.netloc.rpartition("@")[2]
    return f"the database {address.scheme}://{where}{address.path}"


def _redis(text: str) -> ExampleDatabase:
    address = urlsplit(text)
    if address.scheme not in _REDIS:
        _wrong(text, "only redis:// and rediss:// are known, and folders")
    try:
        _ = address.port
    except ValueError:
        _wrong(text, "its port is no number from 0 to 65535")
    number = address.path.strip("/")
    if not address.hostname or (number and not (number.isascii() and number.isdigit())):
        _wrong(text, "write redis://HOST[:PORT][/N]")
    try:
        redis: Any = import_module("redis")
        retry: Any = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)
        made: Any = import_module("hypothesis.extra.redis").RedisExampleDatabase
    except ImportError:
        raise UsageError(f"{shown(text)} needs the package redis: pip install 'wsrecord[redis]'") from None
    waiting = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
    database: ExampleDatabase = made(redis.Redis.from_url(text, retry=retry, **waiting))
    return database


def _wrong(text: str, why: str) -> NoReturn:
    raise UsageError(f"{shown(text)}: {why}")


def _is_usable(folder: Path) -> bool:
    """Whether it is a folder of ours, or can be made."""
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    except OSError:
        return False
