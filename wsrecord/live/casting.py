"""Who plays in a cassette, and which secrets each of them needs."""

from collections.abc import Mapping

from wsrecord.dialogue.cast import cast
from wsrecord.dialogue.steps import Connect
from wsrecord.live.credentials import Wanted
from wsrecord.live.rehearsal import Piece


class Actor:
    """The users of one cassette."""

    def __init__(self, piece: Piece) -> None:
        self.users: Mapping[int, str] = cast(piece.recorded, piece.dialogue)  # by recorded connection
        self.wanted: dict[str, list[Wanted]] = {user: [] for user in ("", *self.users.values())}
        dialogue = piece.dialogue
        connections = {step.session: step.connection for step in dialogue.steps if isinstance(step, Connect)}
        for secret in dialogue.secrets:
            users: dict[str, None] = {}
            for place in secret.uses:
                said = dialogue.occurrences[place.occurrence]
                at = said.exchange[0] if said.exchange else connections.get(said.session or 0, 0)
                users[self.user(at)] = None
            for user in users or {"": None}:
                self.wanted[user].append((secret.name, str(secret.value)))

    def user(self, connection: int) -> str:
        """Whose a connection is; the empty name, where nobody knows or there is one user only."""
        return self.users.get(connection, "")
