"""Secrets among subprotocols: browsers can't set headers, so tokens travel in `Sec-WebSocket-Protocol`.

Known shapes: `bearer, <token>`; `base64url.bearer.authorization.k8s.io.<token>`; `token.<x>`;
`openai-insecure-api-key.<key>`; `access_token-<x>`; and bare opaque elements.
"""

import re
from collections.abc import Callable

from .names import Names
from .ordinary import is_opaque, reads_as_words

_HEADS = re.compile(
    rb"(?i)(?:[a-z0-9]+[._-])*?(?:bearer|authorization|authentication|auth|token|access[_-]?token|id[_-]?token|jwt|api[_-]?key|"
    rb"insecure-api-key|secret|password|ticket|session|header|credentials?|key)[.=~|!:_-]+(?=.)"
)
_ALONE = re.compile(
    rb"(?i)(?:x-)?(?:bearer|authorization|authentication|auth|token|access[_-]?token|auth[_-]?token|id[_-]?token|"
    rb"authorization[_-]?token|jwt|api[_-]?key|secret|password|ticket|credentials?|base64urlbearerauthorization)"
)
_PART = re.compile(rb"(?i)[a-z]{0,12}\d{0,4}|k8s|[a-z]{0,6}\d{0,2}[a-z]{0,6}")
_VERSION = re.compile(rb"(?i)v?\d{1,3}(?:\.\d{1,3})*|v\d{1,3}(?:\.[a-z]{1,12})*")
_FILLER = re.compile(rb"(?i)(?:authorization|bearer|k8s|io|base64url|base64|b64|token|auth|jwt|basic|v\d)[.]")
_KNOWN = frozenset(
    b"graphql-ws graphql-transport-ws mqtt mqttv3.1 wamp wamp.2.json wamp.2.msgpack soap stomp "
    b"v10.stomp v11.stomp v12.stomp xmpp ocpp1.6 ocpp2.0 ocpp2.0.1 jsonrpc json msgpack protobuf "
    b"binary base64 realtime aws-exp".split()
)


def subprotocols(value: bytes, names: Names, secret: Callable[[bytes, str], bytes]) -> bytes:
    """A `Sec-WebSocket-Protocol` without secrets: still a list of tokens."""
    out = []
    name = ""  # of the element before, where that was a credential's name
    for element in value.split(b","):
        token = element.strip()
        new = token
        if name and not _is_protocol(token):
            new = secret(token, name)
        elif token.lower() not in _KNOWN:
            new = _dotted(token, names, secret)
        named = _ALONE.fullmatch(token) or (names.judge(token) and reads_as_words(token))
        name = token.decode("latin-1") if named else ""
        lead = len(element) - len(element.lstrip())
        out.append(element[:lead] + new + element[lead + len(token) :])
    return b",".join(out)


def _is_protocol(token: bytes) -> bool:
    """After a credential's name only what is a protocol beyond doubt stays."""
    if not token or token.lower() in _KNOWN:
        return True
    return (
        re.fullmatch(rb"(?i)[a-z][a-z-]{1,20}[./_-]v?\d{1,2}(?:\.\d{1,2})*", token) is not None
        and len(token) < 16
    )


def _dotted(token: bytes, names: Names, secret: Callable[[bytes, str], bytes]) -> bytes:
    """`name.secret` within one element; else an opaque element as a whole."""
    m = _HEADS.match(token)
    if m is None or _ALONE.fullmatch(token):
        return secret(token, "subprotocol") if _is_opaque(token) else token
    start = m.end()
    while (filler := _FILLER.match(token, start)) and filler.end() < len(token):
        start = filler.end()
    rest = token[start:]
    if _VERSION.fullmatch(rest) or (reads_as_words(rest) and len(rest) < 16):
        return token
    name = m[0].rstrip(b".=~|!:_-").decode("latin-1")
    return token[:start] + secret(rest, name)


def _is_opaque(token: bytes) -> bool:
    """Long and unlike a protocol's name, of which each part is a short word, a version or both."""
    return is_opaque(token) and not all(_PART.fullmatch(p) for p in re.split(rb"[._/+-]", token))
