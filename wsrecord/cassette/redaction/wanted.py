"""Whether a value under a credential's name is a secret, and which part of it."""

import re

from .names import Strength
from .ordinary import is_mask, reads_as_words
from .placeholders import Placeholders

WEAK_FROM = 16
FAIR_FROM = 8

_SCHEMES = (
    rb"basic|bearer|digest|negotiate|ntlm|aws4-hmac-sha256|token|api-?key|dpop|hmac|oauth|hawk|mac|key|splunk|ssws|bot|"
    rb"googlelogin|jwt|deepl-auth-key|privatekey|sso-key|sharedkey|sharedaccesssignature|gnap|scram-sha-256|vapid|"
    rb"apptoken|userpass|session|signature|access_token|zoho-oauthtoken|elastic|snowflake"
)
_SCHEME = re.compile(rb"(?i:" + _SCHEMES + rb")[ \t]+(?=\S)")
_BARE = re.compile(rb"(?i:" + _SCHEMES + rb")[ \t]*")
_HOLE = re.compile(rb"\$\{[A-Za-z_][A-Za-z0-9_.]{0,63}\}|\{\{ ?[A-Za-z_][A-Za-z0-9_.]{0,63} ?\}\}")
_SPACE = re.compile(rb"\s")


def parameter_of_scheme(value: bytes) -> int:
    """How long `Bearer ` is in front of the credential itself."""
    m = _SCHEME.match(value)
    return m.end() if m else 0


def is_bare_scheme(value: bytes) -> bool:
    """Whether nothing stands behind `Bearer `: no credential; taken for one it'd be a plain word."""
    return _BARE.fullmatch(value) is not None


class Judge:
    """Decides on values; knows this cassette's placeholders."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self.opaque = False  # in opaque binary: short placeholders are cut ones

    def is_secret(self, value: bytes, strength: Strength) -> bool:
        """True when a value under a name of this strength has to go."""
        if not value or is_mask(value):
            return False
        rest = value[parameter_of_scheme(value) :]
        if _HOLE.fullmatch(rest):
            return False  # a template, the secret is not in it
        if self._placeholders.is_own(rest.strip(), opaque=self.opaque):
            return False
        if strength is Strength.STRONG:
            return not value.isspace()
        if strength is Strength.FAIR and len(rest) >= FAIR_FROM and not reads_as_words(rest):
            return _SPACE.search(rest) is None and b"://" not in rest
        return len(rest) >= WEAK_FROM and _SPACE.search(rest) is None and b"://" not in rest
