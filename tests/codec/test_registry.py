"""Codecs by name, and what a contract may get wrong."""

import sys
from itertools import accumulate
from pathlib import Path

import pytest
from codec.says import value

from wsrecord.codec.registry import make, names
from wsrecord.errors import ContractError


@pytest.mark.parametrize("name", names())
def test_every_codec_is_made_by_its_name_alone(name: str) -> None:
    make(name)
    make({name: None})
    make({name: {}})


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("jsn", "no codec 'jsn'; did you mean \"json\"?"),
        ({"json": {"binry": True}}, "codec json: there is no option 'binry'; did you mean \"binary\"?"),
        ({"text": {"x": 1}}, "codec text: there is no option 'x' (it has none)"),
        ({"json": {"binary": 1}}, "codec json: binary must be true or false"),
        ({"json-array": {"name": -1}}, "name must be a whole number from 0"),
        ({"json-array": {"name": True}}, "name must be a whole number from 0"),
        ({"ndjson": {"separator": ""}}, "separator must be a text"),
        ({"ndjson": {"separator": "\r\n"}}, "separator must be one ASCII character"),
        ({"mqtt": {"version": 6}}, "version must be one of 3, 4, 5"),
        ({"by-frame": {"text": "jsn"}}, "no codec 'jsn'"),
        ({"by-frame": {"text": {"json": {"x": 1}}}}, "codec json: there is no option 'x'"),
        ({}, "must be NAME or"),
        ({"a": 1, "b": 2}, "must be NAME or"),
        (["json"], "must be NAME or"),
        ({"json": "binary"}, "must be NAME or"),
    ],
)
def test_what_is_wrong_in_a_contract_is_said(spec: object, told: str) -> None:
    with pytest.raises(ContractError) as caught:
        make(spec)
    assert told in str(caught.value)


def test_codecs_within_codecs_without_end_are_refused() -> None:
    spec: dict = {"by-frame": {}}
    spec["by-frame"]["text"] = spec  # as a YAML alias can say it
    with pytest.raises(ContractError, match="codecs within codecs"):
        make(spec)


def test_the_subprotocol_reaches_a_codec_within_another() -> None:
    codec = make({"by-frame": {"binary": "jupyter"}}, subprotocol="v1.kernel.websocket.jupyter.org")
    parts = [b"iopub", b'{"msg_type":"status"}', b"{}", b"{}", b"{}"]
    offsets = [6, *accumulate(map(len, parts), initial=56)]
    v1 = b"".join([*(offset.to_bytes(8, "little") for offset in offsets), *parts])
    assert value(codec, v1)["channel"] == "iopub"


def install(folder: Path, name: str, entry: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[wsrecord.codecs]\n{entry}\n")


def test_an_entry_point_that_can_not_be_imported_names_who_brought_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "acme-codecs", "acme = acme_nowhere:Acme")
    monkeypatch.syspath_prepend(tmp_path)
    assert "acme" in names()
    with pytest.raises(ContractError, match=r"acme_nowhere:Acme of acme-codecs can't be imported"):
        make("acme")


def test_an_entry_point_does_not_take_the_place_of_what_comes_with_wsrecord(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "other-json", "json = nowhere:Json")
    monkeypatch.syspath_prepend(tmp_path)
    assert value("json", "1") == 1
    assert "nowhere" not in sys.modules
