"""`wsrecord verify` on failures that fuzz kept, against a small real server, with a bug and mended."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli.verifying import code, codes, verify
from click.testing import Result
from explore.shop import shop
from live.chat import cassette
from live.recorded import Recorded
from support.ends import closed_port
from support.shop_command import start

from wsrecord.cassette.model import Head
from wsrecord.cassette.recording import load
from wsrecord.cassette.store import CassetteWriter
from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit
from wsrecord.explore.kept import Kept, kept_of, note_of
from wsrecord.explore.moves import Case, Close, Connect, Say

TESTS = Path(__file__).parents[1]
OPEN: dict[str, Any] = {"type": "open", "id": {"$new": 1}}
PUT = {"type": "put", "id": {"$new": 2}, "cart": {"$given": ["opened", "/cart"]}, "count": 1}
PICKY = Case((Say(event="open", value={**OPEN, "colour": "blue"}),))
SECOND = Case((Say(event="open", value=OPEN), Say(event="put", value=PUT), Say(event="put", value=PUT)))
DIES = Case((Say(value={"type": "dance"}, breaks="an event that there is"),), "invalid")
ASKED = Recorded().upgrade().client({"type": "time", "id": "a1b2c3d4e5"})
ASKED.server({"type": "now", "re": "a1b2c3d4e5"}).close()
SILENT = Case((Say(data=b"{", breaks="JSON"),), "invalid")


pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folder(project: Path) -> Path:
    shop(project)
    (project / "wsrecord.toml").write_text('contract = "contract.yaml"\n')
    return project


def keep(name: str, case: Case, found: str = "") -> None:
    """A kept failure, without the session that it came from."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = Head(created="2026-01-01T00:00:00Z", recorder="a test", targets={}, nonce="")
    writer = CassetteWriter.create(path)
    writer.record(head)
    writer.record(note_of(Kept(case=case, code=found, contract="shop"), 0))
    writer.close()


def on(bug: str, *arguments: str) -> Result:
    return verify(*arguments, "--start", start(bug), "--json", "-")


@pytest.mark.parametrize(
    ("bug", "case", "found"),
    [("picky", PICKY, "WS902"), ("second", SECOND, "WS903"), ("silent", SILENT, "WS901")],
)
def test_it_fails_while_the_bug_is_there_and_is_clean_once_it_is_mended(
    bug: str, case: Case, found: str
) -> None:
    keep("kept/one.wsr", case, found)
    before = on(bug, "kept")
    assert (code(before), codes(before)) == (Exit.FINDINGS, [found])
    after = on("", "kept")
    assert (code(after), codes(after)) == (Exit.CLEAN, []), after.output


def test_one_that_fails_again_is_shown_as_a_dialogue() -> None:
    keep("kept/one.wsr", SECOND, "WS903")
    keep("kept/two.wsr", PICKY, "WS902")
    lines = verify("kept", "--start", start("second")).stdout.splitlines()
    at = lines.index('  dialogue  s1  → {"id": «new 1», "type": "open"}')
    put = 's1  → {"cart": «opened/cart», "count": 1, "id": «new 2», "type": "put"}'
    assert lines[at + 1 : at + 3] == [f"{'':12}{put}"] * 2
    assert any(line.startswith("       got  ") for line in lines[:at])
    assert not any("blue" in line for line in lines)  # that one does not fail here
    assert "«" not in verify("kept", "--start", start("")).stdout


def test_each_has_a_server_of_its_own_even_if_one_ended_it() -> None:
    keep("kept/1.wsr", DIES, "WS903")
    keep("kept/2.wsr", DIES, "WS903")
    done = on("dies", "kept")
    assert codes(done) == ["WS903", "WS903"]
    assert [one["place"]["cassette"] for one in json.loads(done.stdout)["findings"]] == [
        "kept/1.wsr",
        "kept/2.wsr",
    ]


@pytest.mark.parametrize(
    ("others", "left"), [(1, "1 kept failure was not acted out"), (2, "2 kept failures were not acted out")]
)
def test_a_server_that_is_not_ours_and_is_gone_ends_it(
    others: int, left: str, capfd: pytest.CaptureFixture[str]
) -> None:
    keep("kept/1.wsr", DIES, "WS903")
    for number in range(others):
        keep(f"kept/{number + 2}.wsr", PICKY, "WS902")
    port = closed_port()
    with subprocess.Popen(start("dies").replace("{port}", str(port)), shell=True) as process:
        target = ("--target", f"ws://127.0.0.1:{port}", "--start-timeout", "60")
        done = wsrecord(["verify", "kept", *target, "--json", "report.json"])
        process.kill()
    assert [one["code"] for one in json.loads(Path("report.json").read_text())["findings"]] == ["WS903"]
    assert done == Exit.TARGET
    said = capfd.readouterr().err
    assert left in said
    assert "the target is gone" in said


