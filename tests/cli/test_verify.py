"""`wsrecord verify`: recordings against servers whose every byte the test writes."""

import json
import time
from pathlib import Path

import pytest
from cli.verifying import against, code, codes
from click.testing import Result
from live.chat import CONTRACT, Event, cassette, chat, without
from live.recorded import Recorded
from live.test_player import closed, say
from support.ends import closed_port
from support.scripted import Peer
from support.served import served

from wsrecord.cli.main import run as wsrecord
from wsrecord.errors import Exit


@pytest.fixture(autouse=True)
def folder(project: Path) -> Path:
    return project


def test_a_server_that_does_what_it_did_is_clean(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    with served(chat()) as port:
        result = against(port, "chat")
    assert code(result) == Exit.CLEAN, result.output
    assert result.stdout == "no findings\nchecked 1 cassette, 1 session, 9 messages\n"
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("recorded", "options"),
    [(Recorded(), ()), (Recorded().upgrade().close(), ())],
)
def test_where_nothing_was_compared_it_is_not_green(
    recorded: Recorded, options: tuple[str, ...], folder: Path
) -> None:
    cassette(folder / "chat.wsr", recorded)
    with served(chat()) as port:
        assert code(against(port, "chat", *options)) == Exit.FINDINGS


def test_a_contract_of_which_nothing_is_seen_is_not_green(folder: Path) -> None:
    (folder / "schemas").mkdir()
    (folder / "schemas" / "contract.yaml").write_text(CONTRACT)
    cassette(folder / "chat.wsr", Recorded().upgrade().close())

    async def silent(peer: Peer) -> None:
        await peer.upgrade()
        await peer.frame()

    with served(silent) as port:
        result = against(port, "chat", "--json", "-")
    assert code(result) == Exit.FINDINGS
    assert "WS602" in codes(result)


@pytest.mark.parametrize("name", ["chat.wsr", "chat.wsr.jsonl"])
def test_a_cassette_that_was_cut_is_played_as_far_as_it_goes_and_says_so(name: str, folder: Path) -> None:
    cassette(folder / name, whole=False)
    with served(chat()) as port:
        result = against(port, name, "--json", "-")
    assert codes(result) == ["WS609"], result.stdout
    assert code(result) == Exit.CLEAN


def test_what_cannot_be_played_is_a_bad_file(folder: Path) -> None:
    (folder / "bad.wsr").write_bytes(b"no cassette")
    assert code(against(closed_port(), "bad.wsr")) == Exit.BAD_FILE
    assert code(against(closed_port(), "nothing")) == Exit.USAGE


def test_a_drift_is_found_and_the_contract_tells_who_moved(folder: Path) -> None:
    (folder / "schemas").mkdir()
    (folder / "schemas" / "contract.yaml").write_text(CONTRACT)
    cassette(folder / "chat.wsr")
    reports = ("--json", "r.json", "--junit-xml", "r.xml", "--sarif", "r.sarif", "--coverage")
    with served(chat(without("done", "answer"))) as port:
        result = against(port, "chat", *reports, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary.md")
    assert code(result) == Exit.FINDINGS
    assert "WS101 schema-invalid: done: /answer: missing" in result.stdout
    blame = "the server changed (recording and contract agree)"
    assert f"who moved  {blame}" in result.stdout
    assert "coverage of chat" in result.stdout
    [finding] = json.loads((folder / "r.json").read_text())["findings"]
    assert finding["extra"]["blame"] == blame
    for name in ("r.xml", "r.sarif", "summary.md"):
        assert blame.partition(" (")[0] in (folder / name).read_text(), name
    assert "::error" in result.stdout


def test_the_contract_that_is_out_of_date_is_told_to_be(folder: Path) -> None:
    (folder / "contract.yaml").write_text(CONTRACT.replace("[run_id, answer]", "[run_id, answer, model]"))
    cassette(folder / "chat.wsr")
    with served(chat()) as port:
        result = against(port, "chat", "--contract", "contract.yaml")
    assert "who moved  the contract is out of date (recording and live agree)" in result.stdout


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["WS803"]),
        (("--ignore", "/answer"), []),
        (("--ignore", "done#/ans*"), []),
        (("--match-event", "done=shape"), ["WS803"]),
        (("--fail-on", "never"), ["WS803"]),
    ],
)
def test_places_can_be_left_out(options: tuple[str, ...], expected: list[str], folder: Path) -> None:
    cassette(folder / "chat.wsr")
    with served(chat(without("done", "answer"))) as port:
        result = against(port, "chat", "--json", "-", *options)
    assert codes(result) == expected, result.stdout
    assert code(result) == (Exit.FINDINGS if expected and "never" not in options else Exit.CLEAN)


def test_how_closely_is_a_choice_for_all_or_for_some_events(folder: Path) -> None:
    cassette(folder / "chat.wsr")

    def other_words(event: Event, _: int) -> Event:
        return {**event, "motto": "good bye"} if event["type"] == "welcome" else event

    with served(chat(other_words)) as port:
        shape = against(port, "chat", "--match", "shape", "--json", "-", "--ignore", "done#/answer")
        exact = against(port, "chat", "--match", "exact", "--json", "-", "--ignore", "done#/answer")
        some = against(port, "chat", "--match-event", "wel*=exact", "--json", "-")
        others = against(port, "chat", "--match", "exact", "--match-event", "*=shape", "--json", "-")
    assert codes(exact) == codes(some) != codes(shape) == codes(others), exact.stdout
    assert code(against(1, "chat", "--match", "contract")) == Exit.USAGE
    result = against(1, "chat", "--match-event", "done=exactly")
    assert "did you mean exact?" in str(result.exception)


