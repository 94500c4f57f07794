"""What a server printed, as it may be shown: its end, a traceback from its begin, no moved cursors."""

from wsrecord.cassette.model import Message, Opcode, Response
from wsrecord.live.printed import broke_in, shown

TRACEBACK = "Traceback (most recent call last):"


def as_is(text: str) -> str:
    return text


def test_the_last_forty_lines() -> None:
    lines = [f"line {number}" for number in range(100)]
    assert shown(lines, as_is) == lines[60:]
    assert shown(lines, as_is, most=2) == lines[98:]
    assert shown([], as_is) == []


def test_a_traceback_that_is_longer_is_shown_from_its_begin() -> None:
    deep = [f"  line {number}, in f" for number in range(80)]
    lines = ["before", TRACEBACK, *deep, "ValueError: no"]
    assert shown(lines, as_is) == lines[1:]


def test_one_that_does_not_fit_is_shown_by_its_end() -> None:
    lines = [TRACEBACK, *("x" * 400 for _ in range(60)), "ValueError: no"]
    told = shown(lines, as_is)
    assert told[-1] == "ValueError: no"
    assert TRACEBACK not in told
    assert sum(map(len, told)) + len(told) <= 8192


def test_a_long_line_is_cut_after_its_secrets_are_out() -> None:
    secret = "s" * 40
    (line,) = shown([f"{'x' * 480}{secret}"], lambda text: text.replace(secret, "…"))
    assert line == f"{'x' * 480}…"
    (line,) = shown(["x" * 600], as_is)
    assert line == f"{'x' * 500}…"


def test_what_colours_text_hides_no_secret_and_what_moves_cursors_is_harmless() -> None:
    line = "\x1b]0;title\x07\x1b[2Jhunter2\x1b[1;31mhunter2\x1b[0m\r\x9b31m\x1b"
    (told,) = shown([line], lambda text: text.replace("hunter2hunter2", "…"))
    assert "hunter2" not in told
    assert told.isprintable()


def test_a_secret_of_many_lines_is_out_before_the_lines_are_cut() -> None:
    key = "\n".join(f"key {number}" for number in range(60))
    assert shown(f"a\n{key}\nb".split("\n"), lambda text: text.replace(key, "…")) == ["a", "…", "b"]


def answer(status: int) -> Response:
    return Response(connection=1, exchange=1, began=0, t=0, status=status, reason="", headers=())


def close(code: int, sender: str = "server") -> Message:
    payload = code.to_bytes(2, "big")
    return Message(t=0, session=1, sender=sender, opcode=Opcode.CLOSE, payload=payload)  # type: ignore[arg-type]


def test_a_server_that_says_that_it_broke() -> None:
    assert broke_in([answer(101), close(1011)])
    assert broke_in([answer(500)])
    assert not broke_in([answer(101), answer(404), close(1000), close(1011, "client")])
