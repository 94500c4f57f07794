"""The page that says how the server is: one rule for the commands that look at it."""

from urllib.parse import urlsplit

from wsrecord.errors import UsageError


def page_of_health(given: str | None, ready: str | None) -> str | None:
    """Its path: as given, else that of `--ready`; it is on the target, whatever host a URL names."""
    if given is not None:
        if not given.startswith("/"):
            raise UsageError(f"--health {given!r}: give a path on the target, as /health")
        return given
    if ready is None or not ready.startswith(("http://", "https://")):
        return None
    return urlsplit(ready.replace("{port}", "1")).path or "/"
