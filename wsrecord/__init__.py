"""Record live WebSocket sessions, state their contract, and verify the real server against it."""

__version__ = "0.1.0"
