"""What ties things that were said together: ids, and not every short value under the name of one."""

from dialogue.recordings import Writer

from wsrecord.dialogue.script import script
from wsrecord.dialogue.ties import ties


def tied(writer):
    """By kind, the values that tie what the server said to anything."""
    dialogue = script(writer.end().recording)
    found = ties(dialogue.occurrences, dialogue.variables, dialogue.readings)
    told = {}
    for one in dialogue.occurrences:
        if one.sender == "server" and one.is_unit:
            told.setdefault(one.kind, set()).update(tie.value for tie in found[one.number])
    return told


def rooms(*rooms, used=2):
    writer = Writer()
    for room in rooms:
        writer.server({"type": "opened", "room": room, "seats": room})
    for room in rooms:
        writer.server({"type": "said", "room": room, "stats": {"room": 9}})
    return writer.client({"type": "join", "room": used})


def test_beside_a_thing_that_the_client_speaks_of_others_like_it_are_ties():
    assert tied(rooms(1, 2, 3)) == {"opened": {1, 2, 3}, "said": {1, 2, 3}}


def test_where_the_client_speaks_of_none_short_values_are_no_ties():
    assert tied(rooms(1, 2, 3, used=7)) == {"opened": set(), "said": set()}


def test_words_beside_a_thing_are_no_ties():
    told = tied(rooms("lobby", "r-12ab34cd", used="r-12ab34cd"))
    assert told == {"opened": {"r-12ab34cd"}, "said": {"r-12ab34cd"}}


def test_what_is_said_but_once_is_no_tie():
    assert tied(rooms(1, 2).server({"type": "opened", "room": 3}))["opened"] == {1, 2}


def test_numbers_under_another_name_are_no_ties():
    writer = rooms(1, 2)
    for count in (1, 2, 1):
        writer.server({"type": "tick", "level": count})
    assert tied(writer)["tick"] == set()
