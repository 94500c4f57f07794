"""Who is let in, and what is agreed on at the door."""

from dataclasses import replace

from .drift import Door, door


@door("breaking", "WS403 WS811")
def no_token_needed(way: Door) -> Door:
    """A client without a token is let in."""
    return replace(way, stranger=None)


@door("breaking", "WS404 WS811")
def refused_otherwise(way: Door) -> Door:
    """A client without a token is refused with 403, no longer with 401."""
    return replace(way, stranger=403)


@door("breaking", "WS402 WS811")
def nobody_let_in(way: Door) -> Door:
    """Everybody is refused with 503."""
    return replace(way, full=503)


@door("breaking", "WS207")
def resume_forgets(way: Door) -> Door:
    """A client that comes back gets a new thread: what it missed never comes."""
    return replace(way, resumes=False)


@door("breaking", "WS401 WS811")
def no_subprotocol(way: Door) -> Door:
    """The server no longer answers with a subprotocol."""
    return replace(way, subprotocol=None)


@door("breaking", "WS401 WS811")
def other_subprotocol(way: Door) -> Door:
    """The server answers with another subprotocol than it was offered."""
    return replace(way, subprotocol="agent.v2")


@door("warning", "WS811")
def no_compression(way: Door) -> Door:
    """The server no longer compresses: harmless to clients, and dear on the line."""
    return replace(way, compression=False)
