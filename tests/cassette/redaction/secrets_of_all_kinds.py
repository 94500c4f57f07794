"""What a planted secret is, and how secrets of all formats look.

An entry says what is secret and how to send it; nothing of `secret` (nor of `also`) may be found in
what is written, raw or escaped. Strings that look like live secrets are assembled from pieces, so
that no scanner of this repository takes them for real ones.
"""

import base64
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Planted:
    """One secret at one place. What is not set is not sent."""

    kind: str
    place: str
    secret: str
    headers: tuple[tuple[str, str], ...] = ()  # of the upgrade
    query: str = ""  # of the upgrade
    subprotocol: str = ""
    text: tuple[str, ...] = ()  # messages, in this order
    binary: tuple[bytes, ...] = ()
    close_reason: str = ""
    login: tuple[str, str] | None = None  # a request's content type and body
    answer: tuple[str, str] | None = None  # … and its response's
    answer_headers: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = field(default=())  # other spellings that must be gone

    @property
    def id(self) -> str:
        """For the test's name."""
        return f"{self.kind}: {self.place}"


def b64(text: str) -> str:
    """Base64, as text."""
    return base64.b64encode(text.encode()).decode()


def b64url(text: str) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


PASSWORD = "c0rrect-Horse/9 staple+"
SHORT = "pw1"
OPAQUE = "Zx81kq0Lm4" + "Tt7Rb2Wn9Q"
JWT = ".".join(
    [
        b64url('{"alg":"HS256","typ":"JWT"}'),
        b64url('{"sub":"42","name":"Ada"}'),
        "Sf1KxwRJ" + "SMeKKF2QT4fwpM",
    ]
)
SK = "sk-" + "proj-A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4"
PEM = (
    "-----BEGIN RSA "
    + "PRIVATE KEY-----\nMIIEowIBAAKCAQEAx1Zq8vT3\nk9fQzWm2\n-----END RSA "
    + "PRIVATE KEY-----"
)
UUID = "3f2c1b7a-9d4e-4c6b-8a5f-" + "0e1d2c3b4a59"

FORMATS: dict[str, str] = {
    "jwt": JWT,
    "openai": SK,
    "anthropic": "sk-" + "ant-api03-" + "a1B2" * 12,
    "aws key id": "AK" + "IA" + "QWERTYUIOP" + "ASDFGH",
    "google": "AI" + "za" + "SyD1aB2c3D4e5F6g7H8i9J0kL1m2N3o4P5q",
    "google oauth": "ya" + "29." + "a0AfH6SMBx1y2z3A4B5C6D7E8F9",
    "azure storage": "AccountKey=" + "q1W2e3R4t5Y6" * 7 + "Ab==",
    "azure client": "abc" + "8Q~" + "dE5fG6hI7jK8lM9nO0pQ1rS2tU3vW4xY5z",
    "digitalocean": "dop" + "_v1_" + "0123456789abcdef" * 4,
    "github": "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "github fine": "github" + "_pat_" + "11ABCDEFG0" + "x9Y8z7W6v5U4t3S2r1Q0",
    "gitlab": "gl" + "pat-" + "Ab1_Cd2-Ef3Gh4Ij5Kl6",
    "slack": "xo" + "xb-" + "123456789012-1234567890123-" + "AbCdEfGhIjKlMnOpQrStUvWx",
    "slack webhook": "https://hooks.slack." + "com/services/T00000000/B00000000/" + "XyZ1" * 6,
    "discord webhook": "https://discord.com/api/" + "webhooks/123456789012345678/" + "aB3_" * 15,
    "stripe": "sk" + "_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "sendgrid": "SG" + "." + "a1B2c3D4e5F6g7H8i9J0k1" + "." + "A" * 20 + "b2C3d4E5f6G7h8I9j0K1l2M",
    "twilio": "S" + "K" + "0123456789abcdef" * 2,
    "mailchimp": "0123456789abcdef" * 2 + "-us" + "12",
    "npm": "np" + "m_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "pypi": "py" + "pi-" + "AgEIcHlwaS5vcmcCJGExYjJjM2Q0" + "e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "huggingface": "h" + "f_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "telegram": "123456789" + ":AA" + "F1g2H3i4J5k6L7m8N9o0P1q2R3s4T5u6V",
    "square": "sq0" + "csp-" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnop",
    "shopify": "shp" + "at_" + "0123456789abcdef" * 2,
    "databricks": "da" + "pi" + "0123456789abcdef" * 2,
    "grafana": "gl" + "sa_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6_a1b2c3d4",
    "vault": "hv" + "s." + "CAESIJlWh1x2y3z4A5B6C7D8",
    "linear": "lin" + "_api_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0",
    "pem": PEM,
    "url userinfo": "p4ss.w0rd-x9",
}
