"""The only sockets, clocks and processes."""