def test_recordings_and_kept_failures_go_together() -> None:
    cassette(Path("mixed/plain.wsr"), ASKED)
    keep("mixed/picky.wsr", PICKY, "WS902")
    done = on("picky", "mixed", "--concurrency", "4", "--repeat", "2", "--save-failures", "out")
    report = json.loads(done.stdout)
    (finding,) = report["findings"]
    assert (finding["code"], finding["place"]["cassette"]) == ("WS902", "mixed/picky.wsr")
    assert finding["extra"]["runs"] == {"in": [1, 2], "of": 2}
    saved = sorted(Path("out").glob("*.wsr"))
    assert [path.name for path in saved] == ["picky-1.wsr", "picky-2.wsr"]
    again = kept_of(load(saved[0]))
    assert again is not None
    assert again.case == PICKY
    assert code(on("", "mixed")) == Exit.CLEAN


def test_kept_failures_are_no_part_of_coverage() -> None:
    keep("kept/one.wsr", PICKY)
    done = verify("kept", "--start", start(), "--min-coverage", "90")
    assert code(done) == Exit.CLEAN, done.output
    assert "no findings\nchecked 1 cassette, 1 session, " in done.stdout


def test_what_does_not_apply_is_said() -> None:
    keep("kept/one.wsr", PICKY)
    before = Path("kept/one.wsr").read_bytes()
    done = verify("kept", "--start", start(), "--update")
    assert "--update: failures that fuzz kept stay as they are" in done.output
    assert Path("kept/one.wsr").read_bytes() == before


def test_what_a_mended_server_does_not_let_be_said_is_told() -> None:
    keep("kept/one.wsr", Case((*PICKY.moves, Close(), *PICKY.moves)))
    done = verify("kept", "--start", start())
    assert code(done) == Exit.CLEAN
    assert "kept/one.wsr: 1 of its messages could not be said" in done.output


def test_another_user_that_nobody_has_is_the_one_there_is() -> None:
    keep("kept/one.wsr", Case((Connect(on=1, user=1), *PICKY.moves)), "WS902")
    assert codes(on("picky", "kept")) == ["WS902"]


@pytest.mark.parametrize("contract", ["", "contract: other\nname: /type\napplies: {path: /elsewhere}\n"])
def test_without_its_contract_it_says_so_before_a_server_starts(
    contract: str, capfd: pytest.CaptureFixture[str]
) -> None:
    keep("kept/one.wsr", PICKY)
    Path("wsrecord.toml").write_text("")
    Path("other.yaml").write_text(f"{contract}client: {{go: true}}\n")
    chosen = ("--contract", "other.yaml") if contract else ()
    assert wsrecord(["verify", "kept", "--start", "touch started; : {port}", *chosen]) == Exit.USAGE
    said = capfd.readouterr().err
    assert "kept/one.wsr is a failure that fuzz kept" in said
    assert "--contract PATH" in said
    assert len(said.splitlines()) == 1
    assert not Path("started").exists()


def test_check_leaves_them_out(capfd: pytest.CaptureFixture[str]) -> None:
    keep("kept/one.wsr", PICKY)
    assert wsrecord(["check", "kept"]) == Exit.USAGE
    assert "nothing to check: kept/one.wsr is a failure that fuzz kept" in capfd.readouterr().err
    cassette(Path("kept/plain.wsr"), ASKED)
    assert wsrecord(["check", "kept"]) == Exit.CLEAN
    out, err = capfd.readouterr()
    assert "left out: kept/one.wsr" in err
    assert "checked 1 cassette" in out


def test_show_tells_why_it_was_kept(capfd: pytest.CaptureFixture[str]) -> None:
    keep("kept/one.wsr", PICKY, "WS902")
    assert wsrecord(["show", "kept/one.wsr"]) == Exit.CLEAN
    out = capfd.readouterr().out
    assert "kept by fuzz" in out
    assert "WS902; `wsrecord verify` acts this out again:" in out
    assert '→ {"colour": "blue", "id": «new 1», "type": "open"}' in out


WRONG = Case((Say(event="open", value=OPEN, breaks="required at /colour"),), "invalid")
SAME = Case(tuple(Say(on=on, event="time", value={"type": "time", "id": ""}) for on in (0, 1)))


def test_what_the_contract_allows_by_now_is_right(capfd: pytest.CaptureFixture[str]) -> None:
    keep("kept/one.wsr", WRONG, "WS907")
    assert wsrecord(["verify", "kept", "--start", start(), "--json", "report.json"]) == Exit.CLEAN
    said = capfd.readouterr().err
    assert "kept/one.wsr: the contract allows now what was wrong in it (open, required at /colour)" in said
    long = {"type": "time", "id": "x" * 65}
    keep("kept/two.wsr", Case((Say(event="time", value=long, breaks="maxLength at /id"),)), "WS907")
    assert codes(on("lenient", "kept/two.wsr")) == ["WS907"]  # this is as wrong as it was


def test_a_server_that_still_breaks_at_it_is_found_all_the_same() -> None:
    blue = Case((Say(event="open", value={**OPEN, "colour": "blue"}, breaks="enum at /colour"),), "invalid")
    keep("kept/one.wsr", blue, "WS907")
    assert codes(on("picky", "kept")) == ["WS902"]


def test_what_the_contract_forbids_by_now_may_be_refused() -> None:
    keep("kept/one.wsr", SAME, "WS101")
    done = on("", "kept")
    assert (code(done), codes(done)) == (Exit.CLEAN, []), done.output
