"""The line that plays a kept failure again: it can be typed as it stands, and no secret stands in it."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from explore.shop import shop
from support.shop_command import start

from wsrecord.cli.fuzz_replay import command, lines
from wsrecord.cli.main import run
from wsrecord.errors import Exit

KEPT = Path(".wsrecord/failures/ws902-open-1.wsr")
NOTHING: dict[str, Any] = {
    "target": None,
    "start": None,
    "ready": None,
    "reset": None,
    "start_timeout": None,
    "contracts": (),
    "header": (),
    "query": (),
    "secret": (),
    "auth": None,
    "setup": None,
    "target_ca": None,
    "insecure": False,
    "fail_on": None,
    "accepted": None,
    "save": Path(".wsrecord/failures"),
}


def said(**options: Any) -> list[str]:
    """The words after the cassette's name, as a shell reads them."""
    words = shlex.split(command([KEPT], {**NOTHING, **options}))
    assert words[:3] == ["wsrecord", "verify", str(KEPT)]
    return words[3:]


def test_what_was_given_and_matters_is_there() -> None:
    start = "uvicorn app:app --port {port}"
    ready = "http://127.0.0.1:{port}/health"
    assert said(start=start, ready=ready, contracts=("my schemas", "b"), start_timeout=5.0) == [
        "--start", start, "--ready", ready, "--start-timeout", "5",
        "--contract", "my schemas", "--contract", "b",
    ]  # fmt: skip
    more = {"target_ca": Path("ca.pem"), "insecure": True, "fail_on": "warning", "accepted": "known.yaml"}
    assert said(target="ws://localhost:8000/ws", reset="./reset.sh", **more) == [
        "--target", "ws://localhost:8000/ws", "--reset", "./reset.sh",
        "--target-ca", "ca.pem", "--insecure", "--fail-on", "warning", "--accepted", "known.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"secret": ("token=s3cret",)}, ["--secret", "token=…"]),
        ({"secret": ("token=file:token.txt",)}, ["--secret", "token=file:token.txt"]),
        ({"secret": ("token=env:SHOP_TOKEN",)}, ["--secret", "token=env:SHOP_TOKEN"]),
        ({"header": ("X-Key: s3cret",)}, ["--header", "X-Key: …"]),
        ({"header": ("Authorization: Bearer {token}",)}, ["--header", "Authorization: Bearer {token}"]),
        ({"header": ("Authorization: s3cret {token}",)}, ["--header", "Authorization: …"]),
        ({"query": ("key=s3cret",)}, ["--query", "key=…"]),
        ({"query": ("token={token}",)}, ["--query", "token={token}"]),
        ({"auth": "login --password s3cret"}, ["--auth", "…"]),
        ({"setup": "make-user s3cret"}, ["--setup", "…"]),
        ({"target": "ws://ada:s3cret@localhost/ws"}, ["--target", "ws://ada:…@localhost/ws"]),
        ({"target": "ws://localhost/ws?token=s3cret&v=1"}, ["--target", "ws://localhost/ws?token=…&v=1"]),
        ({"ready": "http://127.0.0.1:{port}/h?key=s3cret"}, ["--ready", "http://127.0.0.1:{port}/h?key=…"]),
        ({"start": "API_KEY=s3cret app {port}"}, ["--start", "API_KEY=… app {port}"]),
        ({"start": "API_KEY='s3cret x' app {port}"}, ["--start", "API_KEY=… app {port}"]),
        ({"start": "app --token s3cret {port}"}, ["--start", "app --token … {port}"]),
        ({"start": "app --token=s3cret {port}"}, ["--start", "app --token=… {port}"]),
        ({"start": "TOKEN=$TOKEN app --port {port}"}, ["--start", "TOKEN=$TOKEN app --port {port}"]),
        (
            {"start": "app s3cret {port}", "secret": ("a=s3cret",)},
            ["--start", "app … {port}", "--secret", "a=…"],
        ),
    ],
)
def test_no_secret_is_shown(
    options: dict[str, Any], shown: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret-of-the-environment")
    monkeypatch.chdir(tmp_path)
    Path("token.txt").write_text("s3cret-of-a-file\n")
    assert said(**options) == shown
    assert "s3cret" not in "\n".join(lines([KEPT], {**NOTHING, **options}))


def test_a_credential_of_the_environment_is_none_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "Zx9Q11-correct-horse")
    assert said(start="app Zx9Q11-correct-horse {port}") == ["--start", "app … {port}"]


def test_how_many_there_are_is_said() -> None:
    many = [Path(f".wsrecord/failures/{number}.wsr") for number in range(4)]
    assert list(lines([], NOTHING)) == []
    one, *rest = lines([KEPT, KEPT], {**NOTHING, "start": "app {port}"})
    assert one == f"to play it again: wsrecord verify {KEPT} --start 'app {{port}}'"
    assert not any("secret" in line for line in rest)
    few = next(lines(many[:2], NOTHING))
    assert few == f"to play them again: wsrecord verify {many[0]} {many[1]}"
    assert next(lines(many, NOTHING)) == "to play them again: wsrecord verify .wsrecord/failures"


def test_what_was_left_out_is_said_to_be() -> None:
    told = list(lines([KEPT], {**NOTHING, "auth": "login"}))
    assert "  … stands for what may be a secret" in told


def test_hostile_text_is_harmless() -> None:
    assert "\x1b" not in "".join(lines([Path("a\x1b[31m.wsr")], {**NOTHING, "start": "x\x1b[2J {port}"}))


@pytest.mark.long
def test_the_line_that_a_run_prints_plays_what_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shop(tmp_path)
    given = ("--contract", "contract.yaml", "--secret", "token=hunter22hunter", "--header", "X-Key: {token}")
    more = ("--first", "--seed", "1", "--database", "none", "--seconds", "40")
    assert run(["fuzz", "--start", start("picky"), *given, *more]) == Exit.FINDINGS
    out, err = capfd.readouterr()
    (line,) = (line for line in out.splitlines() if line.startswith("to play it again: "))
    assert "hunter22" not in out + err
    wsrecord, *words = shlex.split(line.partition(": ")[2])
    assert wsrecord == "wsrecord"
    assert words[-4:] == ["--header", "X-Key: {token}", "--secret", "token=…"]
    assert run(words) == Exit.USAGE
    said = "--secret token: … stands for what was left out as a secret: put it in its place"
    assert said in capfd.readouterr().err
    words[-1] = "token=hunter22hunter"
    assert run(words) == Exit.FINDINGS
    assert "WS902" in capfd.readouterr().out
    assert run([*words, "--start", start()]) == Exit.CLEAN  # the last one counts
