"""When a made-up client has waited long enough: nothing comes any more of what it waits for."""

import time
from collections.abc import Callable, Sequence

from wsrecord.live.rules import Waiting
from wsrecord.live.seat import News, Seat


async def until_answered(
    news: News, seats: Sequence[Seat], ready: Callable[[], bool], since: float, within: float
) -> None:
    """Until it is so, or nothing was answered for as long as an answer may take: some answer in turn."""
    while not ready():
        last = max((seat.answered for seat in seats), default=0.0)
        left = max(since, last) + within - time.monotonic()
        if left <= 0:
            return
        await news.until(
            lambda last=last: ready() or any(seat.answered > last for seat in seats),  # type: ignore[misc]
            left,
        )


async def until_quiet(news: News, seats: Sequence[Seat], waiting: Waiting) -> None:
    """Until no flow is open, or nothing comes of any more: what a server says unasked does not count."""
    until = time.monotonic() + waiting.whole / 3
    within = waiting.quiet
    if any(seat.pending for seat in seats):  # the wait for an answer was silence, too
        moved = max((seat.moved for seat in seats), default=0.0)
        within = min(waiting.quiet, waiting.answer) - (time.monotonic() - moved)

    def settled() -> bool:
        return all(seat.over or not seat.busy for seat in seats)

    while not settled():
        steps = sum(seat.steps for seat in seats)
        within = min(within, until - time.monotonic())
        if within <= 0 or not await news.until(
            lambda steps=steps: settled() or sum(one.steps for one in seats) > steps,  # type: ignore[misc]
            within,
        ):
            return
        within = waiting.quiet
