"""What a settings profile of Hypothesis' means for `wsrecord fuzz`."""

import inspect
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
from explore.shop import shop
from hypothesis.database import DirectoryBasedExampleDatabase

from wsrecord.cli.fuzz_profile import MEANING, Habits, habits_of
from wsrecord.cli.main import run
from wsrecord.config.settings import Fuzz
from wsrecord.errors import UsageError
from wsrecord.explore.moves import Case, Probe
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.vocabulary import Vocabulary
from wsrecord.live.finds import Finds

TESTS = Path(__file__).parents[1]
GENERATED = ("valid", "invalid", "wire", "reconnect", "mutate")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a folder of its own, with the contract."""
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)


def habits(said: str, *, profile: str | None = "mine", database: str | None = None) -> Habits:
    """What `settings.register_profile("mine", …)` in a project's file comes to."""
    Path("profiles.py").write_text(
        "from hypothesis import HealthCheck, Phase, Verbosity, settings\n"
        "from hypothesis.database import *\n"
        f'settings.register_profile("mine", parent=settings.get_profile("default"), {said})\n'
    )
    options: Mapping[str, Any] = {"profile": profile, "database": database}
    return habits_of(options, Fuzz(profiles="profiles.py"), pytest.fail)


# -- what is mapped


def test_every_setting_of_hypothesis_means_something_or_is_said_to_mean_nothing() -> None:
    known = set(inspect.signature(hypothesis.settings.__init__).parameters) - {"self", "parent"}
    assert set(MEANING) == known, "Hypothesis has a setting that nobody has thought of"
    ours = {one.name for one in fields(Habits)}
    assert {name for name in MEANING.values() if name is not None} <= ours
    page = (TESTS.parent / "docs" / "fuzz.md").read_text()
    section = page.partition("## Hypothesis' database and settings")[2].partition("\n## ")[0]
    for name in MEANING:
        assert f"`{name}`" in section, f"docs/fuzz.md does not say what {name} means"


def test_a_profile_that_says_nothing_changes_nothing_but_the_number_that_was_asked_for() -> None:
    made = habits("")
    assert (made.repeats, made.reads, made.shrinks, made.first, made.voice) == (
        False,
        True,
        True,
        False,
        "normal",
    )
    assert made.phases == PHASES
    assert made.most == 100


def test_the_number_of_dialogues_counts_only_where_a_profile_is_named() -> None:
    assert habits("max_examples=7").most == 7
    assert habits("max_examples=7", profile=None).most is None


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("derandomize=True", "repeats", True),
        ("report_multiple_bugs=False", "first", True),
        ("phases=[Phase.generate]", "shrinks", False),
        ("phases=[Phase.generate]", "reads", False),
        ("phases=[Phase.reuse, Phase.shrink]", "phases", ("regressions",)),
        ("phases=[Phase.reuse, Phase.explicit]", "phases", ("regressions", "examples")),
        ("phases=[Phase.generate]", "phases", ("regressions", *GENERATED)),
        ("verbosity=Verbosity.quiet", "voice", "quiet"),
        ("verbosity=Verbosity.verbose", "voice", "verbose"),
        ("verbosity=Verbosity.debug", "voice", "verbose"),
        ("deadline=5, print_blob=True, stateful_step_count=3", "voice", "normal"),
    ],
)
def test_what_a_setting_means(said: str, name: str, value: Any) -> None:
    assert getattr(habits(said), name) == value


def test_a_profile_has_a_database_and_another_one_may_be_named() -> None:
    said = 'database=DirectoryBasedExampleDatabase("of-the-profile")'
    assert habits(said).database == DirectoryBasedExampleDatabase("of-the-profile")
    assert habits(said, database="mine").database == DirectoryBasedExampleDatabase("mine")
    assert habits(said, database="none").database is None
    assert habits("derandomize=True").database is None  # as Hypothesis has it


def test_the_option_wins_over_the_file() -> None:
    configured = Fuzz(database="of-the-file", profile="default")
    both = habits_of({"profile": None, "database": "mine"}, configured, pytest.fail)
    assert both.database == DirectoryBasedExampleDatabase("mine")
    file = habits_of({"profile": None, "database": None}, configured, pytest.fail)
    assert file.database == DirectoryBasedExampleDatabase("of-the-file")
    assert file.most == 100  # its profile is asked for by name


