"""Sessions as transcripts: `<` the server says, `>` the client says; what is wrong stands after `!`.

    < agent_started run=r1
    < tool_executing run=r1 call=c1
    < agent_completed run=r1            ! tool c1: open-at-end
    end                                 ! run r2: never-ended

`end` ends the session, `cut` ends it with nobody at fault, `again` begins the user's next one, `gone` and
`gone cut` end the user. Values are JSON where they read as such, else text.
"""

import json

from wsrecord.contract.flow.fault import FlowFault
from wsrecord.contract.flow.instances import Instances, User
from wsrecord.contract.flow.spec import Flows, FlowSpec

SIDES = {"<": "server", ">": "client"}


def flows(*specs: FlowSpec) -> Flows:
    return Flows(specs)


def play(flows: Flows, transcript: str, lenient: str = "client") -> tuple[Instances, list[FlowFault]]:
    """Feed the transcript; hold each line to what it says is wrong. Return the last session, all faults."""
    user = User(flows)
    session = Instances(flows, user, lenient)
    said: list[str] = []
    every: list[FlowFault] = []
    lines = [line.strip() for line in transcript.strip().splitlines() if line.strip()]
    for number, line in enumerate(lines):
        event = line.partition("!")[0].strip()
        if event == "again":
            session = Instances(flows, user, lenient)
        faults = _feed(session, user, event, number)
        every += faults
        said.append(" ! ".join([event, *(f"{fault.title}: {fault.code}" for fault in faults)]))
    assert said == [_squeezed(line) for line in lines]
    return session, every


def _feed(session: Instances, user: User, event: str, number: int) -> list[FlowFault]:
    if event in ("end", "cut"):
        return session.end(cut=event == "cut")
    if event in ("gone", "gone cut"):
        return user.end(cut=event == "gone cut")
    if event == "again":
        return []
    side, name, *keys = event.split()
    values = dict(pair.split("=", 1) for pair in keys)
    return session.feed(name, SIDES[side], {part: _value(text) for part, text in values.items()}, number)


def _squeezed(line: str) -> str:
    return " ! ".join(part.strip() for part in line.split("!"))


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
