"""What `links` shows: every place in words, and what is said of each value."""

from dialogue.recordings import Writer

from wsrecord.dialogue.links import find
from wsrecord.dialogue.occurrences import tell
from wsrecord.report.links_page import LinksPage

RUN = "66fa9116-179b-4aec-8f7b-1b70d15b643a"


def page(writer):
    told = tell(writer.recording)
    return LinksPage(find(told), told.occurrences)


def test_places_in_heads_and_strings_are_words():
    writer = Writer().exchange("POST", "/x", {}, {"a": RUN, "b": 7, "room_id": 12})
    writer.open(1, f"/ws/12?run={RUN}", [("Cookie", f"r={RUN}")]).end()
    text = page(writer).text()
    for place in ("path, query run", "header cookie, cookie r", "path, segment 2", "body /room_id"):
        assert place in text
    assert "room_id  12  (the id that a POST was answered with)" in text


def test_chance_is_kept_apart_with_the_way_to_settle_it():
    writer = Writer().server({"type": "hello", "mood": "sunny"}).client({"type": "hi", "mood": "sunny"})
    told = page(writer.end())
    assert "0 links" in told.text()
    assert "1 equal by chance, as it seems: not carried over; a second recording" in told.text()
    assert [one["name"] for one in told.document()["chance"]] == ["mood"]


def test_many_places_are_counted():
    writer = Writer().server({"type": "hello", "run": RUN})
    for _ in range(9):
        writer.client({"type": "hi", "run": RUN})
    assert "and 5 more" in page(writer.end()).text()
