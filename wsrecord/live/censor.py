"""Takes secrets out of what a server printed: stricter than the redactor, for no replay needs that text.

A password that reads as words is no secret everywhere in a cassette (`redaction/ordinary.py`); in what a
server prints it is one wherever it stands.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping

from wsrecord.cassette.model import Message, Note, Record, Request, Response
from wsrecord.cassette.redaction import blunt
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.cassette.redaction.spans import merge

_BREAKS = re.compile("[\\s|\u2500-\u257f]+")  # where a text was wrapped, in a frame or not
_BROKEN = "(its output is not shown: a secret is broken over several lines of it)"


class StrictVault(Vault):
    """Learns every value that stood under a telling name, however ordinary."""

    def learn(self, value: bytes, name: str) -> None:
        """Look for it from now on and for good."""
        self.add(value, name)

    def spellings(self) -> list[str]:
        """All values as they may be written, in small letters."""
        return [text.decode("utf-8", "replace").lower() for text in self.exact]

    def out_of(self, payload: bytes, stand_in: Callable[[bytes, str], bytes]) -> bytes:
        """Bytes with something in the place of each value, and of nothing else."""
        parts: list[bytes] = []
        at = 0
        for span in merge(blunt.values(payload, self)):
            placed = stand_in(span.secret, span.name) + (b".b64" if span.base64 else b"")
            parts += [payload[at : span.start], placed]
            at = span.end
        return b"".join([*parts, payload[at:]])


class Censor:
    """Knows what a redactor knows, and all that it is shown."""

    def __init__(self, redactor: Redactor, vault: StrictVault, values: Mapping[str, str]) -> None:
        self._redactor = redactor
        self._strict = Redactor(nonce=secrets.token_hex(6), values=values, vault=vault, any_nonce=True)

    def learn(self, records: Iterable[Record]) -> None:
        """Know the secrets that stand in what was said: the server may print them."""
        for record in records:
            match record:
                case Request():
                    self._strict.request(record)
                case Response():
                    self._strict.response(record)
                case Message():
                    self._strict.messages([(record.opcode, record.payload)])
                case Note():
                    self._strict.note(record)

    def without(self, text: str) -> str:
        """Without secrets."""
        return self._strict.text(self._redactor.text(text))

    def clean(self, text: str) -> str:
        """Without secrets; nothing of it, if a known one is broken over lines."""
        clean = self.without(text)
        glued = _BREAKS.sub("", clean).lower().encode("utf-8", "surrogatepass")
        vaults = (self._redactor.vault, self._strict.vault)
        return _BROKEN if any(vault.finder_since(0)(glued) for vault in vaults) else clean
