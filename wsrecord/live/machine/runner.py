"""A thread with an event loop of its own, for sessions that live on while a test thinks."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Runner:
    """Runs what it is given in its loop, one call at a time; between calls the loop goes on.

    So the server's pings are answered, and the time that a message has is the time that it came, however
    long a rule of the user's takes.
    """

    def __init__(self) -> None:
        self.last: Callable[[], None] | None = None  # what is done before it ends
        self._loop = asyncio.new_event_loop()
        # A daemon: a test run that is torn down in the middle of everything must still come to its end.
        self._thread = threading.Thread(target=self._run, name="wsrecord session", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to its end; what interrupts the waiting, as Ctrl-C does, cancels the work."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def ask(self, question: Callable[[], T]) -> T:
        """Have it answered by the loop's thread, in between messages."""

        async def asked() -> T:
            return question()

        return self.wait(asked())

    def stop(self) -> None:
        """End all that is under way, and the thread; may be called again."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            if self._thread is not threading.current_thread():  # where garbage happens to be collected
                self._thread.join()

    def _run(self) -> None:
        loop = self._loop
        try:
            loop.run_forever()
            if self.last is not None:
                self.last()
            loop.run_until_complete(_cleared(asyncio.all_tasks(loop)))
            loop.run_until_complete(loop.shutdown_default_executor())  # names are looked up there
        finally:
            loop.close()


async def _cleared(tasks: set["asyncio.Task[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # in its next turn the loop closes what was aborted
