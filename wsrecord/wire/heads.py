"""HTTP heads as bytes: where one ends, whether its framing is unambiguous, and the one change made to it."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from wsrecord.wire.frames import Headers

_END = re.compile(rb"\n\r?\n")
_START_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [^ \x00-\x20]+ HTTP/1\.[01]\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]*")
# Possessive throughout: a line of blanks must not cost its length squared.
_HOST = re.compile(rb"(?im)^((?:host|origin)[ \t]*+:[ \t]*+)([^\r\n]*+)(?=\r?\n)")
_FRAMING = re.compile(rb"(?im)^(content-length|transfer-encoding)[ \t]*+:([^\r\n]*+)")


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Return the index just after the empty line that ends a head, or -1."""
    found = _END.search(data, start)
    return found.end() if found else -1


def may_be_request(data: bytes) -> bool:
    """Whether these first bytes can still become an HTTP/1 request head."""
    newline = data.find(b"\n")
    if newline >= 0:
        return _START_LINE.fullmatch(data[: newline + 1]) is not None
    token = _TOKEN.match(data)
    assert token is not None
    return token.end() == len(data) or (token.end() > 0 and data[token.end()] == 0x20)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A Host (and an Origin) that is the proxy's own address becomes the target's."""

    own: Collection[bytes]  # lower case, "host:port" and, on the scheme's own port, "host"
    host: bytes
    scheme: bytes  # of the target, for Origin: http or https

    def apply(self, head: bytes) -> bytes:
        """Return the head with nothing else touched."""
        line, newline, fields = head.partition(b"\n")
        return line + newline + _HOST.sub(self._field, fields)

    def _field(self, found: re.Match[bytes]) -> bytes:
        name, padded = found.groups()
        value = padded.rstrip(b" \t")
        rest = padded[len(value) :]
        if name[:1] in b"hH":
            return name + self.host + rest if value.lower() in self.own else found[0]
        scheme, separator, host = value.partition(b"://")
        if scheme.lower() in (b"http", b"https") and host.lower() in self.own:
            return name + self.scheme + separator + self.host + rest
        return found[0]


def ambiguous_framing(head: bytes) -> str | None:
    """Say what leaves open where the body ends: two parsers could disagree, and one could be fooled.

    It looks at the bytes: h11 merges equal lengths and refuses others, so its headers don't show them.
    """
    found = [(name.lower(), value) for name, value in _FRAMING.findall(head)]
    lengths = [value for name, value in found if name == b"content-length"]
    codings = [value for name, value in found if name == b"transfer-encoding"]
    if len(lengths) > 1 or any(b"," in value for value in lengths):
        return "more than one Content-Length"
    if lengths and codings:
        return "both Content-Length and Transfer-Encoding"
    if len(codings) > 1:
        return "more than one Transfer-Encoding"
    return None


def first_value(headers: Headers, name: str) -> str | None:
    """Return a header's first value; names are compared without case."""
    return next((value for key, value in headers if key.lower() == name), None)


def has_token(headers: Headers, name: str, token: str) -> bool:
    """Whether a comma-separated header lists a token."""
    return any(
        token == item.strip().lower()
        for key, value in headers
        if key.lower() == name
        for item in value.split(",")
    )
