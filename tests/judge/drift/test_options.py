"""How closely to compare, and where not at all."""

import pytest
from judge.drift.stream import base, codes, drifts
from judge.drift.test_compare import deep, drop, each, rename, without

from wsrecord.judge.drift.options import Options, ignored


@pytest.mark.parametrize(
    ("text", "event", "path", "covered"),
    [
        ("/usage", "done", ("usage",), True),
        ("/usage", "done", ("usage", "input"), True),
        ("/usage", "done", ("user",), False),
        ("/usage", "done", (), False),
        ("/usage", "done", None, False),
        ("done#/usage", "done", ("usage",), True),
        ("done#/usage", "started", ("usage",), False),
        ("tool_*#/r*", "tool_completed", ("results",), True),
        ("tool_*#/r*", "tool_completed", ("took",), False),
        ("/results/*/name", "done", ("results", "*", "name"), True),
        ("/results/0/name", "done", ("results", "*", "name"), True),
        ("/results/*/name", "done", ("results", "name"), False),
        ("/**/took", "done", ("a", "b", "took"), True),
        ("/**/took", "done", ("took",), True),
        ("/**/took", "done", ("a", "b"), False),
        ("done#", "done", None, True),
        ("done#", "done", ("anything",), True),
        ("done#", "pong", None, False),
        ("/a~1b", "done", ("a/b",), True),
    ],
)
def test_a_pattern_covers_a_place_and_all_below(
    text: str, event: str, path: tuple[str, ...] | None, covered: bool
) -> None:
    assert ignored(text).covers(event, path) is covered


@pytest.mark.parametrize("text", ["", "usage", "#/usage", "/a~2"])
def test_what_is_no_place_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        ignored(text)


def test_an_ignored_place_is_not_told_of() -> None:
    live = each("completed", deep("usage", rename("input", "prompt")))(base(2))
    assert codes(drifts(base(1), live)) == ["WS808"]
    assert not drifts(base(1), live, Options(ignore=(ignored("completed#/usage"),)))
    assert not drifts(base(1), live, Options(ignore=(ignored("/**/input"),)))
    assert codes(drifts(base(1), live, Options(ignore=(ignored("started#/usage"),)))) == ["WS808"]


def test_an_ignored_event_is_not_missed() -> None:
    assert not drifts(base(1), without("report")(base(2)), Options(ignore=(ignored("report#"),)))


def test_each_event_may_be_compared_in_its_own_way() -> None:
    options = Options(match="contract", events={"tool_*": "exact", "*": "shape"})
    assert [options.of(name) for name in ("tool_completed", "pong", None)] == ["exact", "shape", "contract"]
    assert options.exactly("tool_executing")
    assert not options.exactly("pong")


def test_an_ignored_place_hides_no_other() -> None:
    live = each("completed", drop("answer"))(base(2))
    assert codes(drifts(base(1), live, Options(ignore=(ignored("/usage"),)))) == ["WS803"]
