"""The embedded demo: an agent server that is a real WebSocket server, and a small client for it."""


class DemoError(Exception):
    """What a person running the demo should read: one line, no traceback."""
