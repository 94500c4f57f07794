"""Bytes -> frames -> messages and exchanges: pure; h11 and the parts of websockets are used here only."""
