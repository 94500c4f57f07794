"""One run of an agent: from `agent_started` to the one event that ends it.

    agent_started (agent_thinking | agent_fallback)* (agent_completed final_report? | run_cancelled | error)

with, in between, `tool_executing (tool_completed | agent_fallback)` for each tool call, several at
once. `final_report` follows when it was asked for or when the run called more than one tool. After
an end nothing follows; a tool call that was open then stays open. A run ends with an `error` for:

| code             | when                                                         |
| ---------------- | ------------------------------------------------------------ |
| `plan_too_large` | the prompt asks for more tool calls than a run may make      |
| `run_timeout`    | the run took too long                                        |
| `shutting_down`  | the server is going away                                     |
| `internal_error` | the server's own fault                                       |
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from .drifts.stage import Stage
from .events import new_id
from .options import DemoOptions
from .planner import Agent, plan
from .tools import TOOLS, Call, describe

_log = logging.getLogger(__name__)

_OPENINGS = (
    "Reading the request.",
    "Looking at which tools can help.",
    "Splitting the request into parts.",
    "Deciding what to do first.",
)
_CLOSINGS = (
    "Comparing what the tools found.",
    "Putting the answer together.",
    "Checking the answer once more.",
)


class Publish(Protocol):
    """How a run's events leave."""

    def __call__(self, name: str, run: "Run", fields: dict[str, Any]) -> None:
        """Let one out."""


@dataclass(frozen=True)
class Finding:
    """What became of one tool call."""

    tool_call_id: str
    tool_name: str
    status: str
    text: str


