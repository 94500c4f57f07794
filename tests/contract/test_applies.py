import pytest
from contract.folder import loaded

from wsrecord.contract.applies import applies, applying
from wsrecord.contract.model import Applies


@pytest.mark.parametrize(
    ("pattern", "path", "right"),
    [
        ("/ws", "/ws", True), ("/ws", "/ws?token=1", True), ("/ws", "/ws/", False), ("/ws", "/wsx", False),
        ("/ws/*", "/ws/a", True), ("/ws/*", "/ws/a/b", False), ("/ws/**", "/ws/a/b", True),
        ("/ws/*/x", "/ws/a/x", True),
        ("/api/kernels/*/channels", "/api/kernels/1-2/channels?session_id=3", True), ("/a.b", "/aXb", False),
    ],
)  # fmt: skip
def test_a_path_is_matched_whole(pattern, path, right):
    assert applies(Applies((pattern,)), path, None) is right


def test_an_empty_part_asks_nothing():
    assert applies(Applies(), "/any", "thing")
    assert applies(Applies(subprotocols=("a", None)), "/", None)
    assert not applies(Applies(subprotocols=("a",)), "/", None)


def test_the_contracts_that_apply_are_chosen(tmp_path):
    one = loaded(tmp_path / "one", "applies: {path: /a}\nserver: {x: null}")
    two = loaded(tmp_path / "two", "applies: {subprotocol: v1}\nserver: {x: null}")
    assert applying([one, two], "/a", "v1") == (one, two)
    assert applying([one, two], "/b", "v2") == ()
