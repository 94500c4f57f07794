"""How a finished `.part` takes its name: by a hard link, which can't overwrite, or by the next best."""

import ctypes
import errno
import os
import shutil
from pathlib import Path

from wsrecord.errors import IncompleteError

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EACCES}


def publish(fd: int, part: Path, path: Path, *, replace: bool = False) -> None:
    """Give the open file `part` the name `path`; whatever goes wrong, `part` stays."""
    if not is_same(fd, part):
        raise IncompleteError(f"{part} was moved or removed while it was written: {path} was not made")
    try:
        if replace:
            part.replace(path)
        else:
            _without_overwriting(part, path)
    except FileExistsError:
        raise IncompleteError(
            f"{path} appeared meanwhile, and was not overwritten: the recording is in {part}"
        ) from None
    except OSError as error:
        raise IncompleteError(
            f"{path} could not be made ({error.strerror}): the recording is in {part}"
        ) from error


def is_same(fd: int, path: Path) -> bool:
    """Whether the path still names the open file."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat(follow_symlinks=False))
    except OSError:
        return False


def _without_overwriting(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        part.unlink()
        return
    if not rename_noreplace(part, path):
        copy_exclusively(part, path)
        part.unlink()


def rename_noreplace(part: Path, path: Path) -> bool:
    """Rename, unless something of that name is there; False where the system has no such call."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if renameat2(_AT_FDCWD, os.fsencode(part), _AT_FDCWD, os.fsencode(path), _RENAME_NOREPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(path))


def copy_exclusively(part: Path, path: Path) -> None:
    """Copy to a name that nothing has yet; a copy that fails half-way does not stay."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as target, part.open("rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)
    except OSError:
        path.unlink(missing_ok=True)
        raise
