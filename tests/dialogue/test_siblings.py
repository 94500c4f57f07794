"""A short value beside others: what a place's other values say for it, and what a count doesn't."""

import time

import pytest
from dialogue.recordings import Writer

from wsrecord.dialogue.links import find
from wsrecord.dialogue.occurrences import tell


def carried(writer):
    """The values of links, each with why; and those that are left to chance."""
    found = find(tell(writer.recording))
    return {one.value: one.why for one in found.of("server")}, [one.value for one in found.chance]


def given(name, values, used=None):
    """The server gives values out, then the client uses them, in another order."""
    writer = Writer().client({"type": "start"})
    for value in values:
        writer.server({"type": "given", name: value})
    for value in used or [*values[1:], values[0]]:
        writer.client({"type": "use", name: value})
    return writer


def test_a_round_number_beside_others_that_are_links_is_one():
    links, chance = carried(given("thing", [150_000, 150_001, 150_002]))
    assert links == {150_000: "siblings", 150_001: "value", 150_002: "value"}
    assert chance == []


def test_siblings_at_another_place_or_from_another_event_say_nothing():
    writer = given("thing", [150_001]).server({"type": "other", "thing": 150_000})
    links, chance = carried(writer.client({"type": "use", "thing": 150_000}))
    assert (list(links), chance) == ([150_001], [150_000])
    elsewhere = given("thing", [150_001]).server({"type": "given", "thing": 150_000})
    links, chance = carried(elsewhere.client({"type": "buy", "thing": 150_000}))
    assert (list(links), chance) == ([150_001], [150_000])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("run", [2, 1, 3]),
        ("run", [1, 2, 3]),
        ("room", [1]),
        ("id", [16]),
        ("seq", [17]),
        ("place", [17, 40, 93]),
    ],
)
def test_all_that_the_client_says_at_a_place_was_given(name, values):
    links, chance = carried(given(name, values))
    assert links == dict.fromkeys(values, "places")
    assert chance == []


def test_a_run_id_is_a_run():
    writer = Writer().server({"type": "started", "run": 7}).client({"type": "rate", "run_id": 7})
    assert carried(writer) == ({7: "places"}, [])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", [1, 2, 3]), ("seq", [1, 2, 3]), ("id", [40, 41, 42]), ("id", [1]),
        ("count", [17, 40, 93]), ("index", [12, 50, 99]), ("place", [10, 11, 12, 13]), ("place", [17]),
        ("level", ["mid1", "top2", "low3"]),
    ],
)  # fmt: skip
def test_what_a_client_may_have_counted_or_chosen_itself_is_shown_as_chance(name, values):
    links, chance = carried(given(name, values, values))
    assert links == {}
    assert chance == values


def test_words_under_an_ids_name_are_no_ids():
    assert carried(given("room", ["lobby"])) == ({}, ["lobby"])


def test_one_value_from_elsewhere_leaves_all_of_its_place_to_chance():
    writer = given("room", [15, 16]).client({"type": "use", "room": 99})
    assert carried(writer) == ({}, [15, 16])


def test_what_the_client_chose_first_is_its_own():
    writer = Writer().client({"type": "join", "room": 7}).server({"type": "joined", "room": 7})
    assert carried(writer.client({"type": "say", "room": 7})) == ({}, [])


def test_a_header_named_like_an_id_carries_what_a_post_was_answered_with():
    writer = Writer().exchange("POST", "/sessions", {}, {"session_id": 15})
    writer.open(1, "/ws", [("X-Session", "15"), ("X-Limit", "15")])
    [link] = find(tell(writer.recording)).of("server")
    assert [use.path[1] for use in link.uses] == ["x-session"]


def test_many_uses_of_many_short_ids_take_little_time():
    writer = Writer()
    for n in range(4000):
        writer.server({"type": "given", "run": n % 900}).client({"type": "use", "run": n % 900})
    told = tell(writer.recording)
    begun = time.process_time()
    assert len(find(told).of("server")) == 900
    assert time.process_time() - begun < 3
