"""Who acts in a recording: whose each connection is, so that every user has credentials of their own."""

from collections.abc import Mapping

from wsrecord.cassette.recording import Recording
from wsrecord.cassette.source import from_recording
from wsrecord.contract.model import Contract
from wsrecord.judge.told import Told
from wsrecord.judge.users import find_users

from .steps import Connect, Dialogue


def cast(recording: Recording, dialogue: Dialogue) -> Mapping[int, str]:
    """By connection, whose it is.

    As the contract's `isolation: user` names them; those that it does not name are `1`, `2`, … in the order
    in which they come. Where nobody is named and there is one, that is the empty name.
    """
    users = _sessions(recording, dialogue)
    of = {
        step.connection: user
        for step in dialogue.steps
        if isinstance(step, Connect) and (user := users.get(step.session)) is not None
    }
    _logins(dialogue, of)
    named = {told.user for told in _told(recording, dialogue) if told.named is not None}
    strangers = list(dict.fromkeys(user for _, user in sorted(of.items()) if user not in named))
    alone = len(strangers) == 1 and not named
    shown = {user: "" if alone else str(number) for number, user in enumerate(strangers, 1)}
    return {connection: shown.get(user, user) for connection, user in of.items()}


def _sessions(recording: Recording, dialogue: Dialogue) -> dict[int, str]:
    return {told.number: told.user for told in _told(recording, dialogue) if told.user is not None}


def _told(recording: Recording, dialogue: Dialogue) -> list[Told]:
    """The sessions, with their users found: contract by contract."""
    groups: dict[str, tuple[Contract, list[Told]]] = {}
    for session in recording.sessions:
        reading = dialogue.readings.get(session.number)
        if reading is None:
            continue
        contract = reading.contract or Contract(name="", file="")
        told = Told(cassette="", session=session, contract=contract)
        groups.setdefault(contract.name, (contract, []))[1].append(told)
    found: list[Told] = []
    for contract, sessions in groups.values():
        find_users(sessions, contract, from_recording(recording))
        found += sessions
    return found


def _logins(dialogue: Dialogue, of: dict[int, str]) -> None:
    """A connection without a session is whose it makes: what it is answered goes into that one's session."""
    connections = {step.session: step.connection for step in dialogue.steps if isinstance(step, Connect)}
    for variable in dialogue.variables:
        ends: list[int] = []
        for place in (*variable.sources, *variable.uses):
            said = dialogue.occurrences[place.occurrence]
            if said.exchange is not None:
                ends.append(said.exchange[0])
            elif said.session in connections:
                ends.append(connections[said.session])
        users = {of[one] for one in ends if one in of}
        if len(users) == 1:
            [user] = users
            for one in ends:
                of.setdefault(one, user)
