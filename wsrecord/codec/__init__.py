"""Messages to units and back: what a protocol's codec finds in one session, and how it is said again."""
