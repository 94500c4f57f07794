from hypothesis import given
from hypothesis import strategies as st

from wsrecord.demo.history import History


@given(st.lists(st.integers(0, 40).map(bytes), max_size=30), st.integers(0, 35))
def test_it_keeps_the_newest_within_both_bounds(items, seq):
    history = History(max_events=10, max_bytes=100)
    for item in items:
        history.append(item)
    kept = items[history.first - 1 :]
    assert len(kept) <= 10
    assert sum(map(len, kept)) <= 100
    # One more would not have fitted.
    if len(kept) < len(items):
        assert len(kept) == 10 or sum(map(len, items[history.first - 2 :])) > 100
    record = history.after(seq)
    if seq >= len(items):
        assert record is None
    else:
        assert record.seq == max(seq + 1, history.first)
        assert record.data == items[record.seq - 1]


def test_one_event_over_the_bound_is_kept_until_the_next():
    history = History(max_events=10, max_bytes=5)
    history.append(b"too long")
    assert history.after(0).data == b"too long"
    history.append(b"next")
    assert history.first == 2
