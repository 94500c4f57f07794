"""Which of the client's events lead to what one needs, by the orders of a contract.

By this alone a rule is offered or not: what the client has done is the same when Hypothesis runs an example
again; what a server has said by then depends on time, and would make the test flaky.
"""

from collections.abc import Iterable

from wsrecord.contract.flow.automaton import Automaton, State
from wsrecord.contract.flow.spec import matching
from wsrecord.contract.model import Contract, EventKey
from wsrecord.errors import ContractError

from .standing import servers


def causes(contract: Contract, key: EventKey, needs: Iterable[EventKey]) -> frozenset[str]:
    """The client's events after which the server may say one of these; empty if no order tells."""
    wanted = set(needs)
    return frozenset(
        other.name
        for other in contract.events
        if other.sender == "client" and other != key and any(_leads(contract, other, one) for one in wanted)
    )


def openers(contract: Contract, flow: str) -> list[EventKey]:
    """The server's events with which a flow begins."""
    automaton = contract.flows[flow].automaton
    names = (name for name in automaton.moves(automaton.start) if servers(contract, name))
    return [EventKey("server", name.removeprefix("server:")) for name in names]


def _leads(contract: Contract, cause: EventKey, effect: EventKey) -> bool:
    """Whether some order has the one after the other."""
    for flow in contract.flows.all:
        firsts = [one for one in matching(flow.automaton, cause.name) if not one.startswith("server:")]
        thens = [one for one in matching(flow.automaton, effect.name) if not one.startswith("client:")]
        if any(_follows(flow.automaton, first, then) for first in firsts for then in thens):
            return True
    return False


def _follows(automaton: Automaton, first: str, then: str) -> bool:
    try:
        states = automaton.explore()
    except ContractError:  # an order too large to look at: it may be so
        return True
    starts = [automaton.moves(state)[first] for state in states if first in automaton.moves(state)]
    seen: set[State] = set(starts)
    while starts:
        moves = automaton.moves(starts.pop())
        if then in moves:
            return True
        new = set(moves.values()) - seen
        seen |= new
        starts += new
    return False
