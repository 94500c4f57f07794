"""Cassettes on disk: the only place that touches it.

Reading streams and tells the encoding from the content. Writing appends to `NAME.part`, one write
for each record, locked and readable by its owner only; closing gives it its name and never
overwrites.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, BinaryIO, Literal, Self, TypeAlias

from wsrecord.cassette import binary, lines, publish
from wsrecord.cassette.batches import Count
from wsrecord.cassette.model import Direction, End, Head, Message, Record
from wsrecord.errors import CassetteError, UsageError

Encoding: TypeAlias = Literal["binary", "lines"]

PART = ".part"
_MODULES: dict[Encoding, ModuleType] = {"binary": binary, "lines": lines}
_MESSAGES = (Message, tuple)  # messages, or a Count of them
_LONGEST_START = 1 << 16
_LONGEST_HEAD = 1 << 20  # a first line without an end is no cassette, however long it goes on


def detect(start: bytes) -> Encoding | None:
    """The encoding of a file that starts so, None if it is no cassette."""
    if start.startswith(binary.MAGIC):
        return "binary"
    return "lines" if start.startswith(b"{") else None


def encoding_for(path: Path) -> Encoding:
    """The encoding that a new cassette's name asks for."""
    return "lines" if path.suffix in (".jsonl", ".ndjson", ".json") else "binary"


def looks_like(path: Path) -> bool:
    """Whether a file begins as a cassette does, whatever it is called."""
    try:
        with open(path, "rb") as file:
            start = file.read(_LONGEST_START)
    except (OSError, ValueError):
        return False
    encoding = detect(start)
    return encoding == "binary" or (encoding == "lines" and b'"wsrecord"' in start.partition(b"\n")[0])


