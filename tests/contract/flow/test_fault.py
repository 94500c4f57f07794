import pytest

from wsrecord.contract.flow.fault import FlowFault, Seen, title
from wsrecord.contract.flow.parser import parse


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ((), "run"),
        ((("id", "r1"),), "run r1"),
        ((("id", 7),), "run 7"),
        ((("id", True),), "run true"),
        ((("id", "two words"),), 'run "two words"'),
        ((("id", ""),), 'run ""'),
        ((("id", "\x1b[31m"),), 'run "\\u001b[31m"'),
        ((("id", "x" * 100),), f"run {'x' * 59}…"),
        ((("id", b"\x00\xff"),), "run 0x00ff"),
        ((("thread", "t"), ("id", 1.5)), "run thread=t id=1.5"),
    ],
)
def test_an_instance_is_named_by_its_key(key, shown):
    assert title("run", key) == shown


def test_a_missing_key_is_said_by_its_parts():
    event = Seen("delta", "server", 4)
    fault = FlowFault("key-missing", "part", (("item", "i"),), event, absent=("index", "response"))
    assert fault.text == "delta carries no index and response, so which part it belongs to is unknown"


def test_the_missing_names_are_listed_once_each_as_the_order_has_them():
    fault = FlowFault("never-ended", "run", (), None, needed=parse("b a | c a | d"))
    assert fault.missing == ("b", "a", "c", "d")
    assert fault.text == "run never ended: (b, then a), (c, then a) or d is missing"


def test_many_names_are_cut():
    allowed = tuple(f"event_{number}" for number in range(20))
    fault = FlowFault("not-started", "run", (("id", 1),), Seen("late", "server", 0), allowed=allowed)
    assert fault.text.endswith("event_6 or 13 more")
