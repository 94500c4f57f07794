"""Who plays in a cassette, and which secrets each of them needs."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from wsrecord.dialogue.cast import cast
from wsrecord.dialogue.steps import Connect, Place, Variable
from wsrecord.dialogue.whereabouts import whereabouts
from wsrecord.explore.stand_ins import wanted
from wsrecord.live.credentials import Purse, Wanted
from wsrecord.live.rehearsal import Piece

_Carrier = tuple[str, str]  # `header` or `query`, and its name in small letters


class Actor:
    """The users of one cassette."""

    def __init__(self, piece: Piece) -> None:
        self.users: Mapping[int, str] = cast(piece.recorded, piece.dialogue)  # by recorded connection
        self.wanted: dict[str, list[Wanted]] = {user: [] for user in ("", *self.users.values())}
        self._dialogue = dialogue = piece.dialogue
        self._connections = {
            one.session: one.connection for one in dialogue.steps if isinstance(one, Connect)
        }
        self._carriers: dict[str, set[_Carrier | None]] = {}
        for secret in dialogue.secrets:
            if piece.kept is not None and self._only_said(secret):
                continue  # its client says what the case has
            placeholder = str(secret.value)
            for user in dict.fromkeys(map(self._whose, secret.uses)) or {"": None}:
                self.wanted[user].append((secret.name, placeholder))
            self._carriers[placeholder] = set(self._carried(secret))
        self._told(piece)

    def _told(self, piece: Piece) -> None:
        """What the case of a kept failure says, whoever says it."""
        for name, placeholder in wanted([piece.kept.case] if piece.kept is not None else []):
            self.wanted[""].append((name, placeholder))
            self._carriers.setdefault(placeholder, set()).add(None)

    def user(self, connection: int) -> str:
        """Whose a connection is; the empty name, where nobody knows or there is one user only."""
        return self.users.get(connection, "")

    def missing(self, user: str, purse: Purse) -> list[str]:
        """The secrets of a user that nothing stands for, and that no given header or parameter replaces."""
        given: set[_Carrier | None] = {("header", name.lower()) for name, _ in purse.given_headers}
        given |= {("query", name.lower()) for name, _ in purse.given_query}
        return purse.missing([one for one in self.wanted[user] if not self._carriers[one[1]] <= given])

    def said(self, name: str) -> dict[str, None]:
        """Where a secret of this name is said, in words; each once."""
        found = (one for one in self._dialogue.secrets if one.name == name)
        return dict.fromkeys(whereabouts(self._dialogue, one) for one in found)

    def _only_said(self, secret: Variable) -> bool:
        return all(self._dialogue.occurrences[place.occurrence].is_unit for place in secret.uses)

    def _whose(self, place: Place) -> str:
        said = self._dialogue.occurrences[place.occurrence]
        return self.user(said.exchange[0] if said.exchange else self._connections.get(said.session or 0, 0))

    def _carried(self, secret: Variable) -> Iterator[_Carrier | None]:
        """In which headers and parameters of requests it stands; None: elsewhere."""
        for place in secret.uses:
            said = self._dialogue.occurrences[place.occurrence]
            first, second = (*place.path, None, None)[:2]
            if said.is_unit or first not in ("headers", "path"):
                yield None
            elif first == "headers":
                yield "header", str(second).lower()
            else:
                pairs = parse_qsl(urlsplit(str(said.value["path"])).query)
                named = [name for name, value in pairs if str(secret.value) in value]
                yield ("query", named[0].lower()) if named else None
