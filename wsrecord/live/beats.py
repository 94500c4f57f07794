"""What a client says by the clock: heartbeats and pings, at their recorded spacing."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from wsrecord.dialogue.steps import AnyStep, Connect, Control, Dialogue


class Beats:
    """The timed steps of one session."""

    def __init__(
        self, dialogue: Dialogue, steps: Sequence[AnyStep], say: Callable[[AnyStep], Awaitable[bool]]
    ) -> None:
        self._dialogue = dialogue
        self._left = list(steps)
        self._say = say
        self._said: set[str] = set()  # the rows that had a turn
        self._task: asyncio.Task[None] | None = None

    def begin(self, connect: Connect, times: float) -> None:
        """The session began: each has its time from here, `times` as fast as it was recorded."""
        if self._left:
            begun = connect.response.t if connect.response is not None else connect.at
            self._task = asyncio.get_running_loop().create_task(self._run(begun, times))

    async def once(self) -> bool:
        """Give each row that had no turn yet its first now; return whether there was any."""
        said = False
        for step in list(self._left):
            if self._row(step) not in self._said and step in self._left:
                said = await self._turn(step) or said
        return said

    async def stop(self) -> list[int]:
        """No more of them; return what was not said."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        return [step.number for step in self._left]

    async def _run(self, begun: int, times: float) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        for step in list(self._left):
            await asyncio.sleep(start + (step.at - begun) / 1e9 / times - loop.time())
            if step in self._left:
                await self._turn(step)

    async def _turn(self, step: AnyStep) -> bool:
        said = await self._say(step)
        if said:
            self._left.remove(step)
            self._said.add(self._row(step))
        return said

    def _row(self, step: AnyStep) -> str:
        if isinstance(step, Control):
            return step.opcode.name
        return " ".join(self._dialogue.occurrences[number].kind for number in step.occurrences)
