"""A finished cassette takes its name, and never another file's place."""

from pathlib import Path

import pytest
from cassette.records import HEAD

from wsrecord.cassette import publish
from wsrecord.cassette.model import Record
from wsrecord.cassette.store import CassetteWriter, is_locked, open_cassette
from wsrecord.errors import IncompleteError


def read(path: Path) -> list[Record]:
    with open_cassette(path) as reader:
        return list(reader)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.wsr"


def test_closing_never_overwrites(path: Path) -> None:
    writer = CassetteWriter.create(path)
    writer.record(HEAD)
    path.write_text("mine")
    with pytest.raises(IncompleteError, match=r"not overwritten: the recording is in .*\.part"):
        writer.close()
    assert path.read_text() == "mine"
    assert read(writer.part) == [HEAD]
    assert not is_locked(writer.part)


def test_closing_publishes_nothing_but_its_own_file(path: Path) -> None:
    writer = CassetteWriter.create(path)
    writer.part.unlink()
    writer.part.write_text("not mine")
    with pytest.raises(IncompleteError, match="moved or removed"):
        writer.close()
    assert not path.exists()


def test_replacing_is_asked_for(path: Path) -> None:
    path.write_text("old")
    with CassetteWriter.create(path, replace=True) as writer:
        writer.record(HEAD)
        assert path.read_text() == "old"
    assert read(path) == [HEAD]


def test_without_hard_links_nothing_is_overwritten_either(tmp_path: Path) -> None:
    part, path = tmp_path / "a.part", tmp_path / "a"
    for way in (publish.rename_noreplace, publish.copy_exclusively):
        part.write_text("new")
        path.unlink(missing_ok=True)
        way(part, path)
        assert path.read_text() == "new"
        part.write_text("newer")
        with pytest.raises(FileExistsError):
            way(part, path)
        assert path.read_text() == "new"


def test_a_folder_that_went_away_is_said(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "folder" / "a.wsr")
    (tmp_path / "folder").rename(tmp_path / "moved")
    with pytest.raises(IncompleteError, match="moved or removed"):
        writer.close()
    assert (tmp_path / "moved" / "a.wsr.part").exists()


def test_what_can_not_be_published_keeps_its_part(path: Path) -> None:
    writer = CassetteWriter.create(path, replace=True)
    writer.record(HEAD)
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(IncompleteError, match=r"could not be made \(Is a directory\): the recording is in"):
        writer.close()
    assert read(writer.part) == [HEAD]


def test_a_copy_that_fails_does_not_stay(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish.copy_exclusively(tmp_path / "nothing", tmp_path / "a")
    assert not (tmp_path / "a").exists()
