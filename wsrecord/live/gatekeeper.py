"""How long a step waits for its gates: hard ones to a deadline, soft ones until it is quiet.

What our own client does on another connection comes for sure, or is dropped, and no clock runs before it: a
client that comes back never does so before it has left, however long the server took until then.

A server that has not begun to answer is slow: its silence says nothing before the deadline. It has begun with
the first event that says an id of the client's message, where it did so when it was recorded; else with any.
What must say the step's own values is waited for as long as anything comes, and three times as long in
silence: another run's end is no reason to speak to this one.
"""

import time
from dataclasses import dataclass
from functools import partial

from wsrecord.dialogue.steps import Gate, Step
from wsrecord.live.scene import Scene
from wsrecord.live.stage import Waits


@dataclass(frozen=True, slots=True)
class Missed:
    """A gate that a step went on without."""

    gate: Gate
    waited: float
    hopeless: bool


async def await_gates(scene: Scene, step: Step, waits: Waits) -> list[Missed]:
    """Wait; return what did not come. A hard gate that can't be met any more is not waited for."""
    ours = [gate for gate in step.gates if gate.why == "order"]
    await scene.until(lambda: all(scene.met(gate) or scene.hopeless(gate) for gate in ours), None)
    missed: list[Missed] = []
    begun = soft_from = time.monotonic()
    hard_by = begun + waits.hard_for(step.gap)
    patience = waits.times * waits.quiet_for(step.gap)
    pending = list(step.gates)
    was_slow = False

    def miss(gate: Gate, *, hopeless: bool) -> None:
        pending.remove(gate)
        missed.append(Missed(gate, time.monotonic() - begun, hopeless))

    while True:
        pending = [gate for gate in pending if not scene.met(gate)]
        for gate in [gate for gate in pending if scene.hopeless(gate)]:
            miss(gate, hopeless=True)
        now = time.monotonic()
        soft = [gate for gate in pending if not gate.hard]
        slow = tuple(gate for gate in soft if not scene.begun(gate))
        if slow or was_slow:
            soft_from = now
        was_slow = bool(slow)
        if slow:
            give_up = hard_by
        else:
            still = max((scene.quiet(gate.session) for gate in soft), default=0.0)
            quiet = max(soft_from, still) + waits.quiet_for(step.gap)
            give_up = min(soft_from + waits.soft_for(step.gap), quiet)
        if soft and now >= give_up:
            own = [scene.quiet(gate.session) for gate in soft if gate.same]
            firm_by = min(hard_by, max(soft_from, *own, 0.0) + patience)
            kept = [gate for gate in soft if gate.same and now < firm_by]
            for gate in soft:
                if gate not in kept:
                    miss(gate, hopeless=False)
            soft, give_up = kept, firm_by
        hard = [gate for gate in pending if gate.hard]
        if hard and now >= hard_by:
            for gate in hard:
                miss(gate, hopeless=False)
        if not pending:
            return missed
        wake = min([hard_by] * bool(hard) + [give_up] * bool(soft))
        await scene.until(partial(_moves, scene, tuple(pending), slow), wake - now)


def _moves(scene: Scene, pending: tuple[Gate, ...], slow: tuple[Gate, ...]) -> bool:
    """Whether all is there, something is lost, or a slow server has begun: one gate is no reason to look."""
    if slow and all(map(scene.begun, slow)):
        return True
    return all(scene.met(gate) for gate in pending) or any(scene.hopeless(gate) for gate in pending)