def test_chance_is_counted_and_has_a_threshold(folder: Path) -> None:
    cassette(folder / "chat.wsr")

    def sometimes(event: Event, number: int) -> Event:
        return without("done", "answer")(event, number) if number % 4 == 0 else event

    def run(*options: str) -> Result:
        with served(chat(sometimes)) as port:
            return against(port, "chat", "--repeat", "8", *options)

    result = run()
    assert code(result) == Exit.FINDINGS
    assert "(2 of 8 runs)" in result.stdout
    assert "checked 1 cassette, 8 sessions" in result.stdout
    assert code(run("--fail-above", "24")) == Exit.FINDINGS
    lenient = run("--fail-above", "25", "--concurrency", "4")
    assert code(lenient) == Exit.CLEAN, lenient.output
    assert "2 of 8 runs" in lenient.stdout


def test_fifty_cassettes_sixteen_at_once(folder: Path) -> None:
    for number in range(50):
        cassette(folder / "many" / f"chat{number:02}.wsr")
    busy, most = 0, 0
    talk = chat()

    async def act(peer: Peer) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        try:
            await talk(peer)
        finally:
            busy -= 1

    with served(act) as port:
        result = against(port, "many", "--concurrency", "16")
    assert code(result) == Exit.CLEAN, result.output
    assert "checked 50 cassettes, 50 sessions, 450 messages" in result.stdout
    assert 1 < most <= 17  # and the look at whether anybody is there


def test_two_builds_are_compared_with_each_other(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    worse = chat(without("done", "answer"))
    with served(chat()) as old, served(worse) as new:
        same = against(old, "chat", "--against", f"ws://127.0.0.1:{old}")
        other = against(new, "chat", "--against", f"ws://127.0.0.1:{old}", "--json", "-")
        # Both differ from the recording alike: that is not what was asked.
        both = against(new, "chat", "--against", f"ws://127.0.0.1:{new}")
    assert code(same) == Exit.CLEAN, same.output
    assert code(both) == Exit.CLEAN, both.output
    assert codes(other) == ["WS803"]
    (folder / "contract.yaml").write_text(CONTRACT)
    with served(chat()) as old, served(worse) as new:
        url = f"ws://127.0.0.1:{old}"
        same = against(old, "chat", "--against", url, "--contract", "contract.yaml", "--coverage")
        other = against(new, "chat", "--against", url, "--contract", "contract.yaml", "--json", "-")
    assert code(same) == Exit.CLEAN, same.output
    assert codes(other) == ["WS101"]
    nobody = f"ws://127.0.0.1:{closed_port()}"
    with served(chat()) as port:
        result = against(port, "chat", "--against", nobody, "--start-timeout", "0.3")
    assert code(result) == Exit.TARGET


def test_the_pace_can_be_that_of_the_recording(folder: Path) -> None:
    cassette(
        folder / "chat.wsr", Recorded().upgrade().server({"type": "a"}).client({"x": 1}, after=0.8).close()
    )

    async def act(peer: Peer) -> None:
        await peer.upgrade()

        await say(peer, {"type": "a"})
        await closed(peer)

    def took(*options: str) -> float:
        with served(act) as port:
            begun = time.monotonic()
            assert code(against(port, "chat", *options)) == Exit.CLEAN
            return time.monotonic() - begun

    assert took() < took("--pace", "recorded*4") < took("--pace", "recorded")
    assert code(against(1, "chat", "--pace", "slow")) == Exit.USAGE


def test_coverage_and_score_can_be_asked_for(folder: Path) -> None:
    (folder / "contract.yaml").write_text(CONTRACT.replace("client:", "  more: null\nclient:"))
    cassette(folder / "chat.wsr")
    with served(chat()) as port:
        result = against(port, "chat", "--contract", "contract.yaml", "--min-coverage", "100", "--json", "-")
        enough = against(port, "chat", "--contract", "contract.yaml", "--min-score", "100")
    assert codes(result) == ["WS611"]
    assert code(enough) == Exit.CLEAN, enough.output


def test_accepted_findings_do_not_fail(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    (folder / "known.yaml").write_text("- {code: WS803, reason: known, until: 2999-01-01}\n")
    with served(chat(without("done", "answer"))) as port:
        assert code(against(port, "chat", "--accepted", "known.yaml")) == Exit.CLEAN


def test_the_command_line_is_read_before_anything_is_connected(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    assert wsrecord(["verify", "chat"]) == Exit.USAGE
    for options in (
        ("--update", "--repeat", "2"),
        ("--update", "--against", "ws://127.0.0.1:1"),
        ("--header", "no header"),
        ("--secret", "x=env:NOT_THERE"),
        ("--ignore", "done#answer"),
        ("--ready", "a line of output"),
        ("--repeat", "0"),
    ):
        assert code(against(1, "chat", *options)) == Exit.USAGE, options
