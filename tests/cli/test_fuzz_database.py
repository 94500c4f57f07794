"""`wsrecord fuzz` with Hypothesis' database and settings profiles, against a small real server."""

import json
import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from explore.shop import shop
from hypothesis.database import DirectoryBasedExampleDatabase
from support.redis_server import redis_server
from support.shop_command import start
from support.waiting import free_port, until_it_listens

from wsrecord.cassette.recording import load
from wsrecord.cli.main import run
from wsrecord.explore.moves import Case
from wsrecord.explore.phases import Phases
from wsrecord.explore.retold import saved_case
from wsrecord.explore.tidy import tidy
from wsrecord.explore.vocabulary import Vocabulary

TESTS = Path(__file__).parents[1]
ROW = b"wsrecord-fuzz-1:shop"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in a folder of its own, with the contract."""
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)


def arguments(bug: str, *options: str) -> list[str]:
    return ["fuzz", "--start", start(bug), "--contract", "contract.yaml", "--seconds", "40", *options]


def fuzz(*options: str, bug: str = "") -> int:
    return run(arguments(bug, "--json", "report.json", *options))


def codes() -> list[str]:
    return [one["code"] for one in json.loads(Path("report.json").read_text())["findings"]]


def rows(folder: str = "base") -> tuple[int, int]:
    base = DirectoryBasedExampleDatabase(folder)
    return len(list(base.fetch(ROW))), len(list(base.fetch(ROW + b".secondary")))


def kept(folder: str) -> list[Case]:
    found = [saved_case(load(path)) for path in sorted(Path(folder).glob("*.wsr"))]
    return [case for case in found if case is not None]


AGAIN = ("--phase", "regressions", "--database", "base")


def test_another_checkout_finds_at_once_what_one_has_found(capfd: pytest.CaptureFixture[str]) -> None:
    assert fuzz("--first", "--seed", "1", "--database", "base", "--save", "one", bug="picky") == 1
    assert rows() == (1, 0)
    assert fuzz(*AGAIN, "--save", "two", bug="picky") == 1
    assert codes() == ["WS902"]
    assert "1 dialogue (regressions 1)" in capfd.readouterr().out
    assert [case.moves for case in kept("two")] == [case.moves for case in kept("one")]
    assert rows() == (1, 0)


def test_a_mended_server_empties_the_database_and_keeps_the_cassettes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert fuzz("--first", "--seed", "1", "--database", "base", "--save", "one", bug="picky") == 1
    assert fuzz(*AGAIN, "--save", "one") == 0
    assert "1 failure of the database did not come again, and was taken out of it" in capfd.readouterr().out
    assert rows() == (0, 0)
    assert len(kept("one")) == 1


def test_a_cassette_that_is_removed_comes_again_while_the_database_has_it_and_it_fails(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert fuzz("--first", "--seed", "1", "--database", "base", "--save", "one", bug="picky") == 1
    Path("one").joinpath(*(path.name for path in Path("one").iterdir())).unlink()
    assert fuzz(*AGAIN, "--save", "one", bug="picky") == 1
    assert len(kept("one")) == 1
    Path("wsrecord-accepted.yaml").write_text(
        "- {code: WS902, where: {event: open}, reason: sold out, until: 2999-01-31}\n"
    )
    capfd.readouterr()
    assert fuzz(*AGAIN, "--save", "one", bug="picky") == 0
    out = capfd.readouterr().out
    assert "no findings; 1 accepted" in out
    assert "→" not in out  # what is lived with is not told as what was found


def test_what_the_contract_calls_wrong_by_now_waits_in_the_database() -> None:
    assert fuzz("--first", "--seed", "1", "--database", "base", "--save", "one", bug="picky") == 1
    contract = Path("contract.yaml")
    contract.write_text(contract.read_text().replace('"blue"', '"green"'))
    assert fuzz(*AGAIN, "--save", "two", bug="picky") == 0
    assert rows() == (1, 0)
    assert not Path("two").exists()


def test_what_was_under_way_when_a_server_went_for_good_is_tried_by_the_next_run() -> None:
    port = free_port()
    with subprocess.Popen(start("dies").replace("{port}", str(port)), shell=True) as server:
        until_it_listens(port, server)
        options = ["--contract", "contract.yaml", "--seed", "1", "--database", "base"]
        assert run(["fuzz", "--target", f"ws://127.0.0.1:{port}/", *options]) == 1
    sure, doubtful = rows()
    assert sure == 0 < doubtful
    assert fuzz(*AGAIN, bug="dies") == 1
    assert codes() == ["WS903"]
    assert rows()[0] == 1


def test_two_runs_at_a_time_share_a_folder() -> None:
    command = [sys.executable, "-m", "wsrecord", *arguments("picky", "--first", "--database", "base")]
    both = [
        subprocess.Popen(
            [*command, "--save", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for name in ("one", "two")
    ]
    for process in both:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 1, out
        assert "Traceback" not in out
    assert fuzz(*AGAIN, "--save", "three", bug="picky") == 1
    assert fuzz(*AGAIN, "--save", "three") == 0
    assert rows() == (0, 0)


def test_a_database_full_of_rubbish_changes_nothing() -> None:
    base = DirectoryBasedExampleDatabase("base")
    for value in (b"", b"\xff", b"{}", b'{"phase": 1, "moves": [{"do": "say", "value": {"$new": []}}]}'):
        base.save(ROW, value)
    assert fuzz(*AGAIN) == 0
    assert rows() == (4, 0)


def test_a_database_that_is_no_folder_is_said_and_the_run_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    Path("base").write_text("a file")
    assert fuzz("--database", "base", "--first", "--seed", "1", bug="picky") == 1
    assert "the database base is no folder" in capfd.readouterr().err


def test_a_secret_of_the_contract_s_does_not_get_into_the_database(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = json.loads(Path("contract.yaml").read_text())
    contract["client"]["time"]["properties"]["id"] = {"const": "orchid-blue-7731-q"}
    Path("contract.yaml").write_text(json.dumps(contract))
    monkeypatch.setenv("SHOP_API_PASSWORD", "orchid-blue-7731-q")
    assert fuzz("--phase", "examples", "--database", "base", "--votes", "1/1", bug="wrong") == 1
    assert codes() == ["WS101"]
    assert rows() == (0, 0)
    assert "seems to hold a secret" in capfd.readouterr().err
    for path in Path("base").rglob("*"):
        assert path.is_dir() or b"orchid" not in path.read_bytes()


@pytest.mark.needs("redis-server")
def test_machines_share_a_redis(capfd: pytest.CaptureFixture[str]) -> None:
    with redis_server() as port:
        address = f"redis://127.0.0.1:{port}/1"
        Path("wsrecord.toml").write_text(f'[fuzz]\ndatabase = "{address}"\n')
        assert fuzz("--first", "--seed", "1", "--save", "one", bug="picky") == 1
        again = ("--phase", "regressions", "--database", address)
        assert fuzz(*again, "--save", "two", bug="picky") == 1
        assert fuzz(*again, "--save", "three") == 0
    capfd.readouterr()
    assert fuzz(*again, "--save", "three") == 0
    err = capfd.readouterr().err
    assert err.count("fails, and is left aside") == 1
    assert f"redis://127.0.0.1:{port}/1" in err


@pytest.fixture
def alone() -> dict[str, str]:
    """The environment of a machine that is none of CI's."""
    hosts = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "TF_BUILD", "TEAMCITY_VERSION")
    return {name: value for name, value in os.environ.items() if name not in hosts}


