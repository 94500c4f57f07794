"""Values that cost little to make: they behave as frozen dataclasses do, but for the freezing."""

from dataclasses import field, fields, replace

from wsrecord.wire.quick import quick


@quick()
class Point:
    x: int
    y: int = 0
    names: tuple[str, ...] = field(default=())


@quick(kw_only=True)
class Far(Point):
    z: int


def test_it_is_equal_and_hashed_by_value() -> None:
    assert Point(1, 2) == Point(1, y=2) != Point(1, 3)
    assert len({Point(1, 2), Point(1, 2), Point(1, 3)}) == 2
    assert {Far(x=1, z=2): "here"}[Far(x=1, z=2)] == "here"


def test_it_is_a_dataclass_with_slots() -> None:
    assert replace(Point(1, 2), y=5) == Point(1, 5)
    assert [one.name for one in fields(Far)] == ["x", "y", "names", "z"]
    assert not hasattr(Far(x=1, z=2), "__dict__")
    assert repr(Point(1)) == "Point(x=1, y=0, names=())"
