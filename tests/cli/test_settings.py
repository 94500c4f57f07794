"""The nearest configuration counts."""

from pathlib import Path

import pytest

from wsrecord.cli.settings import acceptances, discover
from wsrecord.config.settings import Settings
from wsrecord.errors import UsageError

ENTRY = "- {code: WS101, reason: known, until: 2027-01-31}\n"


def test_the_nearest_file_upwards_is_taken_and_its_paths_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.wsrecord]\ncontract = "c"\naccepted = "k.yaml"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    found = discover(inner)
    assert found.file == str(tmp_path / "pyproject.toml")
    assert found.contract == (str(tmp_path / "c"),)
    assert found.accepted == str(tmp_path / "k.yaml")


@pytest.mark.parametrize(
    ("said", "meant"), [("finds", "{}/finds"), ("redis://h/2", "redis://h/2"), ("none", "none")]
)
def test_of_databases_only_folders_have_a_place(said: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / "wsrecord.toml").write_text(f'[fuzz]\ndatabase = "{said}"\nprofiles = "tests/profiles.py"\n')
    found = discover(tmp_path).fuzz
    assert found.database == meant.format(tmp_path)
    assert found.profiles == str(tmp_path / "tests/profiles.py")


def test_a_file_of_our_own_needs_no_table(tmp_path: Path) -> None:
    (tmp_path / "wsrecord.toml").write_text('fail_on = "never"\n')
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert discover(tmp_path).fail_on == "never"


def test_a_pyproject_without_our_table_does_not_end_the_search(tmp_path: Path) -> None:
    (tmp_path / "wsrecord.toml").write_text("min_score = 1\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n")
    assert discover(tmp_path / "a").min_score == 1


def test_the_search_ends_at_the_project_s_root(tmp_path: Path) -> None:
    (tmp_path / "wsrecord.toml").write_text("min_score = 1\n")
    (tmp_path / "project" / ".git").mkdir(parents=True)
    assert discover(tmp_path / "project") == Settings()


def test_two_configurations_in_one_folder_are_one_too_many(tmp_path: Path) -> None:
    (tmp_path / "wsrecord.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.wsrecord]\n")
    with pytest.raises(UsageError, match="keep one of them"):
        discover(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"fail_on = ", "not readable as TOML"),
        (b"\xff", "not readable as UTF-8"),
        (b"[tool]\nwsrecord = 1", "`tool.wsrecord` must be a table"),
        (
            b"[tool.wsrecord]\nfail_no = 1",
            "there is no key `fail_no` in [tool.wsrecord]: did you mean fail_on?",
        ),
    ],
)
def test_a_file_that_can_t_be_used_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        discover(tmp_path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_the_usual_list_of_accepted_findings_needs_no_configuration(tmp_path: Path) -> None:
    assert acceptances(Settings(), tmp_path) == ()
    (tmp_path / "wsrecord-accepted.yaml").write_text(ENTRY)
    (found,) = acceptances(Settings(), tmp_path)
    assert (found.code, found.file, found.line) == ("WS101", "wsrecord-accepted.yaml", 1)
    (inside,) = acceptances(Settings(file=str(tmp_path / "wsrecord.toml")), tmp_path / "elsewhere")
    assert inside.file == str(tmp_path / "wsrecord-accepted.yaml")


def test_a_list_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.yaml: can't be read"):
        acceptances(Settings(accepted=str(tmp_path / "gone.yaml")), tmp_path)