def is_locked(path: Path) -> bool:
    """Whether a recorder is writing to this file now."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(fd)
    return False


def open_cassette(path: Path | str) -> "CassetteReader":
    """A reader for the cassette of this name, or for `NAME.part` if only that is there."""
    return CassetteReader(Path(path))


class CassetteReader:
    """A cassette read record by record, the head first; each iteration starts at the beginning.

    One iteration at a time: they share the file's place.
    """

    head: Head
    path: Path  # the file that was opened
    part: bool  # it is the `.part` of a recording that was not closed
    recording: bool  # a recorder was writing to it when it was opened
    encoding: Encoding
    cut: int = 0  # once read to the end: bytes at the end that belong to no whole record
    end: End | None = None  # once read to the end: its last record, if it has one

    def __init__(self, path: Path) -> None:
        self._file, self.path = _open(path)
        self.part = self.path.name.endswith(PART)
        try:
            self.recording = is_locked(self.path)
            self.encoding = self._detect()
            self._module = _MODULES[self.encoding]
            self.head = self._read_head()
        except BaseException:
            self._file.close()
            raise

    @property
    def ended(self) -> bool:
        """Whether the cassette has its end record (once read to the end)."""
        return self.end is not None

    def __iter__(self) -> Iterator[Record]:
        for records in self._pass(self._module.decode):
            yield from records

    def skim(self) -> Iterator[Record | Count]:
        """The same in less time, with counts in the place of messages; close messages stand as they are.

        What is wrong within a message is not told here, but when it is read.
        """
        for records in self._pass(self._module.skim):
            yield from records

    def _pass(self, read: Callable[[bytes], Sequence[Any]]) -> Iterator[Sequence[Any]]:
        self.cut, self.end = 0, None
        start = len(binary.MAGIC) if self.encoding == "binary" else 0
        self._file.seek(start)
        stream = self._module.bodies(self._file, self._remaining)
        position, number = start, 0
        while True:
            try:
                body = next(stream)
                records = read(body)
                # The most of all by far are messages, which are right anywhere between head and end.
                if not (number and records and type(records[0]) in _MESSAGES) or self.ended:
                    self._check_place(records, number)
            except StopIteration as stop:
                self.cut = stop.value
                return
            except (CassetteError, MemoryError, OSError) as error:
                raise CassetteError(self._place(position, number, error)) from None
            yield records
            position += len(body) + self._module.OVERHEAD
            number += 1

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _detect(self) -> Encoding:
        start = self._file.read(len(binary.MAGIC))
        found = detect(start)
        if found is not None:
            return found
        if not start:
            raise CassetteError(f"{self.path} is empty: nothing was recorded, or it is no cassette")
        if binary.MAGIC.startswith(start):
            raise CassetteError(f"{self.path} is cut after {len(start)} bytes, before its first record")
        if start.startswith(binary.MAGIC[:4]):
            raise CassetteError(
                f"{self.path} was a binary cassette, but something rewrote its bytes, as a conversion of"
                " line ends does (in git: `*.wsr binary` in .gitattributes)"
            )
        raise CassetteError(f"{self.path} is not a cassette: it starts with {start!r}")

    def _read_head(self) -> Head:
        if self.encoding == "lines":
            self._file.seek(0)
            first = self._file.readline(_LONGEST_HEAD)
            if not first.endswith(b"\n") and len(first) >= _LONGEST_HEAD:
                raise CassetteError(f"{self.path} is not a cassette: its first line is not a cassette's head")
        for record in self:
            assert isinstance(record, Head)
            return record
        raise CassetteError(
            f"{self.path} is cut within its head, after {self.cut} bytes of it: nothing to read"
        )

    def _check_place(self, records: Sequence[Any], number: int) -> None:
        """The head comes first and once, and nothing follows the end."""
        for record in records:
            if (number == 0) is not isinstance(record, Head):
                raise CassetteError("a second head" if number else "not a cassette's head")
            if self.end is not None:
                raise CassetteError("a record after the end record")
            if isinstance(record, End):
                self.end = record

    def _remaining(self) -> int:
        return max(0, os.fstat(self._file.fileno()).st_size - self._file.tell())

    def _place(self, position: int, number: int, error: Exception) -> str:
        if isinstance(error, MemoryError):
            text = "too large for the memory that there is"
        elif isinstance(error, OSError):
            text = f"can't be read: {error.strerror or error}"
        else:
            text = str(error)
        before = (
            "no whole record stands" if not number else f"{number} whole record{'s' * (number > 1)} stand"
        )
        return f"{self.path}: record {number + 1}, at byte {position}: {text} ({before} before it)"


class CassetteWriter:
    """A cassette that is being written: `NAME.part`, until it is closed."""

    def __init__(self, path: Path, fd: int, encoding: Encoding, *, replace: bool) -> None:
        self.path = path
        self.part = part_of(path)
        self.encoding: Encoding = encoding
        self.size = 0  # bytes in whole records
        self._fd = fd
        self._replace = replace
        self._broken = False
        module = _MODULES[encoding]
        self._encode = module.encode
        self._encode_batches = module.encode_batches
        self._encode_all = module.encode_all

    @classmethod
    def create(
        cls, path: Path | str, *, encoding: Encoding | None = None, replace: bool = False
    ) -> "CassetteWriter":
        """Begin a cassette of this name; `replace` lets closing take the place of one that is there."""
        path = Path(path)
        encoding = encoding or encoding_for(path)
        _refuse_taken(path, replace=replace)
        part = part_of(path)
        try:
            _make_folder(path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            fd = os.open(part, flags, 0o600)
        except FileExistsError:
            _refuse_taken(path, replace=replace)
            raise UsageError(f"{part} can't be made: something of that name is in the way") from None
        except (OSError, ValueError) as error:
            raise CassetteError(f"{part} can't be made: {_why(error)}") from None
        writer = cls(path, fd, encoding, replace=replace)
        try:
            os.fchmod(fd, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX)
        except OSError:  # a file system without modes or locks: "still recording" can't be told there
            pass
        if encoding == "binary":
            try:
                writer._append(binary.MAGIC)
            except CassetteError:
                writer.abandon()
                raise
        return writer

    def record(self, record: Record) -> None:
        """Append one record: it is with the operating system when this returns."""
        self._append(self._encode(record))

    def messages(self, session: int, sender: Direction, t: int, items: Sequence[binary.Item]) -> None:
        """Append the messages of one read."""
        self._append(self._encode_batches([(session, sender, t, items)]))

    def batches(self, batches: Sequence[binary.Batch]) -> None:
        """Append the messages of several reads in one write."""
        self._append(self._encode_batches(batches))

    def copy(self, records: Iterable[Record]) -> None:
        """Append records from another cassette, in as few writes as the encoding can."""
        for data in self._encode_all(records):
            self._append(data)

    def close(self) -> None:
        """Finish: the cassette takes its name, and nothing is overwritten (but with `replace`)."""
        if self._fd < 0:
            return
        try:
            publish.publish(self._fd, self.part, self.path, replace=self._replace)
        finally:
            self._let_go()

    def abandon(self, *, keep: bool = False) -> None:
        """Give up: the `.part` goes too, unless it is to be kept."""
        if self._fd < 0:
            return
        if not keep and publish.is_same(self._fd, self.part):
            self.part.unlink(missing_ok=True)
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon(keep=True)

    def _append(self, data: bytes) -> None:
        if self._broken or self._fd < 0:
            raise CassetteError(
                f"{self.part} can't be written any more: an earlier write failed or it is closed"
            )
        try:
            written = os.write(self._fd, data)
            while written < len(data):
                written += os.write(self._fd, memoryview(data)[written:])
        except OSError as error:
            self._take_back()
            raise CassetteError(f"{self.part} can't be written: {_why(error)}") from error
        self.size += written

    def _take_back(self) -> None:
        """Cut what a failed write left, so that the next record does not follow half of one."""
        try:
            os.ftruncate(self._fd, self.size)
        except OSError:
            self._broken = True

    def _let_go(self) -> None:
        os.close(self._fd)
        self._fd = -1


def part_of(path: Path) -> Path:
    """Where a cassette of this name is written until it is closed."""
    return path.with_name(path.name + PART)


def _open(path: Path) -> tuple[BinaryIO, Path]:
    # The name once more at the end: a recorder may have closed it in between.
    for candidate in (path, part_of(path), path) if path.name else (path,):
        try:
            # Not blocking: a named pipe would wait for a writer that never comes.
            fd = os.open(candidate, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            raise CassetteError(f"{candidate} can't be read: {_why(error)}") from None
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            os.close(fd)
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise CassetteError(f"{candidate} is {what}, not a cassette")
        return os.fdopen(fd, "rb", buffering=1 << 18), candidate
    raise CassetteError(f"{path} does not exist (nor does {path.name}{PART}): no cassette of that name")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is not a folder") from None


def _refuse_taken(path: Path, *, replace: bool) -> None:
    if not path.name or path.name.endswith(PART):
        raise UsageError(f"{str(path)!r} can't be a cassette's name: {PART} is for those still being written")
    if os.path.isdir(path):  # Path.is_dir raises where a name is too long
        raise UsageError(f"{path} is a folder: name a file in it")
    if os.path.lexists(path) and not replace:
        raise UsageError(f"{path} is there already: nothing is overwritten; choose another name or remove it")
    part = part_of(path)
    if not os.path.lexists(part):
        return
    if is_locked(part):
        raise UsageError(f"{part} is being written by another recorder now: choose another name")
    raise UsageError(
        f"{part} is there, left by a recording that did not finish: `wsrecord show {part}` reads it;"
        f" move it away (`mv {part} OTHER.wsr`) or remove it"
    )


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return "the disk is full"
        return error.strerror or str(error)
    return str(error)