def elsewhere(environment: dict[str, str], *options: str, bug: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wsrecord", *arguments(bug, *options)]
    path = os.pathsep.join(filter(None, (str(TESTS.parent), environment.get("PYTHONPATH"))))
    environment = {**environment, "PYTHONPATH": path}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_by_itself_it_is_hypothesis_own_folder(alone: dict[str, str]) -> None:
    assert elsewhere(alone, "--first", "--save", "one", bug="picky").returncode == 1
    assert rows(".hypothesis/examples") == (1, 0)
    assert (Path(".hypothesis") / ".gitignore").exists()
    assert elsewhere(alone, "--phase", "regressions", "--save", "two").returncode == 0
    assert rows(".hypothesis/examples") == (0, 0)


def test_on_a_ci_machine_runs_are_alike_and_keep_nothing(alone: dict[str, str]) -> None:
    runs = [elsewhere({**alone, "CI": "true"}, "--sessions", "20") for _ in range(2)]
    seeds = {one.stderr.partition(";")[0] for one in runs}
    assert len(seeds) == 1
    assert not Path(".hypothesis/examples").exists()
    assert elsewhere(alone, "--sessions", "20").stderr.partition(";")[0] not in seeds
    assert elsewhere({**alone, "CI": "true"}, "--sessions", "20", "--seed", "5").stderr.startswith(
        "wsrecord: seed 5;"
    )


def profiled(said: str, *options: str, bug: str = "") -> int:
    """A run under `settings.register_profile("nightly", …)`."""
    Path("profiles.py").write_text(
        "from hypothesis import Phase, Verbosity, settings\n"
        f"settings.register_profile('nightly', settings.get_profile('default'), database=None, {said})\n"
    )
    Path("wsrecord.toml").write_text('[fuzz]\nprofiles = "profiles.py"\nprofile = "nightly"\n')
    return fuzz("--seed", "1", "--save", "one", *options, bug=bug)


def test_a_profile_s_number_is_that_of_each_phase_s_dialogues(capfd: pytest.CaptureFixture[str]) -> None:
    assert profiled("max_examples=3, verbosity=Verbosity.verbose") == 0
    done = capfd.readouterr()
    (counts,) = re.findall(r"dialogues \((.*?)\)", done.out)
    assert sorted(counts.split(", ")) == ["examples 3", "invalid 3", "reconnect 3", "valid 3", "wire 3"]
    assert "there was nothing more to try" in done.out
    assert done.err.count("wsrecord: wire: ") == 3


def test_a_profile_that_reports_one_bug_ends_with_the_first(capfd: pytest.CaptureFixture[str]) -> None:
    assert profiled("report_multiple_bugs=False, verbosity=Verbosity.quiet", bug="picky") == 1
    done = capfd.readouterr()
    assert "one failure was enough" in done.out
    assert done.err == ""


def test_a_profile_that_does_not_shrink_keeps_what_was_found(tmp_path: Path) -> None:
    phases = "phases=[Phase.generate]"
    assert profiled(phases, "--first", "--phase", "valid", bug="second") == 1
    (case,) = kept("one")
    made = Phases(Vocabulary(shop(tmp_path)), random=Random(1))
    assert case.moves in [tidy(one).moves for one in islice(made.cases(["valid"]), 3_000)]
