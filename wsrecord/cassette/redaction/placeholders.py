"""What stands in a cassette for a secret: `wsr-<nonce>-<name>-<n>`.

The nonce is the cassette's own, so traffic can't forge one. `n` counts the secrets: equal values
get equal placeholders, however they are escaped; a secret inside base64 gets the same with `.b64`
behind it. All characters are plain in headers, tokens, URLs, cookies, JSON and msgpack.
"""

import re

from ..model import Secret

ANY_NONCE = rb"[0-9a-f]{12}"


class Placeholders:
    """Gives each secret its placeholder, and remembers which are still to be written down."""

    def __init__(
        self, nonce: str, made: dict[bytes, bytes] | None = None, *, any_nonce: bool = False
    ) -> None:
        self.prefix = f"wsr-{nonce}-".encode()
        own = ANY_NONCE if any_nonce else re.escape(nonce.encode())
        self._whole = re.compile(rb"wsr-" + own + rb"-[a-z0-9_]*(?:-\d+(?:\.b64)?)?\.*")
        # any beginning of a prefix: what is left of a placeholder that was cut to a few bytes
        digits = b"[0-9a-f]{0,12}" if any_nonce else b"(?:" + b"|".join(_beginnings(nonce.encode())) + b")"
        self._start = re.compile(rb"w|ws|wsr|wsr-" + digits + rb"-?")
        self.finditer = self._whole.finditer
        self._made = {} if made is None else made  # shared by the cassettes of one nonce
        self._told: set[bytes] = set()
        self._new: list[Secret] = []

    def drain(self) -> list[Secret]:
        """The placeholders made since the last call."""
        new, self._new = self._new, []
        return new

    def is_own(self, value: bytes, *, opaque: bool = False) -> bool:
        """Nothing but a placeholder, also one that was cut to a length."""
        if self._start.fullmatch(value) is not None:
            return len(value) >= (1 if opaque else 4)
        return self._whole.fullmatch(value) is not None

    def within(self, value: bytes) -> bool:
        """A placeholder stands in it: what was secret there is gone."""
        return b"wsr-" in value and self._whole.search(value) is not None

    def of(self, secret: bytes, name: str, *, base64: bool = False) -> bytes:
        """The placeholder of a secret; the first name it is met under stays."""
        made = self._made.get(secret)
        if made is None:
            slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:24].strip("_") or "secret"
            made = self.prefix + f"{slug}-{len(self._made) + 1}".encode()
            self._made[secret] = made
        if made not in self._told:
            self._told.add(made)
            length = len(secret.decode("utf-8", "surrogateescape"))
            self._new.append(Secret(placeholder=made.decode(), name=name, length=length))
        return made + b".b64" if base64 else made


def _beginnings(nonce: bytes) -> list[bytes]:
    return [re.escape(nonce[:n]) for n in range(len(nonce), -1, -1)]


def fitted(placeholder: bytes, length: int) -> bytes:
    """A placeholder cut or padded with dots: opaque binary keeps its length."""
    return placeholder[:length].ljust(length, b".")
