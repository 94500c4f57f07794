"""Where a connection's bytes go: a target's address, and the choice among several by path."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from wsrecord.errors import UsageError

_SCHEMES = {"ws": False, "http": False, "wss": True, "https": True}


@dataclass(frozen=True, slots=True)
class Upstream:
    """One target."""

    url: str  # as given, with a scheme
    host: str
    port: int
    path: str  # with the query; what a client's URL is completed with
    tls: ssl.SSLContext | None = None

    @property
    def http_scheme(self) -> str:
        """The scheme of its pages."""
        return "https" if self.tls else "http"

    @property
    def host_header(self) -> str:
        """What a client that speaks to it directly writes as Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def parse_target(text: str, tls: ssl.SSLContext | None) -> Upstream:
    """Read a target's URL; `tls` is what a secure one is reached with."""
    url = text if "://" in text else f"ws://{text}"
    if "@" in url.partition("://")[2].partition("/")[0]:  # before anything quotes it
        raise UsageError(
            "the target's URL carries credentials; the recorder adds nothing: let the client send them"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"the target {text!r} is not a URL: {error}") from None
    if port == 0:
        raise UsageError(f"the target {text!r} has the port 0, where nobody can listen")
    if parts.scheme not in _SCHEMES:
        raise UsageError(f"the target {text!r} has the scheme {parts.scheme!r}; use ws, wss, http or https")
    if not parts.hostname:
        raise UsageError(f"the target {text!r} names no host; write it like ws://localhost:8000/ws")
    if parts.fragment:
        raise UsageError(
            f"the target {text!r} has a fragment ('#…'), which no server ever sees; leave it out"
        )
    secure = _SCHEMES[parts.scheme]
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Upstream(url, parts.hostname, port or (443 if secure else 80), path, tls if secure else None)


@dataclass(frozen=True, slots=True)
class Routes:
    """Targets by path prefix; the longest prefix that fits wins."""

    by_prefix: tuple[tuple[str, Upstream], ...]

    @classmethod
    def of(cls, routes: dict[str, Upstream]) -> "Routes":
        """Sort the prefixes so that the first that fits is the longest."""
        return cls(tuple(sorted(routes.items(), key=lambda item: -len(item[0]))))

    @property
    def only(self) -> Upstream | None:
        """The one target, when there is no choice."""
        return self.by_prefix[0][1] if len(self.by_prefix) == 1 else None

    def choose(self, path: str) -> Upstream:
        """Return the target for a request line's path; what is no path (`*`, `host:443`) goes to `/`."""
        bare = urlsplit(path).path if "://" in path else path.partition("?")[0]
        for prefix, upstream in self.by_prefix:
            if under(bare, prefix):
                return upstream
        return self.by_prefix[-1][1]


def under(path: str, prefix: str) -> bool:
    """Whether a path is the prefix or lies below it: /api fits /api and /api/x, never /apiary."""
    trimmed = prefix.rstrip("/")
    return path == trimmed or path.startswith(trimmed + "/")
