"""Whole numbers that are ids make keys, and those that only count make none."""

import json
from pathlib import Path

import pytest
from contract.draft.numbered import SERVERS, recorded
from judge.transcript import judged, recording

from wsrecord.cassette.source import from_recording
from wsrecord.contract.draft.draft import Draft, draft
from wsrecord.contract.draft.keys import find_ids
from wsrecord.contract.draft.samples import collect
from wsrecord.contract.flow.expression import text
from wsrecord.contract.load import load
from wsrecord.contract.model import Contract
from wsrecord.judge.registry import judge_cassette
from wsrecord.judge.shown import Shown

KEYS: dict[str, dict[str, list[str]]] = {
    "rpc": {"request": ["/id"]},
    "calls": {"request": ["/id"]},
    "calls by req": {"req": ["/req"]},
    "calls by reply_to": {"request": ["/id", "/reply_to"]},
    "calls by request_id": {"request": ["/id", "/request_id"]},
    "orders": {"order": ["/order_id"]},
    "orders by order": {"order": ["/order"]},
    "orders by orderNo": {"order_no": ["/orderNo"]},
    "one_order": {"order": ["/order_id"]},
    "chat": {"room": ["/room_id"], "message": ["/message_id"]},
    "one_room": {"room": ["/room_id"]},
    "counting": {},
    "market": {},
}


def drafted(server: str, first: int = 0, count: int = 5) -> Draft:
    return draft([recorded(server, first + seed) for seed in range(count)], "drafted")


def loaded(made: Draft, folder: Path) -> Contract:
    for name, content in made.files.items():
        (folder / name).write_text(content)
    return load(folder)


def keys(made: Draft) -> dict[str, list[str]]:
    lines = made.files["contract.yaml"].partition("\nkeys:\n")[2].partition("\n\n")[0].splitlines()
    pairs = (line.strip().split(": ", 1) for line in lines)
    return {name: [place.strip() for place in places.strip("[]").split(",")] for name, places in pairs}


def test_every_server_is_expected_to_have_its_keys() -> None:
    assert KEYS.keys() == SERVERS.keys()


@pytest.mark.parametrize("server", KEYS)
@pytest.mark.parametrize("first", [100, 200, 300])
def test_numbers_that_are_ids_are_keys_and_others_are_none(server: str, first: int) -> None:
    assert keys(drafted(server, first)) == KEYS[server]


@pytest.mark.parametrize("server", KEYS)
@pytest.mark.parametrize("first", [100, 200, 300])
def test_other_recordings_of_the_server_are_clean(server: str, first: int, tmp_path: Path) -> None:
    contract = loaded(drafted(server, first), tmp_path)
    for seed in range(first, first + 25):  # the first five are those that it was drafted from
        source = from_recording(recorded(server, seed))
        found = judge_cassette(source, [Shown(contract)], "test").findings
        assert [one.message for one in found if one.severity != "info"] == [], seed


def test_an_order_that_is_never_paid_is_found(tmp_path: Path) -> None:
    contract = loaded(drafted("orders"), tmp_path)
    said = ["< welcome shop=3 open_orders=0", "> buy sku=fig quantity=1"]
    said += ["< order_accepted order_id=7001 total=12", "< order_paid order_id=7001 total=12"]
    said += ["< order_shipped order_id=7001"]
    assert [one.code for one in judged(contract, *said) if one.severity == "breaking"] == []
    del said[3]
    assert [one.code for one in judged(contract, *said) if one.severity == "breaking"] == ["WS202"]


def test_an_answer_to_another_number_is_found(tmp_path: Path) -> None:
    contract = loaded(drafted("calls by request_id"), tmp_path)
    said = ["< hello version=3", "> call id=1 op=sum n=2", "< result request_id=1 value=3"]
    assert [one.code for one in judged(contract, *said) if one.severity == "breaking"] == []
    said[-1] = "< result request_id=2 value=3"
    assert "WS201" in [one.code for one in judged(contract, *said) if one.severity == "breaking"]


def test_numbers_of_one_name_at_two_places_are_one_key() -> None:
    lines = []
    for order in range(1001, 1006):
        lines.append(f"<< {json.dumps({'type': 'accepted', 'order': {'id': order, 'sku': 'fig'}})}")
        lines += [f"< paid order_id={order}", f"< shipped order_id={order}"]
    made = draft([recording(*lines)], "d")
    assert keys(made) == {"order": ["/order/id", "/order_id"]}
    assert [text(flow.order) for flow in made.flows] == ["accepted paid shipped"]


def test_numbers_of_two_names_stay_two() -> None:
    lines = [line for n in range(1, 9) for line in (f"< a order_id={n}", f"< b item_id={n}", "< c")]
    assert find_ids(collect([recording(*lines)] * 2)).keys == ()


def test_what_an_answer_counts_is_not_what_it_answers() -> None:
    """`total` was always an id that had been asked, too; nothing overtook anything."""
    lines = [line for n in range(1, 9) for line in (f"> ask id={n}", f"< done reply_to={n} total={n}")]
    [key] = find_ids(collect([recording(*lines)] * 3)).keys
    assert key.pointers == (("id",), ("reply_to",))


def test_answers_that_overtake_each_other_say_their_number_under_any_name() -> None:
    lines = []
    for n in range(1, 16, 2):
        lines += [f"> ask id={n}", f"> ask id={n + 1}", f"< done about={n + 1}", f"< done about={n}"]
    [key] = find_ids(collect([recording(*lines)])).keys
    assert key.pointers == (("id",), ("about",))


def test_a_number_on_every_event_is_no_thing_s() -> None:
    lines = [f"< {name} nr={n}" for n, name in enumerate("abcabcabcabc", 1001)]
    assert find_ids(collect([recording(*lines)] * 3)).keys == ()


@pytest.mark.parametrize(("name", "by"), [("rev", 1), ("loaded", 1000), ("year", 1)])
def test_what_grows_in_pairs_of_events_need_be_no_thing_s(name: str, by: int) -> None:
    lines = [
        line for n in range(9) for line in (f"< got {name}={2000 + n * by}", f"< kept {name}={2000 + n * by}")
    ]
    assert find_ids(collect([recording(*lines)] * 3)).keys == ()


def test_a_status_and_a_flag_are_no_request_s_numbers() -> None:
    lines = []
    for n in range(12):
        lines += [f"> get page={n % 4} ack={n % 2}", f"< got response={200 + n % 2} ack={n % 2}"]
        lines += [f"< stored response={200 + n % 2}"]
    assert find_ids(collect([recording(*lines)] * 3)).keys == ()


@pytest.mark.parametrize("name", ["user_id", "sessionId", "clientId"])
def test_a_user_s_number_is_a_session_s(name: str) -> None:
    said = [recording("> hi", *(f"< {event} {name}={n}" for event in ("hello", "news"))) for n in (7, 8, 9)]
    found = find_ids(collect(said))
    assert found.keys == ()
    assert [one.pointer for one in found.of_the_session] == [(name,)]