class Run:
    """A run in progress. Its randomness is its own, so runs side by side don't disturb each other."""

    def __init__(
        self,
        agent: Agent,
        options: DemoOptions,
        seed: int,
        publish: Publish,
        on_end: Callable[["Run"], None],
        stage: Stage,
    ) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - ids, not secrets
        self.id = new_id(self._rng)
        self.agent = agent
        self.ended = False
        self._options = options
        self._publish = publish
        self._on_end = on_end
        self._stage = stage
        self._report = False
        self._begun = options.clock()
        self._said: deque[str] = deque()
        self._messages = 0
        self._steps = 0
        self._calls = 0
        self._findings: list[Finding] = []
        self._task: asyncio.Task[None] | None = None

    def start(self, message_id: str, prompt: str, *, report: bool) -> None:
        """Begin: the answer to start_agent leaves before this returns."""
        self._report = report
        self._said.append(prompt)
        self._emit("agent_started", reply_to=message_id, prompt=prompt, tools=list(self.agent.tools))
        self._task = asyncio.get_running_loop().create_task(self._live())

    def say(self, message_id: str, text: str) -> bool:
        """Take a user_message into account; False when the run has been told enough."""
        if self._messages >= self._options.max_user_messages:
            return False
        self._messages += 1
        self._said.append(text)
        self._think("Taking your message into account.", reply_to=message_id)
        return True

    def cancel(self, message_id: str) -> None:
        """End with run_cancelled."""
        self._end("run_cancelled", reply_to=message_id)

    def fail(self, code: str, message: str) -> None:
        """End with an error."""
        self._end("error", code=code, message=message, reply_to=None)

    def drop(self) -> None:
        """End without a word: the thread is being forgotten and nobody can hear."""
        if not self.ended:
            self.ended = True
            self._stop()

    async def stopped(self) -> None:
        """Wait until nothing of the run is left on the loop."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _live(self) -> None:
        try:
            async with asyncio.timeout(self._options.run_timeout):
                await self._work()
        except TimeoutError:
            self.fail("run_timeout", f"the run took longer than {self._options.run_timeout:g} s")
        except Exception:
            _log.exception("run %s failed", self.id)
            self.fail("internal_error", "the agent failed; the server's log says more")

    async def _work(self) -> None:
        # Looked at again after each wait: a user_message counts until the very moment of the answer.
        while self._said:
            while self._said:
                await self._ponder(_OPENINGS)
                calls = self._stage.plan(plan(self._said.popleft()), self.id)
                self._calls += len(calls)
                if self._calls > self._options.max_calls:
                    most = self._options.max_calls
                    self.fail("plan_too_large", f"the request needs more than {most} tool calls")
                    return
                await self._use(calls)
            await self._ponder(_CLOSINGS)
        self.complete()

    async def _ponder(self, texts: tuple[str, ...]) -> None:
        for text in self._rng.sample(texts, self._rng.randint(1, len(texts))):
            await self._pause()
            self._think(text)

    async def _pause(self) -> None:
        await asyncio.sleep(self._options.pace * self._rng.uniform(0.66, 2.0))

    def _think(self, text: str, reply_to: str | None = None) -> None:
        self._steps += 1
        self._emit("agent_thinking", text=text, step=self._steps, reply_to=reply_to)

    async def _use(self, calls: list[Call]) -> None:
        """Call the tools, all at once."""
        async with asyncio.TaskGroup() as group:
            for call in calls:
                call_id = new_id(self._rng)
                if call.tool not in self.agent.tools:
                    self._fall_back(None, call, f"the agent {self.agent.name} has no tool {call.tool}")
                    continue
                about = {"tool_call_id": call_id, "tool_name": call.tool}
                self._emit("tool_executing", **about, parameters=call.parameters)
                group.create_task(self._call(call_id, call, self._options.clock()))

    async def _call(self, call_id: str, call: Call, begun: float) -> None:
        await self._pause()  # a tool is seldom next door
        try:
            results = await TOOLS[call.tool](call.parameters, self._options.pace)
        except Exception as error:  # whatever breaks a tool, the agent goes on
            self._fall_back(call_id, call, f"{type(error).__name__}: {error}")
            return
        about = {"tool_call_id": call_id, "tool_name": call.tool}
        self._emit("tool_completed", **about, results=results, duration_ms=self._since(begun))
        self._findings.append(Finding(call_id, call.tool, "completed", describe(call, results)))

    def _fall_back(self, call_id: str | None, call: Call, reason: str) -> None:
        text = f"Going on without {call.tool}."
        self._emit("agent_fallback", tool_call_id=call_id, tool_name=call.tool, reason=reason, text=text)
        if call_id is not None:
            self._findings.append(Finding(call_id, call.tool, "failed", f"{call.tool} failed: {reason}"))

    def complete(self) -> None:
        """End with the answer that what was found so far gives."""
        done = [finding.text for finding in self._findings if finding.status == "completed"]
        failed = sorted({finding.tool_name for finding in self._findings if finding.status == "failed"})
        answer = " ".join(done) or "I have no answer: no tool of mine found one."
        if failed:
            answer += f" (Without {', '.join(failed)}, which failed.)"
        took = self._since(self._begun)
        if not self._report and len(self._findings) < 2:
            self._end("agent_completed", answer=answer, tool_calls=len(self._findings), duration_ms=took)
            return
        # Both leave in one step of the loop: nothing can come between an answer and its report.
        self._emit("agent_completed", answer=answer, tool_calls=len(self._findings), duration_ms=took)
        self._end(
            "final_report",
            title=f"{len(self._findings)} tool calls, {len(done)} of them answered",
            summary=answer,
            findings=[vars(finding) for finding in self._findings],
        )

    def _since(self, begun: float) -> int:
        # A wall clock may step back.
        return max(0, round((self._options.clock() - begun) * 1000))

    def _emit(self, name: str, **fields: Any) -> None:
        # A tool that finishes in the loop turn in which the run was cancelled comes too late.
        if not self.ended:
            self._publish(name, self, fields)

    def _end(self, name: str, **fields: Any) -> None:
        if not self.ended:
            self._emit(name, **fields)
            self.ended = True
            self._on_end(self)
            self._stop()

    def _stop(self) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
