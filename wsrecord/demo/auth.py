"""Who may come in: a small table of users, and signed tokens that expire.

The token is a JSON Web Token signed with HMAC-SHA256. The server accepts only the one header that
it writes itself, so there is no algorithm to choose and none to confuse. It is checked when a
session opens; a session outlives its token.
"""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from .events import new_id


@dataclass(frozen=True)
class User:
    """Somebody who can log in."""

    username: str
    password: str
    user_id: str


# The demo's users, passwords and all, stand in its documentation: there is nothing to protect here.
USERS = {
    user.username: user
    for user in (
        User("ada", "analytical", "user-ada"),
        User("grace", "compiler", "user-grace"),
        User("alan", "enigma", "user-alan"),
        User("mary", "prometheus", "user-mary"),
    )
}


class TokenError(Exception):
    """A token that doesn't open the door; `code` is token_missing, token_invalid or token_expired."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Auth:
    """Checks passwords; signs and checks tokens."""

    def __init__(self, rng: random.Random, clock: Callable[[], float], token_ttl: float) -> None:
        self._rng = rng
        self._clock = clock
        self._key = rng.randbytes(32)
        self.token_ttl = token_ttl

    def user(self, username: str, password: str) -> User | None:
        """Return the user whose name and password these are."""
        user = USERS.get(username)
        # Surrogates can come out of JSON and have no UTF-8 of their own.
        given = password.encode(errors="surrogatepass")
        known = user.password.encode() if user else b"\0"
        return user if hmac.compare_digest(given, known) and user else None

    def token(self, user: User) -> str:
        """Return a new token for a user."""
        now = self._clock()
        claims = {"sub": user.user_id, "iat": now, "exp": now + self.token_ttl, "jti": new_id(self._rng)}
        signed = f"{_HEADER}.{_base64(json.dumps(claims).encode())}"
        return f"{signed}.{self._signature(signed)}"

    def user_id(self, token: str | None) -> str:
        """Return whose token this is, or raise TokenError."""
        if not token:
            raise TokenError("token_missing", "log in first and send the token")
        signed, _, signature = token.rpartition(".")
        given = signature.encode(errors="surrogatepass")
        if not hmac.compare_digest(given, self._signature(signed).encode()):
            raise TokenError("token_invalid", "the token is not one of this server's")
        # The signature is ours, so what it signed is what token() wrote: nothing here can fail.
        claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        if claims["exp"] <= self._clock():
            raise TokenError("token_expired", "the token has expired: log in again")
        return str(claims["sub"])

    def _signature(self, signed: str) -> str:
        data = signed.encode(errors="surrogatepass")
        return _base64(hmac.new(self._key, data, hashlib.sha256).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_HEADER = _base64(b'{"alg":"HS256","typ":"JWT"}')