def test_the_seed_of_a_contract() -> None:
    repeating, other = Habits(repeats=True), Habits()
    assert repeating.seed("shop", None) == repeating.seed("shop", None) != repeating.seed("chat", None)
    assert repeating.seed("shop", 5) == other.seed("shop", 5) == 5
    assert other.seed("shop", None) != other.seed("shop", None)


# -- the file


def test_a_file_may_import_what_is_beside_it_and_print(capfd: pytest.CaptureFixture[str]) -> None:
    Path("tests").mkdir()
    Path("tests/beside_the_profiles.py").write_text("MOST = 12\n")
    Path("tests/profiles.py").write_text(
        "from hypothesis import settings\nfrom beside_the_profiles import MOST\nprint('loading')\n"
        "settings.register_profile('beside', max_examples=MOST)\n"
    )
    path = list(sys.path)
    found = habits_of(
        {"profile": "beside", "database": "none"}, Fuzz(profiles="tests/profiles.py"), pytest.fail
    )
    assert found.most == 12
    assert sys.path == path
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nimport nothing_of_this_name", r"profiles.py:2: .* ModuleNotFoundError: No module named"),
        ("x = (\n", r"profiles.py:1: .* SyntaxError: "),
        ("def f():\n    1 / 0\nf()", r"profiles.py:2: .* ZeroDivisionError"),
        ("raise SystemExit(3)", r"profiles.py:1: .* SystemExit: 3"),
        (
            "from hypothesis import settings\nsettings(max_examples=-1)",
            r"profiles.py:2: .* InvalidArgument: ",
        ),
    ],
)
def test_a_file_that_fails_is_said_with_its_place(text: str, said: str) -> None:
    Path("profiles.py").write_text(text)
    with pytest.raises(UsageError, match=said):
        habits_of({"profile": None, "database": "none"}, Fuzz(profiles="profiles.py"), pytest.fail)


def test_a_file_and_a_profile_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"none\.py: there is no such file"):
        habits_of({"profile": None, "database": "none"}, Fuzz(profiles="none.py"), pytest.fail)
    with pytest.raises(UsageError, match="no settings profile defaut: did you mean default\\?"):
        habits_of({"profile": "defaut", "database": "none"}, Fuzz(), pytest.fail)
    gone = "never-registered"
    assert run(["fuzz", "--target", "ws://127.0.0.1:9", "--contract", ".", "--profile", gone]) == 2


# -- what is tried again


def test_what_a_changed_contract_calls_wrong_waits() -> None:
    words = Vocabulary(shop(Path.cwd()))
    said: list[str] = []
    base = DirectoryBasedExampleDatabase("base")
    made = Phases(words, random=Random(1)).cases(["examples"])
    right = next(case for case in made)
    wrong = Case(tuple(_of_yesterday(move) for move in right.moves), "examples")
    for case in (right, wrong):
        Finds(base, "shop", said.append).keep(case, "WS901", lambda text: text)
    found = Habits().again([], Finds(base, "shop", said.append), words, 1, ())
    assert [case.moves for case in found] == [right.moves]


def _of_yesterday(move: Any) -> Any:
    return replace(move, value={**move.value, "coupon": "a field that was allowed"})


def test_kept_cassettes_are_tried_whatever_the_profile_reads() -> None:
    words = Vocabulary(shop(Path.cwd()))
    kept = [Case((Probe(size=1),), "regressions")]
    finds = Finds(DirectoryBasedExampleDatabase("base"), "shop", pytest.fail)
    finds.keep(kept[0], "WS901", lambda text: text)
    finds.keep(Case((Probe(size=2),), "wire"), "WS901", lambda text: text)

    def again(habits: Habits, *wanted: str) -> int:
        fresh = Finds(DirectoryBasedExampleDatabase("base"), "shop", pytest.fail)
        return len(habits.again(kept, fresh, words, 1, wanted))

    assert again(Habits()) == 2  # one of them is kept, too
    assert again(Habits(reads=False)) == 1
    assert again(Habits(), "valid") == 1  # and of that phase nothing is played
