"""How one secret may be written: raw, escaped for JSON or a URL, inside base64 at any alignment."""

import base64
import html
import json
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!#$%&()*+/;<=>?@^|'`")
_NUMBER = frozenset(b"0123456789+-.eE")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a secret, and what to know where it is found."""

    secret: bytes
    name: str
    base64: bool = False
    before: int = 0  # base64 characters before the match that hold bits of the secret
    after: int = 0
    loose: bool = False  # may cross the border of a JSON string: needs a look at the structure
    digits: bool = False  # counts only where no further digit touches it


def forms(secret: bytes, name: str) -> dict[bytes, Form]:
    """Every form by its exact bytes."""
    found: dict[bytes, Form] = {}
    loose = not _SAFE.issuperset(secret) or _NUMBER.issuperset(secret)
    found[secret] = Form(secret, name, loose=loose, digits=secret.isdigit())
    if not secret.isalnum():
        for text in _escaped(secret):
            found.setdefault(text, Form(secret, name))
    if (other := _other_encoding(secret)) is not None:
        for text in (other, *_escaped(other)):
            found.setdefault(text, Form(secret, name, loose=loose and text == other))
    for text, form in _in_base64(secret, name):
        found.setdefault(text, form)
    return found


def _other_encoding(secret: bytes) -> bytes | None:
    """UTF-8 as Latin-1 and the other way round: in heads both are in use."""
    if secret.isascii():
        return None
    try:
        return secret.decode().encode("latin-1")
    except UnicodeDecodeError:
        return secret.decode("latin-1").encode()
    except UnicodeEncodeError:
        return None


def _escaped(secret: bytes) -> set[bytes]:
    text = secret.decode("utf-8", "surrogateescape")
    out: set[bytes] = set()
    for one in _json_spellings(text):
        twice = {one, *_json_spellings(one)}
        out.update(t.encode("utf-8", "surrogateescape") for t in twice)
    percent = {
        quote(secret, safe=""),
        quote(secret, safe="/"),
        quote_plus(secret),
        quote(secret, safe="!*'()~:@$,;/"),
    }
    out.update(p.encode() for p in percent)
    out.update(quote(p, safe="").encode() for p in list(percent))  # escaped twice: a URL in a URL
    out.add(html.escape(text).encode("utf-8", "surrogateescape"))
    out.discard(secret)
    return out


def _json_spellings(text: str) -> set[str]:
    """What encoders make of a string: with and without `\\u`, with `\\/`, and as Go and Gson shield HTML."""
    out = set()
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        out |= {once, once.replace("/", "\\/")}
        for shielded in ("<>&", "<>&'=", "<>&'=+"):
            html_safe = once
            for c in shielded:
                html_safe = html_safe.replace(c, f"\\u{ord(c):04x}")
            out.add(html_safe)
    return out


def _in_base64(secret: bytes, name: str) -> list[tuple[bytes, Form]]:
    out: list[tuple[bytes, Form]] = []
    for shift, skip in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * shift + secret)
        bits = (shift + len(secret)) * 8
        core = encoded[skip : bits // 6]
        form = Form(secret, name, base64=True, before=1 if shift else 0, after=1 if bits % 6 else 0)
        url = core.translate(bytes.maketrans(b"+/", b"-_"))
        spellings = {core, url, core.replace(b"/", b"\\/")}
        spellings |= {quote(c, safe="").encode() for c in (core, url)}
        out.extend((c, form) for c in sorted(spellings))
    return out
