"""What goes wrong with a live connection, as a value: it becomes a finding or the exit code."""

import ssl
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "unreachable",  # nobody listens, or no way leads there
    "tls",  # there is no trust, or no TLS at all
    "reset",  # the server reset the connection
    "unreadable",  # an answer that is no HTTP, or a protocol that is no WebSocket
    "handshake",  # it agreed to an upgrade that no client may accept
    "broken",  # frames that break RFC 6455
    "flood",  # more came than is taken
    "choked",  # it takes nothing more
    "silent",  # an answer did not come in time
    "unsendable",  # our own: what the recording holds can't be sent
]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault of one live connection."""

    kind: Kind
    text: str
    connection: int = 0  # of the live recording
    session: int | None = None  # of the live recording
    t: int = 0

    @property
    def unreachable(self) -> bool:
        """Whether there was no server to talk to at all."""
        return self.kind in ("unreachable", "tls")


def of_connecting(error: Exception, where: str) -> Trouble:
    """Say why there is no connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble("tls", f"{where} can't be trusted: {error.verify_message or error}")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        return Trouble("tls", f"{where} does not speak TLS as it should: {reason}")
    if isinstance(error, TimeoutError):
        why = "no answer in time"
    elif isinstance(error, UnicodeError):
        why = "this can't be a host's name"
    elif isinstance(error, OSError):
        why = error.strerror or str(error) or type(error).__name__
    else:
        why = str(error)
    return Trouble("unreachable", f"{where} can't be reached: {why}")
