"""How a run of `fuzz` comes in: credentials are fetched when there is a server to ask, as by `verify`."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from wsrecord.cassette.model import Record
from wsrecord.cassette.redaction.environment import environment_values, with_environment
from wsrecord.cassette.redaction.ordinary import MIN_LEARNED
from wsrecord.cassette.redaction.redactor import Redactor
from wsrecord.cli.fuzz_plan import ways_of
from wsrecord.contract.model import Contract
from wsrecord.dialogue.steps import Dialogue
from wsrecord.errors import TargetError, UsageError, WsrecordError
from wsrecord.explore.moves import Case
from wsrecord.explore.stand_ins import wanted
from wsrecord.live.credentials import Given, Purse, Wallet, ask_for, values_in
from wsrecord.live.door import Way
from wsrecord.live.target import Target


def unasked(given: Given, dialogues: Sequence[Dialogue]) -> list[str]:
    """The names of secrets that stand for nothing: no cassette, header or parameter has them."""
    if given.auth is not None or given.setup is not None:
        return []  # a command may ask for them
    wanted = [(one.name, str(one.value)) for dialogue in dialogues for one in dialogue.secrets]
    texts = [text for _, text in (*given.headers, *given.query)]

    def asked(name: str) -> bool:
        alone = Purse({name: name})
        return any(alone.value(*one) is not None for one in wanted) or any(f"{{{name}}}" in t for t in texts)

    return [name for name in given.secrets if not asked(name)]


class Login:
    """The ways in, with the credentials of the server that runs now."""

    def __init__(
        self, given: Given, contract: Contract, dialogues: Sequence[Dialogue], url: str | None = None
    ) -> None:
        self._given = given
        self._contract = contract
        self._dialogues = dialogues
        told = {**values_in(url), **given.values()}
        self._known = {name: value for name, value in told.items() if len(value) >= MIN_LEARNED}
        self._found = environment_values(os.environ)
        self.values = with_environment(self._known, self._found)  # all secrets that there were so far
        self.recorded: Sequence[Sequence[Record]] = ()  # what clients said in recordings
        self.cases: Sequence[Case] = ()  # of earlier runs, which may say secrets, too
        self.ways: Sequence[Way] = ways_of(contract, dialogues, None)

    @property
    def needs_server(self) -> bool:
        """Whether commands print them: those may ask the server itself, or make users in it."""
        return self._given.auth is not None or self._given.setup is not None

    async def fetch(self, target: Target | None = None) -> None:
        """Get them, and see that none is missing."""
        given = self._given if target is None else self._given.filled(target.filled)
        variables = None if target is None else target.variables
        wallet = Wallet(given, lambda: datetime.now(UTC).timestamp(), variables)
        try:
            purse = await wallet.of("")
            purse.check()
            self.ways = ways_of(self._contract, self._dialogues, purse)
            if missing := purse.missing(wanted(self.cases)):
                raise ask_for(dict.fromkeys(missing, ("a message that failed before",)), purse.printed)
        except UsageError as error:  # it may quote what a command printed
            self._learn(wallet)
            raise UsageError(self._without_values(str(error))) from None
        self._learn(wallet)

    def clean(self, text: str) -> str:
        """Any text without the secrets that there were so far."""
        return Redactor(nonce=secrets.token_hex(6), values=self.values).text(text)

    def without_values(self, error: WsrecordError) -> WsrecordError:
        """The same error, in which no secret is quoted."""
        if isinstance(error, TargetError):
            return TargetError(self.clean(str(error)))
        return type(error)(self._without_values(str(error)))

    def _learn(self, wallet: Wallet) -> None:
        self._known = with_environment(self._known, wallet.secrets)
        values = with_environment(self._known, self._found)
        self.values.clear()  # others hold it
        self.values.update(values)

    def _without_values(self, text: str) -> str:
        for value in sorted(self.values.values(), key=len, reverse=True):
            text = text.replace(value, "…")
        return text
