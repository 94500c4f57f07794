"""How long a step waits for its gates: hard ones to a deadline, soft ones until it is quiet.

What our own client does on another connection comes for sure, or is dropped, and no clock runs before it: a
client that comes back never does so before it has left, however long the server took until then.
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
    begun = time.monotonic()
    hard_by = begun + waits.hard_for(step.gap)
    soft_by = begun + waits.soft_for(step.gap)
    quiet = waits.quiet_for(step.gap)
    missed: list[Missed] = []
    pending = list(step.gates)

    def miss(gate: Gate, *, hopeless: bool) -> None:
        pending.remove(gate)
        missed.append(Missed(gate, time.monotonic() - begun, hopeless))

    while True:
        pending = [gate for gate in pending if not scene.met(gate)]
        for gate in [gate for gate in pending if scene.hopeless(gate)]:
            miss(gate, hopeless=True)
        now = time.monotonic()
        soft = [gate for gate in pending if not gate.hard]
        still = max((scene.quiet(gate.session) for gate in soft), default=0.0)
        give_up = min(soft_by, max(begun, still) + quiet)
        if soft and now >= give_up:
            for gate in soft:
                miss(gate, hopeless=False)
            soft = []
        hard = [gate for gate in pending if gate.hard]
        if hard and now >= hard_by:
            for gate in hard:
                miss(gate, hopeless=False)
        if not pending:
            return missed
        wake = min([hard_by] * bool(hard) + [give_up] * bool(soft))
        await scene.until(partial(_moves, scene, tuple(pending)), wake - now)


def _moves(scene: Scene, pending: tuple[Gate, ...]) -> bool:
    """Whether all is there, or something is lost: one gate of several is no reason to look again."""
    return all(scene.met(gate) for gate in pending) or any(scene.hopeless(gate) for gate in pending)
