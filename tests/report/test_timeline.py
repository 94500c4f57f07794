"""Records in, lines of text out."""

from cassette.records import EVERY_KIND, HEAD, records
from hypothesis import given
from hypothesis import strategies as st

from wsrecord.cassette.model import Direction, End, Message, Note, Opcode, Record, Request, Response
from wsrecord.report.timeline import View, column_width, columns, end_lines, head_lines, timeline

MS = 1_000_000


def message(
    payload: str, *, t: int = 0, session: int = 1, sender: Direction = "server", opcode: Opcode = Opcode.TEXT
) -> Message:
    return Message(t=t * MS, session=session, sender=sender, opcode=opcode, payload=payload.encode())


def shown(*found: Record, view: View | None = None) -> str:
    return "\n".join(timeline(found, view or View()))


def test_every_kind_has_its_line() -> None:
    assert shown(*EVERY_KIND).replace("  \n", "\n") == (
        """\
    0.000000 c1   · connected                           with TLS
    0.000000 c1   → POST /login?next=%2F          15 B  {"user": "ada"}
    0.000000 c1   ← 200 OK                         2 B  00 ff
                  · secret                              wsr-0123456789ab-token-1 stands for token """
        """(40 characters)
    0.000000 s1   → GET /ws?token=wsr-0123456789ab-token-1            WebSocket
    0.000000 s1   ← 101 Switching Protocols             WebSocket
    0.000000 s1   → start_agent                   23 B  {"type": "start_agent"}
    0.000000 s1   ← agent_started                 24 B  {"type":"agent_started"}
           = s1   ← binary                         4 B  93 01 02 c0
           = s1   ← text                          10 B  """
        """[not read: bomb, was 4000 B, since 0.000000, 2 frames, 10 B compressed] grüße<U+2028>
           = s1   ← ping                           0 B
    0.000000 s1   → pong                           1 B  fe
    0.000000 s1   ! reserved-opcode                     client: a frame with opcode 3  83 00
                  · weather                             (a record that a later version knows)
    0.000000 s1   ← close                          5 B  1000 bye
    0.000000 s1   → close                          2 B  1000
    0.000000 c1   · ended                               server: fin"""
    )


def test_messages_of_one_read_share_a_time_and_say_so() -> None:
    found = shown(message("a", t=5), message("b", t=5), message("c", t=5, sender="client"), message("d", t=6))
    assert [line.split()[0] for line in found.splitlines()] == ["0.005000", "=", "0.005000", "0.006000"]


def test_a_time_is_told_to_the_microsecond() -> None:
    late = Message(t=61_000_002_999, session=1, sender="client", opcode=Opcode.TEXT, payload=b"")
    assert shown(late).split()[0] == "61.000002"


def test_only_the_wanted_events_are_shown() -> None:
    talk = [
        message('{"type":"tool_executing"}'), message('{"type":"tool_completed"}'),
        message('{"type":"other"}'),
        message("\x03\xe8", opcode=Opcode.CLOSE), EVERY_KIND[1],
    ]  # fmt: skip
    assert [line.split()[3] for line in timeline(talk, View(events=("tool_*",)))] == [
        "tool_executing",
        "tool_completed",
    ]
    assert [line.split()[3] for line in timeline(talk, View(events=("close",)))] == ["close"]


def test_only_the_wanted_sessions_are_shown_with_their_handshake_and_end() -> None:
    other = Request(
        t=0, began=0, connection=2, exchange=1, method="GET", path="/ws", headers=(), session=2
    )  # fmt: skip
    found = shown(*EVERY_KIND, other, message("x", session=2), view=View(sessions=frozenset({2})))
    assert [line.split()[1] for line in found.splitlines()] == ["s2", "s2"]
    mine = shown(*EVERY_KIND, view=View(sessions=frozenset({1})))
    assert mine.splitlines()[-1].endswith("server: fin")
    assert "/login" not in mine


def test_a_line_is_cut_to_the_width_and_says_so() -> None:
    for width in range(40, 90):
        for line in timeline([*EVERY_KIND, message("日本" * 99)], View(width=width)):
            assert sum(2 if char in "日本" else 1 for char in line) <= width
    assert next(timeline([message("x" * 99)], View(width=80))).endswith("x…")


def test_a_payload_is_cut_where_no_terminal_cuts_it() -> None:
    assert "x" * 1000 + "… (crc32" in shown(message("x" * 2000))
    assert "x" * 2000 in shown(message("x" * 2000), view=View(limit=None))


def test_with_whole_payloads_come_the_heads() -> None:
    assert "Host:" not in shown(EVERY_KIND[2])
    assert "Host:                               127.0.0.1:9000" in shown(EVERY_KIND[2], view=View(limit=None))


def test_a_body_that_was_not_kept_says_why() -> None:
    answer = Response(
        t=0, began=0, connection=1, exchange=1, status=200, reason="", headers=(), size=9000, unkept="kind"
    )
    assert "← 200                         9000 B  [body not kept: neither text nor JSON]" in shown(answer)


def test_colour_is_only_there_when_asked_for() -> None:
    plain, colored = shown(*EVERY_KIND), shown(*EVERY_KIND, view=View(color=True))
    assert "\x1b" not in plain
    assert "\x1b[32m←\x1b[0m \x1b[32;1magent_started" in colored
    assert colored.count("\n") == plain.count("\n")


@given(st.lists(records, max_size=5), st.none() | st.integers(1, 100), st.booleans())
def test_no_cassette_can_move_the_cursor(found: list[Record], width: int | None, whole: bool) -> None:
    view = View(width=width, limit=None if whole else 50)
    for line in [*timeline(found, view), *head_lines(HEAD)]:
        assert len(line.splitlines()) <= 1
        assert "\x1b" not in line
        line.encode()
    list(columns(found, [1], View(width=80)))


def test_sessions_stand_side_by_side() -> None:
    talk = [
        message("one", t=1),
        message("two", t=2, session=2, sender="client"),
        message("three", t=3),
        EVERY_KIND[1],
    ]
    found = list(columns(talk, [1, 2], View(width=96)))
    assert found == [
        "              session 1                                 session 2                               ",
        "    0.001000  ← text  one",
        "    0.002000                                            → text  two",
        "    0.003000  ← text  three",
        "    0.000000 c1   · connected                           with TLS",
    ]
    assert column_width(96, 2) == 40


def test_long_cells_stay_in_their_columns() -> None:
    for line in columns(
        [message("日本" * 99), message("x" * 99, session=2)], [1, 2], View(width=96, color=False)
    ):
        assert sum(2 if char in "日本" else 1 for char in line) <= 96


def test_the_frame_around_a_timeline_says_what_is_missing() -> None:
    end = End(t=1500 * MS, connections=1, exchanges=0, sessions=2, messages=3)
    assert list(end_lines(end, None)) == [
        "end at 1.500000: 1 connection, 0 exchanges, 2 sessions, 3 messages"
    ]
    assert list(end_lines(None, "still recording")) == ["! still recording"]
    assert list(head_lines(HEAD)) == [
        "recorded by wsrecord 0.1.0, begun 2026-02-03T04:05:06.000007Z",
        "target / ws://127.0.0.1:8000",
    ]


def test_a_note_of_no_session_stands_alone() -> None:
    assert shown(Note(t=0, code="x", text="y")) == "    0.000000      ! x                                   y"
